import Datasets
import Kernels
import Language
import MetaLearning
import Models
import TestedKernels
import Testing

/// Networks that look at the user's support, or at the graph of training.
@Suite struct ExtractorTests {
  /// The small world with times: a rating later than that before it, two at a time.
  static let timed: Dataset = {
    var data = smallWorld()
    data.interactions.times = data.interactions.ratings.indices.map {
      1_000_000 + Int64($0 / 2) * 100_000
    }
    return data
  }()

  private func smallTransformer(layers: Int = 2) -> Transformer {
    var network = Transformer()
    (network.width, network.layers, network.inputs.embed) = (5, layers, 3)
    return network
  }

  // MARK: Gradients

  private func slopes(
    _ problem: LearningProblem, _ weights: Weights, _ data: Dataset, _ task: UserTask,
    _ learner: any MetaLearner
  ) {
    let options = OuterOptions(optimizer: SGD())
    let outer = OuterLoop(problem, weights: weights, options: options, threads: 1)
    _ = outer.take(tasks: 1, rate: 1) { _, weights, scratch in
      learner.learn(from: scratch.episode(task, data), weights, in: scratch)
    }
    for (number, block) in problem.layout.blocks.enumerated() {
      var stream = RandomKey(seed: 9).derived(number).stream
      let direction = (0..<block.count).map { _ in Float(stream.normal()) }
      func loss(_ h: Float) -> Double {
        var moved = weights
        let view = moved.mutableView(number)
        for index in direction.indices { view.base[index] += h * direction[index] }
        let model = TrainedModel(
          learner: learner, problem: problem, weights: problem.seen(moved, threads: 1),
          fingerprint: 1)
        return Double(model.queryLoss(of: task, data.interactions))
      }
      let h = stepOfDifferences(problem.network)
      let slope = (8 * (loss(h) - loss(-h)) - (loss(2 * h) - loss(-2 * h))) / Double(12 * h)
      let (before, after) = (weights.view(number).array, outer.weights.view(number).array)
      let exact = direction.indices.reduce(0.0) {
        $0 + Double((before[$1] - after[$1]) * direction[$1])
      }
      #expect(
        abs(slope - exact) < 4e-3 * max(1, abs(exact)),
        "\(block.name): \(slope) by differences, \(exact) by the sweep")
    }
  }

  private static let learners: [any MetaLearner] = {
    var all = MAML()
    (all.steps, all.innerRate, all.scope) = (2, 0.05, .all)
    var head = ANIL()
    (head.steps, head.innerRate) = (2, 0.05)
    return [all, head, RidgeHead(), Prototypical()]
  }()

  @Test(arguments: learners.indices, [0, 1, 3])
  func gradientsComeBackOverTheGraph(learner: Int, layers: Int) {
    let data = smallWorld()
    let split = smallSplit(data)
    var network = Graph()
    (network.layers, network.inputs.embed) = (layers, 3)
    let problem = LearningProblem(
      data, split, learner: Self.learners[learner], network: network, loss: SquaredError(),
      kernels: .underTest)
    let weights = Weights(problem.layout, key: RandomKey(seed: 1))
    slopes(problem, weights, data, split.train[1], Self.learners[learner])
  }

  @Test(arguments: learners.indices) func gradientsOfATransformerInOrderOfTime(learner: Int) {
    let world = smallProblem(
      Self.learners[learner], network: smallTransformer(), loss: SquaredError(), data: Self.timed)
    slopes(
      world.problem, world.weights, world.data, world.split.train[1], Self.learners[learner])
  }

  // MARK: The graph

  /// The normalised graph as a dense matrix, and the sums of the rows of what it was made of.
  private func normalised(
    _ data: Dataset, _ rows: [Int32], _ encoder: FeatureEncoder, withTrust: Bool
  ) -> (dense: [[Double]], degrees: [Double]) {
    let (known, nodes) = (encoder.tableRows, encoder.tableRows + data.users.count)
    var dense = [[Double]](repeating: [Double](repeating: 0, count: nodes), count: nodes)
    func connect(_ a: Int, _ b: Int, _ weight: Double) {
      dense[a][b] += weight
      dense[b][a] += weight
    }
    let numbers = encoder.fields.filter { $0.kind == .number }.map(\.start)
    let unknown = Set(encoder.fields.map(\.start)).union(numbers.map { $0 + 1 })
    let users = Set(rows.map { data.interactions.users[Int($0)] })
    let items = Set(rows.map { data.interactions.items[Int($0)] })
    for row in rows {
      connect(
        known + Int(data.interactions.users[Int(row)]),
        Int(encoder.identityRow(ofItem: data.interactions.items[Int(row)])), 1)
    }
    for (entities, codes, isUser) in [
      (users, encoder.users, true), (items, encoder.items, false),
    ] {
      for entity in entities {
        let node =
          isUser ? known + Int(entity) : Int(encoder.identityRow(ofItem: entity))
        for at in codes.entries(of: Int(entity)) {
          let value = Int(codes.rows[at])
          if value != node, !unknown.contains(value) {
            connect(node, value, Double(codes.weights[at]))
          }
        }
      }
    }
    if withTrust {
      connect(known, known + 1, 0.75)
      connect(known + 1, known + 2, 1.5)
    }
    let degrees = dense.map { $0.reduce(0, +) }
    for a in 0..<nodes {
      for b in 0..<nodes where dense[a][b] != 0 {
        dense[a][b] /= (degrees[a] * degrees[b]).squareRoot()
      }
    }
    return (dense, degrees)
  }

  /// The map beside powers of the dense matrix.
  @Test(arguments: [false, true])
  func thePropagationIsTheMeanOfPowersOfTheNormalisedGraph(withTrust: Bool) throws {
    var data = smallWorld()
    if withTrust {
      // The last is no training user, and one who trusts themself has no edge.
      data.trust = Trust(
        trusters: ["0", "1", "2", "3", "2"], trusted: ["1", "0", "1", "3", "11"],
        weights: [1, 0.5, 3, 1, 1])
    }
    let rows = smallSplit(data).train.flatMap(\.rows)
    let encoder = FeatureEncoder(data, training: rows)
    let graph = FeatureGraph(encoder, data, training: rows, layers: 2)
    let known = encoder.tableRows
    let (dense, degrees) = normalised(data, rows, encoder, withTrust: withTrust)
    var stream = RandomKey(seed: 4).stream
    let table = (0..<known).map { _ in Float(stream.normal()) }
    func step(_ x: [Double]) -> [Double] {
      dense.map { row in zip(row, x).reduce(0) { $0 + $1.0 * $1.1 } }
    }
    let start = table.map { Double($0) } + [Double](repeating: 0, count: data.users.count)
    let (once, twice) = (step(start), step(step(start)))
    let memory = FloatBuffer(count: known)
    let view = Matrix(memory.base, rows: known, columns: 1)
    view.copy(from: table)
    graph.propagate(view, threads: 2, .underTest)
    for row in 0..<known {
      let expected = degrees[row] == 0 ? start[row] : (start[row] + once[row] + twice[row]) / 3
      #expect(abs(Double(view[row, 0]) - expected) < 1e-5, "row \(row)")
    }
  }

  // MARK: The support

  /// Scores of a user's own support items; a network may not read there what it is to foretell.
  private func ownScores(
    _ network: any Network, _ data: Dataset, change: (Int, Float) -> Float
  ) -> [Float] {
    var plain = MAML()
    plain.steps = 0
    let world = smallProblem(plain, network: network, loss: SquaredError(), data: data)
    let scratch = Scratch(world.problem)
    var task = world.split.train[1]
    task.query = task.support
    let sampler = TaskSampler(data.interactions, key: RandomKey(seed: 0), resample: false)
    var support = sampler.ratings(of: task, epoch: 0).support
    for index in support.indices { support[index].rating = change(index, support[index].rating) }
    var episode = scratch.builder.episode(
      user: task.user, support: support, query: [], arena: scratch.tape.arena)
    episode.query = episode.support
    return plain.scores(for: episode, world.weights, in: scratch).array
  }

  /// Around their mean, the ratings of others sink by as much when one's own rises as when all others fall.
  @Test(arguments: ["graph", "transformer"], [false, true])
  func noRowReadsItsOwnRating(name: String, hasTimes: Bool) throws {
    let network = smooth(try networks.make(name).get())
    let data = hasTimes ? Self.timed : smallWorld()
    for own in 0..<4 {
      let raised = ownScores(network, data) { $0 == own ? $1 + 1 : $1 }
      let lowered = ownScores(network, data) { $0 == own ? $1 : $1 - 1 }
      let before = ownScores(network, data) { $1 }
      #expect(abs(raised[own] - lowered[own]) < 1e-4)
      #expect(zip(raised, before).contains { abs($0 - $1) > 1e-4 })
    }
  }

  @Test(arguments: networks.members.names, [false, true])
  func theOrderOfTheSupportDoesNotMatter(name: String, hasTimes: Bool) throws {
    let network = smooth(try networks.make(name).get())
    let world = smallProblem(
      RidgeHead(), network: network, loss: SquaredError(),
      data: hasTimes ? Self.timed : smallWorld())
    let model = TrainedModel(
      learner: RidgeHead(), problem: world.problem, weights: world.weights, fingerprint: 1)
    var user = UserContext(world.split.train[1], in: world.data.interactions)
    let items = Array(Int32(0)..<20)
    let first = model.scores(for: user, items: items)
    user.support.reverse()
    for (a, b) in zip(first, model.scores(for: user, items: items)) { #expect(abs(a - b) < 1e-3) }
  }

  @Test func aTransformerReadsTimesWhereThereAreAny() {
    let world = smallProblem(
      MAML(), network: smallTransformer(), loss: SquaredError(), data: Self.timed)
    let model = TrainedModel(
      learner: MAML(), problem: world.problem, weights: world.weights, fingerprint: 1)
    var user = UserContext(world.split.train[1], in: world.data.interactions)
    let timed = model.scores(for: user, items: [1, 2, 3])
    for index in user.support.indices { user.support[index].time = Interactions.unknownTime }
    #expect(model.scores(for: user, items: [1, 2, 3]) != timed)
  }

  /// Who trains leaves things out at random; who is judged does not.
  @Test(arguments: ["graph", "transformer"]) func dropoutIsOfTrainingAlone(name: String) throws {
    func network(_ dropout: Double) throws -> any Network {
      var made: any Configurable = smooth(try networks.make(name).get())
      _ = set(option: "dropout", to: .number(dropout), of: &made)
      return try #require(made as? any Network)
    }
    func loss(_ dropout: Double, _ noise: RandomKey?) throws -> Float {
      let world = smallProblem(MAML(), network: try network(dropout), loss: SquaredError())
      let scratch = Scratch(world.problem)
      return MAML().learn(
        from: scratch.episode(world.split.train[1], world.data, noise: noise), world.weights,
        in: scratch)
    }
    let key = RandomKey(seed: 5)
    #expect(try loss(0.4, nil) == loss(0, key))
    #expect(try loss(0.4, key) == loss(0.4, key))
    #expect(try loss(0.4, key) != loss(0, key))
  }

  /// Only so many ratings are read, the newest of them.
  @Test func aTransformerReadsTheNewestTokens() {
    var network = smallTransformer()
    network.tokens = 3
    let world = smallProblem(
      MAML(), network: network, loss: SquaredError(), data: Self.timed)
    let model = TrainedModel(
      learner: MAML(), problem: world.problem, weights: world.weights, fingerprint: 1)
    let user = UserContext(world.split.train[1], in: world.data.interactions)
    let times = user.support.compactMap(\.seconds).sorted()
    let paid = try? model.attention(for: user, items: [1])
    let read = user.support.filter { paid?.support?.contains($0.item) ?? false }
    #expect(read.count == 3)
    #expect(read.allSatisfy { ($0.seconds ?? 0) >= times[times.count - 4] })
  }

  @Test(arguments: ["attention", "graph", "transformer"])
  func sharesOfAttentionAreSharesOfTheSupport(name: String) throws {
    let world = smallProblem(
      MAML(), network: smooth(try networks.make(name).get()), loss: SquaredError())
    let model = TrainedModel(
      learner: MAML(), problem: world.problem, weights: world.weights, fingerprint: 1)
    let user = UserContext(world.split.train[1], in: world.data.interactions)
    let paid = try #require(try model.attention(for: user, items: [1, 2]))
    #expect(paid.support == user.support.map(\.item))
    for row in paid.shares {
      #expect(row.count == user.support.count && row.allSatisfy { $0 >= 0 })
      #expect(row.reduce(0, +) < 1.0001)
    }
  }
}

/// Every network under every algorithm.
@Suite struct NetworkConformanceTests {
  private static let pairs = networks.members.names.flatMap { network in
    metaLearners.members.names.map { "\($0) \(network)" }
  }

  /// The board that teachers know, with times.
  private static let board: Dataset = {
    var board = ConformanceTests.board
    board.interactions.times = board.interactions.ratings.indices.map { Int64($0) * 50_000 }
    return board
  }()

  private func training(_ pair: String, threads: Int = 1, epochs: Int = 3) throws -> Training {
    let words = pair.split(separator: " ").map(String.init)
    var options = TrainingOptions()
    (options.epochs, options.batch, options.patience, options.threads) = (epochs, 7, 0, threads)
    var learner = try ConformanceTests().learner(words[0])
    if var reptile = learner as? Reptile {
      // Where all weights move, the graph's need small steps.
      reptile.innerRate = 0.005
      learner = reptile
    }
    return Training(
      Self.board, smallSplit(Self.board, query: 6),
      learner: learner, network: smooth(try networks.make(words[1]).get()), loss: SquaredError(),
      options: options,
      kernels: .underTest)
  }

  private func run(_ training: inout Training) { while training.next() != nil {} }

  @Test(arguments: pairs) func theSameBitsOnThreadsAfterSavingAndWhenGoneOnWith(pair: String) throws
  {
    var one = try training(pair)
    run(&one)
    var three = try training(pair, threads: 3)
    ThreadPool().whileUsed { run(&three) }
    #expect(one.best.all.array.map(\.bitPattern) == three.best.all.array.map(\.bitPattern))

    var first = try training(pair)
    while let step = first.next(), step.epochEnd?.epoch != 2 {}
    let state = CheckpointFile.encoded(first.state, words: [:]).sealed()
    var second = try training(pair)
    second.restore(
      try CheckpointFile.state(
        try state.withUnsafeBytes { try Safetensors($0) }, layout: second.problem.layout,
        memories: second.memories))
    run(&second)
    #expect(second.history == one.history)
    #expect(second.best.all.array == one.best.all.array)

    let model = TrainedModel(
      learner: one.learner, problem: one.problem, weights: one.best, fingerprint: 1)
    let bytes = ModelFile.encoded(model).sealed()
    let opened = try ModelFile.model(
      try bytes.withUnsafeBytes { try Safetensors($0) }, data: Self.board,
      kernels: .underTest)
    let user = UserContext(smallSplit(Self.board).test[0], in: Self.board.interactions)
    let scores = model.scores(for: user, items: Array(0..<16))
    let isFinite = scores.allSatisfy { $0.isFinite }
    #expect(isFinite)
    #expect(opened.scores(for: user, items: Array(0..<16)) == scores)
  }

  /// A taste that only the support tells is learned by every network that adapts.
  @Test(arguments: networks.members.names) func mamlLearnsTheBoard(name: String) throws {
    let board = ConformanceTests.board
    var options = TrainingOptions()
    (options.epochs, options.batch, options.patience, options.lookupDecay) = (200, 8, 0, 0)
    options.rate = 0.01
    var training = Training(
      board, smallSplit(board, query: 6), learner: MAML(), network: try networks.make(name).get(),
      loss: SquaredError(), options: options, kernels: .underTest)
    run(&training)
    let losses = training.history.map(\.validLoss)
    #expect((losses.min() ?? 9) < 0.5 * training.initialLoss, "\(losses.min() ?? 9)")
  }
}
