import Datasets
import Kernels
import MetaLearning
import Models
import TestedKernels
import Testing

/// What dropout does while training, and that it does nothing at any other time.
@Suite struct DropoutTests {
  let world: (data: Dataset, split: TaskSplit, problem: LearningProblem, weights: Weights)
  let learner: MAML

  init() {
    var network = MLP()
    (network.hidden, network.embed, network.activation) = ([6, 5], 3, .tanh)
    network.dropout = 0.4
    var maml = MAML()
    (maml.steps, maml.innerRate, maml.scope) = (3, 0.05, .all)
    learner = maml
    world = smallProblem(maml, network: network, loss: SquaredError())
  }

  /// The meta-loss of a task under the mask of a key.
  func loss(_ weights: Weights, _ noise: RandomKey) -> Double {
    let scratch = Scratch(world.problem)
    return Double(
      learner.learn(
        from: scratch.episode(world.split.train[1], world.data, noise: noise), weights, in: scratch)
    )
  }

  @Test func underAFixedMaskTheMetaGradientIsTheDerivative() {
    let noise = RandomKey(seed: 5)
    let options = OuterOptions(optimizer: SGD())
    let outer = OuterLoop(world.problem, weights: world.weights, options: options, threads: 1)
    _ = outer.take(tasks: 1, rate: 1) { _, weights, scratch in
      learner.learn(
        from: scratch.episode(world.split.train[1], world.data, noise: noise), weights, in: scratch)
    }
    for (number, block) in world.problem.layout.blocks.enumerated() {
      var stream = RandomKey(seed: 9).derived(number).stream
      let direction = (0..<block.count).map { _ in Float(stream.normal()) }
      func moved(_ h: Float) -> Double {
        var weights = world.weights
        let view = weights.mutableView(number)
        for index in 0..<block.count { view.base[index] += h * direction[index] }
        return loss(weights, noise)
      }
      let h: Float = 4e-3
      let slope = (8 * (moved(h) - moved(-h)) - (moved(2 * h) - moved(-2 * h))) / Double(12 * h)
      let before = world.weights.view(number).array
      let after = outer.weights.view(number).array
      let exact = (0..<block.count).reduce(0.0) {
        $0 + Double((before[$1] - after[$1]) * direction[$1])
      }
      #expect(
        abs(slope - exact) < 4e-3 * max(1, abs(exact)),
        "\(block.name): \(slope) by differences, \(exact) by the sweep")
    }
  }

  @Test func theExpectationOfAHiddenLayerIsKept() {
    let scratch = Scratch(world.problem)
    func firstLayer(_ noise: RandomKey?) -> [Float] {
      scratch.tape.reset()
      let episode = scratch.episode(world.split.train[1], world.data, noise: noise)
      let leaves = scratch.leaves(world.weights, episode)
      let (network, shape) = (world.problem.network, world.problem.shape)
      let state = network.features(
        scratch.tape, leaves, episode.query, support: episode.support, shape: shape)
      return scratch.tape[
        network.advance(state, stage: 1, scratch.tape, leaves, shape: shape).hidden
      ].array
    }
    let whole = firstLayer(nil)
    let draws = 4000
    var sums = [Double](repeating: 0, count: whole.count)
    var zeros = 0
    for draw in 0..<draws {
      let thinned = firstLayer(RandomKey(seed: 1).derived(draw))
      zeros += thinned.count { $0 == 0 }
      for index in sums.indices { sums[index] += Double(thinned[index]) }
    }
    #expect(abs(Double(zeros) / Double(draws * whole.count) - 0.4) < 0.01)
    // The standard error of each mean is |x| · √(p / (1 − p) / draws) = 0.013 |x|.
    for (sum, value) in zip(sums, whole) {
      #expect(abs(sum / Double(draws) - Double(value)) < 0.065 * abs(Double(value)) + 1e-6)
    }
  }

  @Test func adaptingAndScoringLeaveNothingOut() {
    var plain = world.problem.network as? MLP ?? MLP()
    plain.dropout = 0
    let problem = LearningProblem(
      network: plain, loss: SquaredError(), learner: learner, encoder: world.problem.encoder,
      scale: world.data.scale, kernels: .underTest)
    let context = UserContext(world.split.test[0], in: world.data.interactions)
    let scores = [world.problem, problem].map { problem in
      TrainedModel(learner: learner, problem: problem, weights: world.weights, fingerprint: 1)
        .scores(for: context, items: [0, 1, 2, 3])
    }
    #expect(scores[0] == scores[1])
  }

  @Test func theSameBitsOnAnyNumberOfThreadsAndOthersWithAnotherKey() {
    func trained(threads: Int, seed: UInt64) -> [Float] {
      var options = TrainingOptions()
      (options.epochs, options.batch, options.threads) = (2, 2, threads)
      options.key = RandomKey(seed: seed)
      var training = Training(
        world.data, world.split, learner: learner, network: world.problem.network,
        loss: SquaredError(), options: options, kernels: .underTest)
      ThreadPool().whileUsed {
        while training.next() != nil {}
      }
      return training.best.all.array
    }
    let one = trained(threads: 1, seed: 7)
    #expect(trained(threads: 2, seed: 7) == one)
    #expect(trained(threads: 1, seed: 8) != one)
    #expect(loss(world.weights, RandomKey(seed: 1)) != loss(world.weights, RandomKey(seed: 2)))
  }
}
