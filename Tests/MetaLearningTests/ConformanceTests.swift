import Datasets
import Kernels
import Language
import MetaLearning
import Models
import TestedKernels
import Testing

/// What every algorithm of the catalog must do, so that a new one is tested by being listed.
@Suite struct ConformanceTests {
  static let names = metaLearners.members.names

  /// The algorithm, with inner steps long enough for so small a board.
  func learner(_ name: String) throws -> any MetaLearner {
    var learner: any Configurable = try metaLearners.make(name).get()
    _ = set(option: "inner-lr", to: .number(0.1), of: &learner)
    let student = learner as? any Student
    return try student?.taught(by: Self.teacher) ?? #require(learner as? any MetaLearner)
  }

  /// Whom students learn from.
  static let teacher: TrainedModel = {
    let suite = ConformanceTests()
    var training = suite.training(RidgeHead())
    suite.run(&training)
    return suite.model(training)
  }()

  /// A board whose halves users like or dislike: what a user thinks of one item tells the rest.
  static let board: Dataset = {
    var stream = RandomKey(seed: 4).derived("board").stream
    var table = Interactions()
    let (users, items) = (60, 16)
    for user in 0..<users {
      let likesEven = stream.below(2) == 0
      for item in 0..<items {
        table.users.append(Int32(user))
        table.items.append(Int32(item))
        table.ratings.append((item % 2 == 0) == likesEven ? 5 : 1)
      }
    }
    return Dataset(
      name: "board", users: Entities(ids: Vocabulary((0..<users).map { "u\($0)" })),
      items: Entities(ids: Vocabulary((0..<items).map { "i\($0)" })), interactions: table,
      scale: RatingScale(1, 5))
  }()

  func training(_ learner: any MetaLearner, threads: Int = 1, epochs: Int = 200) -> Training {
    var options = TrainingOptions()
    options.epochs = epochs
    options.batch = 8
    options.patience = 0
    options.lookupDecay = 0
    options.threads = threads
    let usual = learner.outerDefault
    options.rate = usual.optimizer is AdamW ? 0.01 : usual.rate
    var network = MLP()
    network.hidden = [16]
    network.embed = 8
    return Training(
      Self.board, smallSplit(Self.board, query: 6), learner: learner, network: network,
      loss: SquaredError(), options: options, kernels: .underTest)
  }

  func run(_ training: inout Training) { while training.next() != nil {} }

  func model(_ training: Training) -> TrainedModel {
    TrainedModel(
      learner: training.learner, problem: training.problem, weights: training.best, fingerprint: 1)
  }

  /// Plain pretraining learns nothing from users who disagree about everything: the board has no mean taste.
  static let adapting = names.filter { $0 != "pretrain" }

  /// Enough for each to learn the board; Reptile moves by first differences and takes longest.
  func epochs(_ name: String) -> Int { name == "reptile" ? 800 : 200 }

  @Test(arguments: adapting) func trainingLowersTheValidationLoss(name: String) throws {
    var training = training(try learner(name), epochs: epochs(name))
    let (untrained, tasks) = (model(training), smallSplit(Self.board, query: 6).valid)
    let before =
      tasks.reduce(0) { $0 + untrained.queryLoss(of: $1, Self.board.interactions) }
      / Float(tasks.count)
    run(&training)
    let after = training.history.map(\.validLoss).min() ?? .infinity
    #expect(after < 0.7 * before, "\(before) → \(after)")
  }

  @Test(arguments: adapting) func adaptingRanksTheLikedHalfFirst(name: String) throws {
    var training = training(try learner(name), epochs: epochs(name))
    run(&training)
    let model = model(training)
    for liked in [0, 1] {
      let support = (0..<8).map {
        UserContext.Rating(item: Int32($0), rating: $0 % 2 == liked ? 5 : 1)
      }
      let scores = model.scores(
        for: UserContext(user: nil, support: support), items: Array(8..<16))
      let order = scores.indices.sorted { scores[$0] > scores[$1] }
      let likedFirst = order.prefix(4).allSatisfy { $0 % 2 == liked }
      #expect(likedFirst, "\(scores)")
    }
  }

  @Test(arguments: names) func theSameBitsOnAnyNumberOfThreads(name: String) throws {
    let results = try [1, 2, 3].map { threads in
      var training = training(try learner(name), threads: threads, epochs: 3)
      let pool = ThreadPool()
      pool.whileUsed { run(&training) }
      #expect(pool.threadCount == threads - 1)
      return training.best.all.array.map(\.bitPattern)
    }
    #expect(results[0] == results[1])
    #expect(results[0] == results[2])
  }

  @Test(arguments: names) func adaptingLeavesTheInitialWeightsAlone(name: String) throws {
    var training = training(try learner(name), epochs: 2)
    run(&training)
    let model = model(training)
    let before = model.weights.all.array
    let context = UserContext(user: 1, support: [.init(item: 0, rating: 5)])
    let first = model.scores(for: context, items: [1, 2, 3])
    #expect(model.weights.all.array == before)
    #expect(model.scores(for: context, items: [1, 2, 3]) == first)
  }

  @Test(arguments: names) func withoutSupportScoresAreFinite(name: String) throws {
    var training = training(try learner(name), epochs: 1)
    run(&training)
    let scores = model(training).scores(
      for: UserContext(user: nil, support: []), items: Array(0..<16))
    let isFinite = scores.allSatisfy { $0.isFinite }
    #expect(isFinite)
  }

  @Test(arguments: names) func aSavedModelScoresTheSameBits(name: String) throws {
    var training = training(try learner(name), epochs: 2)
    run(&training)
    let model = model(training)
    let bytes = ModelFile.encoded(model).sealed()
    let file = try bytes.withUnsafeBytes { try Safetensors($0) }
    let opened = try ModelFile.model(file, data: Self.board, kernels: .underTest)
    let context = UserContext(
      user: 3, support: [.init(item: 0, rating: 5), .init(item: 3, rating: 1)])
    let expected = model.scores(for: context, items: [4, 5, 6])
    #expect(opened.scores(for: context, items: [4, 5, 6]) == expected)
  }

  @Test(arguments: names) func aTrainingGoneOnWithEndsInTheSameBits(name: String) throws {
    var whole = training(try learner(name), epochs: 4)
    run(&whole)
    var first = training(try learner(name), threads: 2, epochs: 4)
    ThreadPool().whileUsed {
      while let step = first.next(), step.epochEnd?.epoch != 2 {}
    }
    let bytes = CheckpointFile.encoded(first.state, words: [:]).sealed()
    let file = try bytes.withUnsafeBytes { try Safetensors($0) }
    var second = training(try learner(name), epochs: 4)
    second.restore(
      try CheckpointFile.state(
        file, layout: second.problem.layout, memories: second.memories))
    run(&second)
    #expect(second.history == whole.history)
    #expect(second.best.all.array == whole.best.all.array)
    #expect(second.state.weights.all.array == whole.state.weights.all.array)
    #expect(second.state.memory == whole.state.memory)
  }
}
