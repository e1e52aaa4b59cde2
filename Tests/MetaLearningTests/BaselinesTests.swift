import Datasets
import Kernels
import Language
import MetaLearning
import Models
import TestedKernels
import Testing

/// Rows (user, item, rating) as a data set of `users` and `items`.
private func dataset(_ rows: [(Int32, Int32, Float)], users: Int, items: Int) -> Dataset {
  Dataset(
    name: "toy", users: Entities(ids: Vocabulary((0..<users).map { "u\($0)" })),
    items: Entities(ids: Vocabulary((0..<items).map { "i\($0)" })),
    interactions: Interactions(
      users: rows.map(\.0), items: rows.map(\.1), ratings: rows.map(\.2)),
    scale: RatingScale(1, 5))
}

private let key = RandomKey(seed: 3)

/// Users 0 and 1 train; user 2 tests with rows 5 (support), 6 and 7 (query). Item 3 is cold.
private let toy = dataset(
  [
    (0, 0, 5), (0, 1, 3), (1, 0, 4), (1, 1, 1), (1, 2, 2),
    (2, 0, 2), (2, 1, 5), (2, 3, 4),
  ], users: 3, items: 4)
private let training = [
  UserTask(user: 0, support: [0], query: [1]), UserTask(user: 1, support: [2, 3], query: [4]),
]
private let tested = UserContext(
  UserTask(user: 2, support: [5], query: [6, 7]), in: toy.interactions)

private func scores<B: Baseline>(_ baseline: B) -> [Float] {
  baseline.fitted(to: toy, training: training, key: key, kernels: .underTest).scores(
    for: tested, items: [0, 1, 2, 3])
}

@Suite struct BaselinesTests {
  @Test func popularityCountsTrainingRatings() {
    #expect(scores(Popularity()) == [2, 2, 1, 0])
  }

  @Test func itemMeanIsDrawnTowardsTheMeanOfAll() {
    // μ = 15/5 = 3
    let expected: [Float] = [(9 + 15) / 7.0, (4 + 15) / 7.0, (2 + 15) / 6.0, 3]
    for (score, expected) in zip(scores(ItemMean()), expected) {
      #expect(abs(score - expected) < 1e-6)
    }
  }

  @Test func biasAfterOneSweepMatchesTheHandComputation() {
    var bias = Bias()
    bias.sweeps = 1
    // b_i = Σ(r − 3)/(n + 5): 3/7, −2/7, −1/6, 0. The user's: (2 − 3 − 3/7)/(1 + 5).
    let items = [3 / 7.0, -2 / 7.0, -1 / 6.0, 0]
    let user = (2 - 3 - 3 / 7.0) / 6
    for (score, item) in zip(scores(bias), items) {
      #expect(abs(Double(score) - (3 + user + item)) < 1e-6)
    }
  }

  @Test func biasWithoutShrinkageSolvesTheLeastSquares() {
    // A full table r = 3 + b_u + b_i with deviations that add to 0 on both sides.
    let table = dataset(
      [(0, 0, 4), (0, 1, 2.5), (0, 2, 4), (1, 0, 3), (1, 1, 1.5), (1, 2, 3)], users: 3, items: 3)
    var bias = Bias()
    bias.shrinkage = 0
    let fitted = bias.fitted(
      to: table,
      training: [
        UserTask(user: 0, support: [0, 1, 2], query: []),
        UserTask(user: 1, support: [3, 4, 5], query: []),
      ], key: key, kernels: .underTest)
    let newcomer = UserContext(user: nil, support: [.init(item: 0, rating: 4.5)])
    let expected: [Float] = [4.5, 3, 4.5]
    for (score, expected) in zip(fitted.scores(for: newcomer, items: [0, 1, 2]), expected) {
      #expect(abs(score - expected) < 1e-5)
    }
  }

  @Test func randomScoresDependOnUserItemAndKeyOnly() {
    let fitted = RandomScores().fitted(to: toy, training: training, key: key, kernels: .underTest)
    let all = fitted.scores(for: tested, items: [0, 1, 2, 3])
    #expect(fitted.scores(for: tested, items: [3, 1]) == [all[3], all[1]])
    #expect(all.allSatisfy { $0 >= 1 && $0 <= 5 })
    #expect(Set(all).count == 4)
    let other = RandomScores().fitted(
      to: toy, training: training, key: RandomKey(seed: 4), kernels: .underTest)
    #expect(other.scores(for: tested, items: [0, 1, 2, 3]) != all)
  }

  /// Without training rows, and for a user without ratings, every baseline still answers.
  @Test(arguments: baselines.members.names)
  func scoresAreFiniteWhenNothingIsKnown(name: String) throws {
    let baseline = try baselines.make(name).get()
    for tasks in [[], training] {
      let fitted = baseline.fitted(to: toy, training: tasks, key: key, kernels: .underTest)
      let scores = fitted.scores(for: UserContext(user: nil, support: []), items: [0, 1, 2, 3])
      #expect(scores.count == 4)
      #expect(!scores.contains { !$0.isFinite })
    }
  }

  /// The leak that published code has: a test user's hidden ratings reach a fitted statistic.
  @Test(arguments: baselines.members.names)
  func hiddenRatingsOfTestUsersChangeNoScore(name: String) throws {
    var changed = toy
    changed.interactions.ratings[6] = 1
    changed.interactions.ratings[7] = 1
    changed.interactions.ratings[5] = 2
    let baseline = try baselines.make(name).get()
    let original = baseline.fitted(to: toy, training: training, key: key, kernels: .underTest)
    let altered = baseline.fitted(to: changed, training: training, key: key, kernels: .underTest)
    #expect(
      original.scores(for: tested, items: [0, 1, 2, 3])
        == altered.scores(for: tested, items: [0, 1, 2, 3]))
  }

  @Test(arguments: baselines.members.names)
  func theRowTitleIsTheNameInTheCatalog(name: String) throws {
    let fitted = try baselines.make(name).get().fitted(
      to: toy, training: training, key: key, kernels: .underTest)
    #expect(fitted.title == name)
  }

  /// What the checker of scripts knows of a row before anything is fitted.
  @Test(arguments: baselines.members.names)
  func whetherItPredictsRatingsIsKnownBeforeFitting(name: String) throws {
    let baseline = try baselines.make(name).get()
    let fitted = baseline.fitted(to: toy, training: training, key: key, kernels: .underTest)
    #expect(fitted.predictsRatings == baseline.predictsRatings)
  }
}
