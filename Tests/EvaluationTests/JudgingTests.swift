import Datasets
import Evaluation
import Models
import Synchronization
import Testing

/// Gives every item the score of a closure.
private struct Scripted: Recommender {
  var title = "scripted"
  var predictsRatings = true
  var score: @Sendable (UserContext, Int32) -> Float

  func scores(for user: UserContext, items: [Int32]) -> [Float] {
    items.map { score(user, $0) }
  }
}

/// Two users; user u rates item i with (u + i) mod 5 + 1.
private func trial() -> Trial {
  var interactions = Interactions()
  for user in Int32(0)..<2 {
    for item in Int32(0)..<6 {
      interactions.users.append(user)
      interactions.items.append(item)
      interactions.ratings.append(Float((user + item) % 5 + 1))
    }
  }
  let dataset = Dataset(
    name: "toy", users: Entities(ids: Vocabulary(["a", "b"])),
    items: Entities(ids: Vocabulary((0..<6).map { "i\($0)" })), interactions: interactions,
    scale: RatingScale(1, 5))
  let tasks = [
    UserTask(user: 0, support: [0, 1], query: [2, 3, 4, 5]),
    UserTask(user: 1, support: [6, 7], query: [8, 9, 10, 11]),
  ]
  var ndcg = NDCG()
  ndcg.cutoff = 2
  return Trial(dataset: dataset, tasks: tasks, metrics: [MeanAbsoluteError(), ndcg])
}

@Suite struct JudgingTests {
  @Test func aModelThatKnowsTheRatingsIsPerfect() throws {
    let judgement = try trial().judgement(
      of: Scripted { Float(($0.user! + $1) % 5 + 1) })
    #expect(judgement.values == [[0, 0], [1, 1]])
    #expect(judgement.tieRate == 0)
    #expect(judgement.collapse == nil)
  }

  @Test func aModelSeesTheSupportRatingsOnly() throws {
    _ = try trial().judgement(
      of: Scripted { user, item in
        #expect(user.support.map(\.item) == [0, 1])
        #expect(user.support.map(\.rating) == (user.user == 0 ? [1, 2] : [2, 3]))
        #expect((2...5).contains(item))
        return 0
      })
  }

  /// Parts of a trial have the values that they would have alone, and no user is scored for them again.
  @Test func partsAreJudgedByTheScoresOfTheWhole() throws {
    let whole = trial()
    let parts = [
      whole.restricted(to: [UserTask(user: 1, support: [6, 7], query: [9, 11])]),
      whole.restricted(to: [
        UserTask(user: 0, support: [0, 1], query: [5]), whole.tasks[1],
      ]),
    ]
    let asked = Mutex<[Int32]>([])
    let scripted = Scripted { user, item in
      if item == 2 { asked.withLock { $0.append(user.user ?? -1) } }
      return Float(((user.user ?? 0) * 7 + item * 3) % 5 + 1)
    }
    let together = try whole.judgements(of: scripted, and: parts)
    #expect(asked.withLock { $0.sorted() } == [0, 1])
    for (judgement, trial) in zip(together, [whole] + parts) {
      let alone = try trial.judgement(of: scripted)
      #expect(judgement.values == alone.values && judgement.taskCount == trial.tasks.count)
      #expect(judgement.tieRate == alone.tieRate && judgement.flatTasks == alone.flatTasks)
    }
  }

  @Test func errorsHaveNoValueForAMereOrder() throws {
    let judgement = try trial().judgement(of: Scripted(predictsRatings: false) { Float($1) })
    #expect(judgement.values[0] == [nil, nil])
    #expect(judgement.mean(0) == nil)
    #expect(judgement.mean(1) != nil)
  }

  @Test func equalScoresAreReportedAsACollapse() throws {
    let flat = try trial().judgement(of: Scripted { _, _ in 3 })
    #expect(flat.tieRate == 1)
    #expect(flat.flatTasks == 2)
    #expect(flat.collapse != nil)
    #expect(try #require(flat.mean(1)).mean == trial().chance().mean(1)?.mean)
  }

  /// Scores that only order may be as small as they like.
  @Test func smallScoresAreNoCollapse() throws {
    let small = try trial().judgement(of: Scripted(predictsRatings: false) { Float($1) * 1e-7 })
    #expect(small.flatTasks == 0 && small.collapse == nil)
    let zeros = try trial().judgement(of: Scripted(predictsRatings: false) { _, _ in 0 })
    #expect(zeros.flatTasks == 2)
  }

  @Test func ratingsThatAreAllEqualHaveErrorsToo() throws {
    var metric = MeanAbsoluteError()
    metric.adopt(MetricDefaults())
    let query = JudgedQuery(scores: [5, 5], ratings: [5, 5], scale: RatingScale(5, 5))
    #expect(metric.value(of: query) == 0 && metric.chance(of: query) == 0)
  }

  @Test func sampledCandidatesAreSaidWithACaution() {
    let tasks = [UserTask(user: 0, support: [], query: [0, 1, 2])]
    #expect(
      Candidates.sampled(100).definition(tasks, unrated: 500)
        == "the 3 query items of each user and 100 drawn from those the user never rated")
    #expect(Candidates.sampled(100).definition(tasks, unrated: 40).hasSuffix("(40 at least)"))
    #expect(Candidates.sampled(100).caution?.contains("Krichene and Rendle") == true)
    #expect(Candidates.all.caution == nil)
  }

  @Test func coarseScoresAreReportedByTheirTieRate() throws {
    let coarse = try trial().judgement(of: Scripted { Float($1 / 2) })
    #expect(coarse.flatTasks == 0)
    #expect(coarse.tieRate == 1)
    #expect(coarse.collapse?.contains("100 %") == true)
  }
}
