import Datasets
import Kernels
import MetaLearning
import Models
import TestedKernels
import Testing

private let lists = drawnLists(users: 40, items: 9, most: 6)

/// What each user took, with a feature that three groups of users have and one more that nobody shares.
private let data: Dataset = {
  var data = clicks(lists, items: 9)
  let groups = (0..<40).map { $0 == 39 ? 3 : $0 % 3 }
  data.users.features = [
    Feature(
      "group",
      .categories(
        Vocabulary(["a", "b", "c", "alone"]), offsets: (0...40).map { Int32($0) },
        codes: groups.map { Int32($0) }))
  ]
  return data
}()

/// Items, the four groups and the constant.
private let regressors = 9 + 4 + 1

private func split(_ tasks: [UserTask], valid: Int = 0) -> TaskSplit {
  TaskSplit(
    train: Array(tasks.dropLast(valid)), valid: Array(tasks.suffix(valid)), test: [],
    recipe: "test", fingerprint: 1)
}

private func trained(
  _ learner: EpisodicRidge, _ data: Dataset, _ split: TaskSplit, kernels: KernelSet = .underTest
) -> (model: TrainedModel, choice: String?) {
  var options = TrainingOptions()
  options.epochs = 5
  var training = Training(
    data, split, learner: learner, network: Factor(), loss: PairwiseRanking(), options: options,
    kernels: kernels)
  while training.next() != nil {}
  return (
    TrainedModel(
      learner: learner, problem: training.problem, weights: training.best, fingerprint: 1,
      history: training.history), training.choice
  )
}

private func weights(of model: TrainedModel) -> [Float] {
  withExtendedLifetime(model) { model.weights.all.array }
}

/// All ways to take k of a list.
private func draws(_ k: Int, of list: [Int32]) -> [[Int32]] {
  if k == 0 { return [[]] }
  guard let first = list.first else { return [] }
  let rest = Array(list.dropFirst())
  return draws(k - 1, of: rest).map { [first] + $0 } + draws(k, of: rest)
}

/// What is known of a user, in the places of the regressors.
private func features(of user: Int) -> [Int] { [9 + (user == 39 ? 3 : user % 3), 13] }

/// The weights from the definition, draw by draw.
private func expectedWeights(k: Int, _ learner: EpisodicRidge) -> [[Double]] {
  let powers = lists.map { Elementary.pow(Double($0.count), learner.weight) }
  let mean = powers.reduce(0, +) / Double(powers.count)
  var gram = identity(regressors, learner.penalty ?? 0)
  for place in 9..<regressors { gram[place][place] = learner.featurePenalty }
  var moments = Array(repeating: Array(repeating: 0.0, count: 9), count: regressors)
  for (user, list) in lists.enumerated() {
    let all = draws(min(k, list.count - 1), of: list)
    for drawn in all {
      let share = powers[user] / mean / Double(all.count)
      let known = drawn.map { Int($0) } + features(of: user)
      for i in known {
        for j in known { gram[i][j] += share }
        for j in list where !drawn.contains(j) { moments[i][Int(j)] += share }
      }
    }
  }
  return solved(gram, moments)
}

@Suite struct EpisodicRidgeTests {
  @Test(arguments: [1, 2, 3]) func episodesAreAveragedOverAllDraws(k: Int) {
    var learner = EpisodicRidge()
    (learner.penalty, learner.featurePenalty, learner.weight) = (0.7, 2, 0.5)
    let weights = expectedWeights(k: k, learner)
    let (model, choice) = trained(learner, data, split(tasks(of: data) { _ in k }))
    #expect(choice == nil && model.history.count == 1)
    let items = (0..<9).map { Int32($0) }
    for (user, taken) in [(1, [5, 2, 8]), (2, [0, 3, 4]), (39, [7, 1, 6])] as [(Int, [Int32])] {
      let support = taken.prefix(k).map { UserContext.Rating(item: $0, rating: 1) }
      let found = model.scores(
        for: UserContext(user: Int32(user), support: support), items: items)
      for item in 0..<9 {
        let expected = (taken.prefix(k).map { Int($0) } + features(of: user))
          .reduce(0) { $0 + weights[$1][item] }
        #expect(abs(Double(found[item]) - expected) < 1e-5, "user \(user), item \(item)")
      }
    }
  }

  /// Who has no value is as one whose value few others have.
  @Test func whatIsUnknownIsAsWhatFewHave() {
    var learner = EpisodicRidge()
    (learner.penalty, learner.featurePenalty) = (1, 3)
    let weights = expectedWeights(k: 2, learner)
    var others = data
    others.users.features = []
    let (model, _) = trained(learner, data, split(tasks(of: data) { _ in 2 }))
    let found = model.describing(others).scores(
      for: UserContext(user: 0, support: [.init(item: 4, rating: 1)]), items: [0, 1, 2])
    for item in 0..<3 {
      let expected = weights[4][item] + weights[12][item] + weights[13][item]
      #expect(abs(Double(found[item]) - expected) < 1e-5)
    }
  }

  @Test func manyNumbersAreToldApartByEighths() {
    var numbered = data
    let ages = (0..<40).map { "\(20 + $0)" }
    numbered.users.features = [
      Feature(
        "age",
        .categories(
          Vocabulary(ages), offsets: (0...40).map { Int32($0) },
          codes: (0..<40).map { Int32($0) }))
    ]
    var learner = EpisodicRidge()
    learner.penalty = 1
    let (model, _) = trained(learner, numbered, split(tasks(of: numbered) { _ in 2 }))
    let scores = (0..<40).map { user in
      model.scores(for: UserContext(user: Int32(user), support: []), items: [0, 1, 2, 3])
    }
    for user in 1..<40 {
      #expect((scores[user] == scores[user - 1]) == (user % 5 != 0), "user \(user)")
    }
  }

  @Test func theStrengthIsTheBestForValidationUsers() throws {
    let split = split(tasks(of: data) { _ in 2 }, valid: 10)
    let (model, choice) = trained(EpisodicRidge(), data, split)
    let words = try #require(choice)
    let fitting = try #require(
      EpisodicRidge.penalties.first {
        words.hasPrefix("l2=\($0 == $0.rounded() ? "\(Int($0))" : "\($0)"), of")
      })
    var learner = EpisodicRidge()
    learner.penalty = fitting
    #expect(weights(of: trained(learner, data, split).model) == weights(of: model))
  }

  @Test func theBitsAreAlwaysTheSame() {
    let lists = drawnLists(users: 200, items: 150, most: 30)
    let data = clicks(lists, items: 150)
    var known: [Float]?
    for kernels in KernelSet.available {
      for threads in [1, 2] {
        let found = ThreadPool().whileUsed(atMost: threads) {
          weights(
            of: trained(
              EpisodicRidge(), data, split(tasks(of: data) { _ in 2 }, valid: 40),
              kernels: kernels
            ).model)
        }
        #expect(found == known ?? found, "\(kernels.name), \(threads) threads")
        known = found
      }
    }
  }

  /// A user with one item, one with all, one with none, and none at all.
  @Test func oddUsersAreNoTrouble() {
    let data = clicks([[1], [0, 1, 2, 3], [], [2, 3]], items: 5)
    for training in [tasks(of: data) { _ in 1 }, tasks(of: data) { $0 }, []] {
      let (model, _) = trained(EpisodicRidge(), data, split(training))
      let scores = model.scores(
        for: UserContext(user: nil, support: [1, 3, 3].map { .init(item: $0, rating: 1) }),
        items: [0, 1, 2, 3, 4])
      #expect(scores.count == 5 && scores.allSatisfy { $0.isFinite })
    }
  }

  @Test func aPairThatStandsTwiceCountsOnce() {
    let twice = clicks(lists.map { $0 + $0 }, items: 9)
    let once = clicks(lists, items: 9)
    var learner = EpisodicRidge()
    learner.penalty = 2
    func found(_ data: Dataset) -> [Float] {
      weights(of: trained(learner, data, split(tasks(of: data) { _ in 1 })).model)
    }
    #expect(found(once) == found(twice))
  }
}
