import Datasets
import Kernels
import Language
import MetaLearning
import Models
import TestedKernels
import Testing

/// Several heads on one body.
@Suite struct HeadsTests {
  static let all: [HeadKind] = [.rating, .click, .category]

  /// The algorithms that take several heads.
  static let names: [String] = metaLearners.types.compactMap { type in
    let learner = type.init()
    return learner is any GradientLearner && !(learner is any Student) ? type.name : nil
  }

  typealias World = (data: Dataset, split: TaskSplit, problem: LearningProblem)

  func world(
    _ choice: HeadChoice?, _ learner: any MetaLearner, _ network: any Network = smooth(MLP()),
    data: Dataset = smallWorld()
  ) -> World {
    let split = smallSplit(data)
    let problem = LearningProblem(
      data, split, learner: learner, network: network, loss: SquaredError(),
      key: RandomKey(seed: 5), heads: choice, kernels: .underTest)
    return (data, split, problem)
  }

  /// Weights of which every block is moved off where it starts.
  func weights(_ world: World, _ learner: any MetaLearner) -> Weights {
    var weights = Weights(world.problem.layout, key: RandomKey(seed: 1))
    learner.prepare(&weights, .underTest)
    var stream = RandomKey(seed: 2).stream
    let all = weights.mutableAll()
    for index in 0..<all.count { all.base[index] += 0.05 * Float(stream.normal()) }
    return weights
  }

  /// The episode of a task as it is judged, with what is drawn for it.
  func episode(_ number: Int, _ world: World, _ scratch: Scratch) -> Episode {
    let task = world.split.train[number]
    let sampler = TaskSampler(world.data.interactions, key: RandomKey(seed: 0), resample: false)
    var (support, query) = sampler.ratings(of: task, epoch: 0)
    query = world.problem.drawing?.judged(query, after: support) ?? query
    support = world.problem.drawing?.completed(support) ?? support
    return scratch.builder.episode(
      user: task.user, support: support, query: query, arena: scratch.tape.arena)
  }

  func gradient(
    _ world: World, _ weights: Weights, tasks: Range<Int> = 1..<2,
    _ learn: @Sendable (Episode, Weights, Scratch) -> Float
  ) -> [Float] {
    let outer = OuterLoop(
      world.problem, weights: weights, options: OuterOptions(optimizer: SGD()), threads: 1)
    _ = outer.take(tasks: tasks.count, rate: 1) { number, weights, scratch in
      learn(episode(tasks.lowerBound + number, world, scratch), weights, scratch)
    }
    return zip(weights.all.array, outer.weights.all.array).map { $0 - $1 }
  }

  // MARK: Targets

  @Test func everyRowHasATargetOfTheHeadsThatItIsPartOf() {
    let choice = HeadChoice(Self.all, category: "genre")
    let world = world(choice, MAML())
    let scratch = Scratch(world.problem)
    let rows = episode(1, world, scratch).support
    let task = world.split.train[1]
    let (taken, drawn) = (task.support.count, 4 * task.support.count)
    #expect(rows.count == taken + drawn + 4)
    let interactions = world.data.interactions
    for row in 0..<rows.count {
      let (rating, click, share) = (
        rows.ratings[row, 0], rows.ratings[row, 1], rows.ratings[row, 2]
      )
      if row < taken {
        #expect(rating == interactions.ratings[Int(task.support[row])])
        #expect(click == 1 && share.isNaN)
      } else if row < taken + drawn {
        #expect(rating.isNaN && click == 0 && share.isNaN)
      } else {
        #expect(rating.isNaN && click.isNaN && share >= 0)
      }
    }
    let shares = (taken + drawn..<rows.count).map { rows.ratings[$0, 2] }
    #expect(abs(shares.reduce(0, +) - 1) < 1e-5)
  }

  /// Of the same scores each head's loss is that of its own rows and columns, and their sum is weighed.
  @Test func theLossIsTheWeightedSumOfThoseOfTheHeads() throws {
    let choice = HeadChoice(Self.all, weights: .fixed([1, 0.5, 0.25]), category: "genre")
    let world = world(choice, MAML())
    let model = TrainedModel(
      learner: MAML(), problem: world.problem, weights: weights(world, MAML()), fingerprint: 1)
    let task = world.split.train[1]
    let parts = model.headLosses(of: task, world.data.interactions)
    let whole = model.queryLoss(of: task, world.data.interactions)
    #expect(parts.count == 3 && parts.allSatisfy { $0.isFinite && $0 > 0 })
    #expect(abs(whole - (parts[0] + 0.5 * parts[1] + 0.25 * parts[2])) < 1e-5)
    // The rating's is the mean squared error of what the model predicts.
    let items = task.query.map { world.data.interactions.items[Int($0)] }
    let scores = model.scores(for: UserContext(task, in: world.data.interactions), items: items)
    let errors = zip(scores, task.query).map { $0 - world.data.interactions.ratings[Int($1)] }
    let error = errors.reduce(0) { $0 + $1 * $1 } / Float(errors.count)
    #expect(abs(parts[0] - error) < 1e-4)
  }

  /// A head without weight changes nothing of the others: the ratings learn as alone.
  @Test func aHeadWithoutWeightTakesNoPart() {
    let alone = world(nil, MAML())
    let beside = world(
      HeadChoice([.rating, .category], weights: .fixed([1, 0]), category: "genre"), MAML())
    func losses(_ world: World) -> [Float] {
      var options = TrainingOptions()
      options.epochs = 3
      options.start = .biases
      var training = Training(
        world.problem, world.data, world.split, learner: MAML(), options: options)
      while training.next() != nil {}
      return training.history.map(\.validLoss)
    }
    // Initial weights of the head differ, since its block is wider: the losses are near, not equal.
    for (a, b) in zip(losses(alone), losses(beside)) { #expect(abs(a - b) < 0.4) }
    let weights = weights(beside, MAML())
    let gradient = gradient(beside, weights) { MAML().learn(from: $0, $1, in: $2) }
    let layout = beside.problem.layout
    if let head = layout.index(of: "head.weight") {
      let block = layout.blocks[head]
      for row in 0..<block.rows {
        #expect(gradient[block.offset + row * 2 + 1] == 0)
        #expect(gradient[block.offset + row * 2] != 0)
      }
    }
  }

  // MARK: Gradients

  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let learner: any MetaLearner
    let network: any Network
    let choice: HeadChoice
    var testDescription: String { name }
  }

  static let cases: [Case] = {
    var cases: [Case] = []
    for weights in [HeadWeights.fixed([1, 0.5, 2]), .learned] {
      let choice = HeadChoice(all, weights: weights, category: "genre")
      for scope in [AdaptationScope.all, .decision, .head] {
        for network in [MLP(), Factor(), Mixture()] as [any Network] {
          var maml = MAML()
          (maml.steps, maml.innerRate, maml.scope) = (3, 0.02, scope)
          cases.append(
            Case(
              name: "maml \(scope) \(type(of: network).name) \(weights.argumentText)",
              learner: maml, network: smooth(network), choice: choice))
        }
      }
      for name in ["melu", "meta-sgd", "prompt", "anil"] {
        guard var learner: any Configurable = try? metaLearners.make(name).get() else { continue }
        _ = set(option: "steps", to: .number(3), of: &learner)
        _ = set(option: "inner-lr", to: .number(0.02), of: &learner)
        guard let learner = learner as? any MetaLearner else { continue }
        cases.append(
          Case(
            name: "\(name) \(weights.argumentText)", learner: learner, network: smooth(MLP()),
            choice: choice))
      }
    }
    return cases
  }()

  @Test(arguments: cases)
  func theMetaGradientIsTheDerivativeThroughAllSteps(item: Case) {
    let world = world(item.choice, item.learner, item.network)
    let start = weights(world, item.learner)
    let gradient = gradient(world, start) { item.learner.learn(from: $0, $1, in: $2) }
    for (number, block) in world.problem.layout.blocks.enumerated() {
      var stream = RandomKey(seed: 9).derived(number).stream
      var direction = [Float](repeating: 0, count: start.count)
      for index in block.offset..<block.offset + block.count {
        direction[index] = Float(stream.normal())
      }
      func loss(_ h: Float) -> Double {
        var moved = start
        let all = moved.mutableAll()
        for index in direction.indices { all.base[index] += h * direction[index] }
        return Double(
          TrainedModel(
            learner: item.learner, problem: world.problem, weights: moved, fingerprint: 1
          ).queryLoss(of: world.split.train[1], world.data.interactions))
      }
      let h: Float = 4e-3
      let slope = (8 * (loss(h) - loss(-h)) - (loss(2 * h) - loss(-2 * h))) / Double(12 * h)
      let exact = zip(gradient, direction).map { Double($0 * $1) }.reduce(0, +)
      #expect(
        abs(slope - exact) < 6e-3 * max(1, abs(exact)),
        "\(block.name): \(slope) by differences, \(exact) by the sweep")
    }
  }

  @Test(arguments: [AdaptationScope.decision, .head])
  func theHandWrittenFormIsExact(scope: AdaptationScope) {
    var maml = MAML()
    (maml.steps, maml.innerRate, maml.scope) = (3, 0.05, scope)
    let world = world(HeadChoice(Self.all, category: "genre"), maml)
    let loop = maml.innerLoop(world.problem.layout)
    let start = weights(world, maml)
    let short = gradient(world, start, tasks: 0..<2) { episode, weights, scratch in
      #expect(scratch.hasDenseStackForm(loop))
      return loop.metaGradient(scratch, weights, episode)
    }
    let plain = gradient(world, start, tasks: 0..<2) { loop.plainMetaGradient($2, $1, $0) }
    let size = plain.map { abs($0) }.max() ?? 0
    let worst = zip(short, plain).map { abs($0 - $1) }.max() ?? 1
    #expect(size > 0.01 && worst < 5e-5 * max(1, size), "\(worst) of \(size)")
  }

  /// The balance follows the slope of how far the pulls are from what they should be, by differences in v.
  @Test func balancedWeightsFollowTheGradientOfTheirImbalance() throws {
    let choice = HeadChoice([.rating, .click], weights: .balanced)
    var maml = MAML()
    maml.steps = 0
    let learner = maml
    let world = world(choice, maml)
    var start = weights(world, maml)
    let layout = world.problem.layout
    let (balance, first) = (
      try #require(layout.index(of: "heads.balance")),
      try #require(layout.index(of: "heads.first-loss"))
    )
    let model = TrainedModel(learner: maml, problem: world.problem, weights: start, fingerprint: 1)
    let losses = model.headLosses(of: world.split.train[1], world.data.interactions)
    // One of them has learned half of what the other has.
    start.mutableView(first).copy(from: [losses[0], losses[1] * 2])
    func single(_ head: Int) -> Float {
      let choice = HeadChoice([.rating, .click], weights: .fixed(head == 0 ? [1, 0] : [0, 1]))
      let own = self.world(choice, maml)
      var plain = Weights(own.problem.layout)
      plain.mutableAll().copy(from: Array(start.all.array.prefix(plain.count)))
      let gradient = gradient(own, plain) { learner.learn(from: $0, $1, in: $2) }
      let shared = own.problem.layout.blocks.filter { $0.name.hasPrefix("hidden2") }
      return shared.flatMap { gradient[$0.offset..<$0.offset + $0.count] }
        .reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
    let norms = [single(0), single(1)]
    let v = start.view(balance).array
    func pulls(_ v: [Float]) -> [Float] {
      let powers = v.map { KernelSet.underTest.exponential($0) }
      return zip(powers, norms).map { 2 * $0 / powers.reduce(0, +) * $1 }
    }
    let mean = pulls(v).reduce(0, +) / 2
    let rates: [Float] = [1, 0.5].map { ($0 / 0.75).squareRoot() }
    func imbalance(_ v: [Float]) -> Float {
      zip(pulls(v), rates).reduce(0) { $0 + abs($1.0 - mean * $1.1) } / mean
    }
    let slopes = gradient(world, start) { learner.learn(from: $0, $1, in: $2) }
    for head in 0..<2 {
      var (up, down) = (v, v)
      up[head] += 1e-2
      down[head] -= 1e-2
      let slope = (imbalance(up) - imbalance(down)) / 2e-2
      let exact = slopes[layout.blocks[balance].offset + head]
      #expect(abs(slope - exact) < 1e-2 * max(1, abs(exact)), "\(slope) \(exact)")
      #expect(slopes[layout.blocks[first].offset + head] == 0)
    }
  }

  // MARK: What every algorithm must do

  func training(_ name: String, _ weights: HeadWeights, threads: Int, epochs: Int = 3) throws
    -> Training
  {
    let learner = try metaLearners.make(name).get()
    let world = world(HeadChoice(Self.all, weights: weights, category: "genre"), learner)
    var options = TrainingOptions()
    (options.epochs, options.batch, options.patience, options.threads) = (epochs, 2, 0, threads)
    return Training(world.problem, world.data, world.split, learner: learner, options: options)
  }

  static let weighed: [(name: String, weights: HeadWeights)] = names.flatMap { name in
    let all: [HeadWeights] = name == "reptile" ? [.fixed([])] : [.fixed([]), .learned, .balanced]
    return all.map { (name, $0) }
  }

  @Test(arguments: weighed)
  func theSameBitsOnThreadsAfterSavingAndWhenGoneOnWith(
    _ item: (name: String, weights: HeadWeights)
  )
    throws
  {
    var whole = try training(item.name, item.weights, threads: 1)
    while whole.next() != nil {}
    #expect(whole.divergedAt == nil && whole.history.allSatisfy { $0.validLoss.isFinite })
    var threaded = try training(item.name, item.weights, threads: 3)
    ThreadPool().whileUsed { while threaded.next() != nil {} }
    #expect(threaded.best.all.array.map(\.bitPattern) == whole.best.all.array.map(\.bitPattern))

    var first = try training(item.name, item.weights, threads: 2)
    ThreadPool().whileUsed { while let step = first.next(), step.epochEnd?.epoch != 1 {} }
    let state = try CheckpointFile.encoded(first.state, words: [:]).sealed().withUnsafeBytes {
      try Safetensors($0)
    }
    var second = try training(item.name, item.weights, threads: 1)
    second.restore(
      try CheckpointFile.state(state, layout: second.problem.layout, memories: second.memories))
    while second.next() != nil {}
    #expect(second.history == whole.history)
    #expect(second.state.weights.all.array == whole.state.weights.all.array)

    let model = TrainedModel(
      learner: whole.learner, problem: whole.problem, weights: whole.state.weights, fingerprint: 1)
    let file = try ModelFile.encoded(model).sealed().withUnsafeBytes { try Safetensors($0) }
    let data = smallWorld()
    let opened = try ModelFile.model(file, data: data, kernels: .underTest)
    #expect(opened.headKinds == Self.all && opened.headWeights == model.headWeights)
    let task = smallSplit(data).test[0]
    let context = UserContext(task, in: data.interactions)
    #expect(
      opened.scores(for: context, items: [4, 5, 6]) == model.scores(for: context, items: [4, 5, 6]))
    #expect(try opened.categoryScores(for: context) == model.categoryScores(for: context))
    #expect(
      opened.headLosses(of: task, data.interactions)
        == model.headLosses(of: task, data.interactions))
    let clicks = HeadRecommender(opened, head: 1, users: [])
    let many = (0..<300).map { Int32($0 % data.items.count) }
    let (few, each) = (
      clicks.scores(for: context, items: many), clicks.scores(for: context, items: [many[7]])
    )
    #expect(!clicks.predictsRatings && abs(few[7] - each[0]) < 1e-4)
    #expect(few.allSatisfy { $0 > 0 && $0 < 1 })
  }

  /// Users who take items of one genre alone: what a user took tells what they take next.
  @Test func theHeadOfCategoriesLearnsWhatAUserTakes() throws {
    var stream = RandomKey(seed: 8).derived("tastes").stream
    let (users, items, genres) = (90, 30, 3)
    var table = Interactions()
    for user in 0..<users {
      var own = (0..<items).filter { $0 % genres == user % genres }
      stream.shuffle(&own)
      for item in own.prefix(9) {
        table.users.append(Int32(user))
        table.items.append(Int32(item))
        table.ratings.append(Float(1 + stream.below(5)))
      }
    }
    let genre = Feature(
      "genre",
      .categories(
        Vocabulary(["a", "b", "c"]), offsets: (0...Int32(items)).map { $0 },
        codes: (0..<items).map { Int32($0 % genres) }))
    let data = Dataset(
      name: "tastes", users: Entities(ids: Vocabulary((0..<users).map { "u\($0)" })),
      items: Entities(ids: Vocabulary((0..<items).map { "i\($0)" }), features: [genre]),
      interactions: table, scale: RatingScale(1, 5))
    let learner = MAML()
    for weights in [HeadWeights.fixed([]), .learned, .balanced] {
      let world = world(
        HeadChoice([.rating, .category], weights: weights, category: "genre"), learner, MLP(),
        data: data)
      var options = TrainingOptions()
      (options.epochs, options.batch, options.rate, options.patience) = (40, 10, 0.01, 0)
      var training = Training(world.problem, data, world.split, learner: learner, options: options)
      while training.next() != nil {}
      let model = TrainedModel(
        learner: learner, problem: world.problem, weights: training.best, fingerprint: 1)
      let right = try world.split.test.count { task in
        let scores = try model.categoryScores(for: UserContext(task, in: data.interactions))
        return highest(1, of: scores).first == Int(task.user) % genres
      }
      #expect(right * 10 >= world.split.test.count * 8, "\(right) of \(world.split.test.count)")
      if weights == .balanced {
        #expect(abs(model.headWeights.reduce(0, +) - 2) < 1e-4)
      }
    }
  }
}
