import Datasets
import Evaluation
import Models
import Synchronization
import Testing

/// Two users whose ratings come at these times; user 1 has one before the stream.
private let data: Dataset = {
  var rows = Interactions(
    users: [1, 0, 1, 0, 1, 0], items: [3, 0, 0, 1, 1, 2], ratings: [1, 5, 4, 3, 2, 1],
    times: [5, 10, 10, 20, 30, Interactions.unknownTime])
  rows.ticks = 1
  return Dataset(
    name: "toy", users: Entities(ids: Vocabulary(["a", "b"])),
    items: Entities(ids: Vocabulary((0..<4).map { "i\($0)" })), interactions: rows,
    scale: RatingScale(1, 5))
}()

private let tasks = [
  UserTask(user: 0, support: [3, 5], query: [1]), UserTask(user: 1, support: [4], query: [2]),
]
private let before = [UserTask(user: 1, support: [0], query: [])]
private let stream = EventStream(tasks, after: before, in: data.interactions)

/// Keeps what it is asked, and predicts how many ratings are known.
private final class Witness: Recommender {
  let title = "witness"
  let predictsRatings = true
  let asked = Mutex<[(user: Int32?, known: [Int32], items: [Int32], weights: [Float])]>([])

  func scores(for user: UserContext, items: [Int32]) -> [Float] {
    asked.withLock {
      $0.append((user.user, user.support.map(\.item), items, user.support.map(\.weight)))
    }
    return items.map { _ in Float(user.support.count + 1) }
  }
}

/// Predicts how many ratings it has learnt from, of all users.
private struct Counter: OnlineRecommender {
  var count = 0
  let title = "counter"
  let predictsRatings = true

  func scores(for user: UserContext, items: [Int32]) -> [Float] { items.map { _ in Float(count) } }

  mutating func learn(_ rating: UserContext.Rating, of user: UserContext) {
    count += 1
    #expect(user.support.last == rating)
  }
}

private func trial(
  _ candidates: Candidates = .query, forgetting: Forgetting? = nil, threads: Int = 1
) -> PrequentialTrial {
  PrequentialTrial(
    data, stream, metrics: [MeanAbsoluteError(), RootMeanSquaredError()], candidates: candidates,
    forgetting: forgetting, refits: 3, threads: threads)
}

@Suite struct PrequentialTests {
  @Test func eventsStandInTheOrderOfTimeAndEqualTimesTogether() {
    #expect(stream.rows == [1, 2, 3, 4])
    #expect(stream.blocks == [0..<2, 2..<3, 3..<4])
    #expect(stream.untimed == 1)
    #expect(stream.firsts(before, in: data) == 3)
    #expect(stream.foreknown(before, in: data.interactions).rows == 0)
  }

  @Test func whatIsPredictedIsNotKnownYet() throws {
    let witness = Witness()
    _ = try trial().course(of: .fixed(witness), titled: "witness", weighs: false)
    let asked = witness.asked.withLock { $0 }
    #expect(asked.map(\.user) == [0, 1, 0, 1])
    #expect(asked.map(\.items) == [[0], [0], [1], [1]])
    #expect(asked.map(\.known) == [[], [3], [0], [3, 0]])
  }

  @Test func candidatesAreWhatSheHadNotTakenByThen() throws {
    let witness = Witness()
    _ = try trial(.all).course(of: .fixed(witness), titled: "witness", weighs: false)
    #expect(
      witness.asked.withLock { $0.map(\.items) } == [
        [0, 1, 2, 3], [0, 1, 2], [1, 2, 3], [1, 2],
      ])
  }

  @Test func errorsAreMeansOverEvents() throws {
    // It has learnt from 0, 0, 2 and 3 ratings, which is kept on the scale: 1, 1, 2, 3 for 5, 4, 3, 2.
    let course = try trial().course(of: .online(Counter()), titled: "counter", weighs: false)
    #expect(course.mean(0)?.mean == (4 + 3 + 1 + 1) / 4.0)
    #expect(course.mean(1)?.mean == ((16 + 9 + 1 + 1) / 4.0).squareRoot())
    #expect(course.mean(0, over: 2..<4)?.mean == 1)
  }

  @Test func whatIsFittedAnewIsGivenAllEarlierEvents() throws {
    let fitted = Mutex<[[Int32]]>([])
    _ = try trial().course(
      of: .refitted { rows in
        fitted.withLock { $0.append(rows) }
        return Counter()
      }, titled: "anew", weighs: false)
    // The first two have one time, and are not divided.
    #expect(fitted.withLock { $0 } == [[], [1, 2]])
  }

  @Test func ratingsAreForgottenByTheirAgeWhenSheAsks() throws {
    let witness = Witness()
    let trial = trial(forgetting: Forgetting(seconds: 10))
    _ = try trial.course(of: .fixed(witness), titled: "witness", weighs: true)
    let weights = witness.asked.withLock { $0.map(\.weights) }
    #expect(weights[2] == [0.5] && weights[0] == [])
    #expect(abs(weights[3][0] - 0.1767767) < 1e-6 && weights[3][1] == 0.25)
  }

  @Test func threadsChangeNothing() throws {
    let courses = try [1, 4].map { threads in
      try trial(.sampled(2), threads: threads).course(
        of: .fixed(Witness()), titled: "witness", weighs: false)
    }
    #expect(courses[0].mean(0) == courses[1].mean(0))
  }

  @Test func valuesOfOneClusterCountTogether() throws {
    let values: [Double?] = [1, 3, nil, 5, 7]
    let alone = try #require(ClusteredMean(values[...], clusters: [0, 1, 2, 3, 4]))
    let plain = try #require(MeanInterval([1.0, 3, 5, 7]))
    #expect(alone.mean == plain.mean)
    #expect(abs(try #require(alone.halfWidth) - (plain.halfWidth ?? 0)) < 1e-9)
    // Deviations of the clusters are −4 and 4: √(32 · 2) / 4 = 2, and t with one degree is 12.706.
    let pairs = try #require(ClusteredMean(values[...], clusters: [0, 0, 0, 1, 1]))
    #expect(abs(try #require(pairs.halfWidth) - 2 * 12.7062047) < 1e-5)
    #expect(try #require(ClusteredMean(values[...], clusters: [0, 0, 0, 0, 0])).halfWidth == nil)
  }
}
