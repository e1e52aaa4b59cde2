import Datasets
import Evaluation
import Kernels
import Testing

/// Policies that choose what to show, on logs whose truth is known.
@Suite struct BanditTests {
  private func log(
    people: Int = 400, items: Int = 10, impressions: Int = 5, draw: Int = 1
  ) throws -> Dataset {
    var log = ImpressionLog()
    (log.users, log.items, log.impressions, log.draw) = (people, items, impressions, draw)
    return try log.load(from: NoFiles())
  }

  private func stream(_ data: Dataset, features: Bool = true) -> ImpressionStream {
    ImpressionStream(data, features: features ? data.users.features : [])
  }

  private func mean(_ values: [Double?]) -> Double {
    let known = values.compactMap(\.self)
    return known.reduce(0, +) / Double(max(1, known.count))
  }

  @Test func coefficientsAreThoseOfRidgeRegression() {
    var arms = LinearArms(2, width: 2, ridge: 2)
    let rows: [(context: [Double], reward: Double)] = [
      ([1, 0], 1), ([1, 1], 0), ([1, -1], 1), ([1, 0.5], 3),
    ]
    for row in rows { arms.learn(1, in: row.context, reward: row.reward) }
    // A = 2 I + Σ x xᵀ and b, by hand; its inverse is that of two rows and columns.
    let (a, c, d) = (2 + 4.0, 0.5, 2 + 2.25)
    let (b1, b2) = (5.0, -1 + 1.5)
    let determinant = a * d - c * c
    let theta = [(d * b1 - c * b2) / determinant, (a * b2 - c * b1) / determinant]
    let context = [1.0, 2.0]
    let belief = arms.belief(of: 1, in: context)
    let square = (d - 2 * 2 * c + 4 * a) / determinant
    #expect(abs(belief.mean - (theta[0] + 2 * theta[1])) < 1e-12)
    #expect(abs(belief.deviation - square.squareRoot()) < 1e-12)
    // The other arm knows nothing yet.
    let other = arms.belief(of: 0, in: context)
    #expect(other.mean == 0)
    #expect(abs(other.deviation - (5.0 / 2).squareRoot()) < 1e-12)
  }

  @Test func indicesAreMeanAndSpread() {
    var chance = RandomKey(seed: 1).stream
    let beliefs = [ArmBelief(mean: 0.5, deviation: 0.1), ArmBelief(mean: 0.4, deviation: 0.4)]
    #expect(GreedyChoice().choice(among: beliefs, &chance) == 0)
    #expect(UpperConfidence().choice(among: beliefs, &chance) == 1)
    var narrow = UpperConfidence()
    narrow.exploration = 0.1
    #expect(narrow.choice(among: beliefs, &chance) == 0)
    // Thompson plays each as often as it is the best: P(N(.1, .3² (.1² + .4²)) > 0) = .79.
    let first = (0..<4000).count { _ in ThompsonSampling().choice(among: beliefs, &chance) == 0 }
    #expect(abs(Double(first) / 4000 - 0.79) < 0.03)
    // Equal arms are played alike.
    let equal = Array(repeating: ArmBelief(mean: 0, deviation: 1), count: 4)
    let counts = (0..<4000).reduce(into: [0, 0, 0, 0]) { counts, _ in
      counts[GreedyChoice().choice(among: equal, &chance)] += 1
    }
    #expect(counts.allSatisfy { abs($0 - 1000) < 120 })
  }

  @Test func theLogIsWhatItsChancesSay() throws {
    let data = try log(people: 2000)
    let chances = try #require(data.showings?.chances)
    let rows = data.interactions
    var (clicks, expected, variance) = (0.0, 0.0, 0.0)
    var counts = Array(repeating: 0, count: data.items.count)
    for row in rows.users.indices {
      let chance = try #require(
        chances.chance(
          user: data.users.ids.names[Int(rows.users[row])],
          item: data.items.ids.names[Int(rows.items[row])]))
      clicks += Double(rows.ratings[row])
      expected += chance
      variance += chance * (1 - chance)
      counts[Int(rows.items[row])] += 1
    }
    #expect(abs(clicks - expected) < 4 * variance.squareRoot())
    #expect(counts.allSatisfy { abs($0 - 1000) < 130 })
    #expect(chances.chance(user: "1", item: "11") == nil)
    #expect(chances.chance(user: "x", item: "1") == nil)
    #expect(try log(people: 2000).contentDigest == data.contentDigest)
    #expect(try log(people: 2000, draw: 2).contentDigest != data.contentDigest)
  }

  /// What a policy brings by replay is what it brings when it is played for as many visitors as replay counts.
  @Test func replayIsWithoutBias() throws {
    let differences = try (1...24).map { draw in
      func trial(people: Int) throws -> BanditTrial {
        let stream = stream(try log(people: people, items: 5, impressions: 1, draw: draw))
        return BanditTrial(
          of: UpperConfidence(), on: stream, ridge: 1, key: RandomKey(seed: UInt64(draw)))
      }
      let replayed = try trial(people: 2500).replayed()
      #expect(abs(replayed.rewards.count { $0 != nil } - 500) < 90)
      return try mean(replayed.rewards) - mean(trial(people: 500).played().rewards)
    }
    let shift = differences.reduce(0, +) / 24
    let variance = differences.reduce(0) { $0 + ($1 - shift) * ($1 - shift) } / 23
    #expect(abs(shift) < 3 * (variance / 24).squareRoot(), "\(shift)")
  }

  @Test func learningBringsMoreThanChanceAndLessThanTheTruth() throws {
    let stream = stream(try log(people: 3000))
    func trial(_ policy: any BanditPolicy) -> BanditTrial {
      BanditTrial(of: policy, on: stream, ridge: 1, key: RandomKey(seed: 3))
    }
    let best = stream.playedBest()
    let random = trial(RandomChoice()).played()
    for policy in [ThompsonSampling(), UpperConfidence(), EpsilonGreedy()] as [any BanditPolicy] {
      let course = trial(policy).played()
      #expect(mean(course.regrets) < 0.7 * mean(random.regrets))
      #expect(mean(course.rewards) > mean(random.rewards) + 0.03)
      #expect(mean(course.rewards) < mean(best.rewards))
      #expect(course.regrets.allSatisfy { ($0 ?? -1) >= 0 })
      // What is regretted falls as more is known.
      let half = course.regrets.count / 2
      #expect(mean(Array(course.regrets[half...])) < mean(Array(course.regrets[..<half])))
    }
    #expect(best.regrets.allSatisfy { $0 == 0 })
  }

  @Test func groupsAreLearntFromFeatures() throws {
    let data = try log(people: 4000)
    func regret(features: Bool) -> Double {
      mean(
        BanditTrial(
          of: UpperConfidence(), on: stream(data, features: features), ridge: 1,
          key: RandomKey(seed: 1)
        ).played().regrets)
    }
    #expect(regret(features: true) < 0.9 * regret(features: false))
  }

  @Test func whatIsLeftOfALogIsNotOneOfChance() throws {
    let data = try log()
    #expect(data.keeping(rows: [0, 1, 2]).showings == nil)
    #expect(try data.asInteractions().showings == nil)
    #expect(data.asDomain("a", sharesUsers: false).showings == nil)
  }
}

private final class NoFiles: FileSource {
  func read(_ path: String) throws(DatasetError) -> FileContents {
    throw DatasetError("there are no files", code: "E0501")
  }
  func kind(of path: String) -> FileKind? { nil }
  func list(_ path: String) throws(DatasetError) -> [String] { [] }
}
