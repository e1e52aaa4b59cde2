import Datasets
import Kernels
import Language
import MetaLearning
import Models
import Testing

/// One combination of what a meta-gradient depends on.
struct GradientCase: Sendable, CustomTestStringConvertible {
  let name: String
  let learner: any MetaLearner
  let network: any Network
  let loss: any Loss
  var testDescription: String { name }
}

let gradientCases: [GradientCase] = {
  var cases: [GradientCase] = []
  for loss in losses.types {
    for scope in [AdaptationScope.all, .decision, .head] {
      for network in networks.types {
        guard let network = network.init() as? any Network, let loss = loss.init() as? any Loss
        else { continue }
        var maml = MAML()
        maml.steps = 3
        maml.innerRate = network is Transformer ? 0.02 : 0.05
        maml.scope = scope
        cases.append(
          GradientCase(
            name: "maml \(scope) \(type(of: network).name) \(type(of: loss).name)", learner: maml,
            network: smooth(network), loss: loss))
      }
    }
  }
  return cases + adamCases + otherCases
}()

/// Inner steps of Adam. A wide ε keeps the steps smooth enough for differences.
private let adamCases: [GradientCase] = [AdaptationScope.all, .decision, .head].flatMap { scope in
  networks.types.flatMap { network in
    losses.types.compactMap { loss in
      guard let network = network.init() as? any Network, let loss = loss.init() as? any Loss else {
        return nil
      }
      return GradientCase(
        name: "adam \(scope) \(type(of: network).name) \(type(of: loss).name)",
        learner: WithInnerAdam(scope: scope, rate: network is Transformer ? 0.005 : 0.03),
        network: smooth(network), loss: loss)
    }
  }
}

/// MAML with inner steps of Adam whose ε a test may choose.
private struct WithInnerAdam: GradientLearner {
  var scope = AdaptationScope.all
  var rate: Float = 0.03

  init() {}
  init(scope: AdaptationScope, rate: Float) { (self.scope, self.rate) = (scope, rate) }

  static let signature = Signature<Self>("with-inner-adam", "MAML with Adam inside.")

  func innerLoop(_ layout: Layout) -> InnerLoop {
    InnerLoop(
      steps: 3, rates: .adam(InnerAdam(rate: rate, epsilon: 1)), order: 2, scope: scope, layout)
  }
}

/// Algorithms whose gradient is made in another way than MAML's; what is solved in closed form has none.
private let otherCases: [GradientCase] = metaLearners.types.compactMap { type in
  guard type != Reptile.self, var learner = type.init() as? any MetaLearner,
    type != FirstOrderMAML.self, type != MAML.self, type != Pretrain.self,
    !(learner is any ClosedFormLearner)
  else { return nil }
  var configurable: any Configurable = learner
  _ = set(option: "steps", to: .number(3), of: &configurable)
  _ = set(option: "inner-lr", to: .number(0.05), of: &configurable)
  learner = configurable as? any MetaLearner ?? learner
  return GradientCase(
    name: type.name, learner: learner, network: smooth(MLP()), loss: SquaredError())
}

/// The network with small layers and without kinks, so that differences have a meaning.
func smooth(_ network: any Network) -> any Network {
  var small: any Configurable = network
  _ = set(option: "embed", to: .number(3), of: &small)
  _ = set(option: "hidden", to: .list([.number(6), .number(5)]), of: &small)
  _ = set(option: "width", to: .number(5), of: &small)
  _ = set(option: "activation", to: .word("tanh"), of: &small)
  return small as? any Network ?? network
}

/// How far weights are moved to see how a loss changes. The norms of a transformer bend it too much for wide steps,
/// and so do the many products of a memory.
func stepOfDifferences(_ network: any Network) -> Float {
  network is Transformer || network is Memory ? 1e-3 : 4e-3
}

@Suite struct MetaGradientTests {
  /// The query loss after adaptation, at weights moved by `h` along a direction.
  func lossAfterAdaptation(
    _ item: GradientCase,
    _ world: (data: Dataset, split: TaskSplit, problem: LearningProblem, weights: Weights),
    _ direction: [Float], _ h: Float
  ) -> Double {
    var weights = world.weights
    let all = weights.mutableAll()
    for index in direction.indices { all.base[index] += h * direction[index] }
    let model = TrainedModel(
      learner: item.learner, problem: world.problem, weights: weights, fingerprint: 1)
    return Double(model.queryLoss(of: world.split.train[1], world.data.interactions))
  }

  /// The gradient that training would use, of one task.
  func metaGradient(
    _ item: GradientCase,
    _ world: (data: Dataset, split: TaskSplit, problem: LearningProblem, weights: Weights)
  ) -> [Float] {
    let options = OuterOptions(optimizer: SGD())
    let outer = OuterLoop(world.problem, weights: world.weights, options: options, threads: 1)
    let learner = item.learner
    _ = outer.take(tasks: 1, rate: 1) { _, weights, scratch in
      learner.learn(
        from: scratch.episode(world.split.train[1], world.data), weights, in: scratch)
    }
    return zip(world.weights.all.array, outer.weights.all.array).map { $0 - $1 }
  }

  @Test(arguments: gradientCases)
  func theMetaGradientIsTheDerivativeThroughAllSteps(item: GradientCase) {
    let world = smallProblem(item.learner, network: item.network, loss: item.loss)
    let gradient = metaGradient(item, world)
    for (number, block) in world.problem.layout.blocks.enumerated() {
      var stream = RandomKey(seed: 9).derived(number).stream
      var direction = [Float](repeating: 0, count: world.weights.count)
      for index in block.offset..<block.offset + block.count {
        direction[index] = Float(stream.normal())
      }
      let h = stepOfDifferences(item.network)
      let slope =
        (8
          * (lossAfterAdaptation(item, world, direction, h)
            - lossAfterAdaptation(item, world, direction, -h))
          - (lossAfterAdaptation(item, world, direction, 2 * h)
            - lossAfterAdaptation(item, world, direction, -2 * h)))
        / Double(12 * h)
      let exact = zip(gradient, direction).map { Double($0 * $1) }.reduce(0, +)
      #expect(
        abs(slope - exact) < 4e-3 * max(1, abs(exact)),
        "\(block.name): \(slope) by differences, \(exact) by the sweep")
    }
  }

  @Test func secondOrderIsToldApartFromFirst() {
    var second = MAML()
    second.steps = 4
    (second.innerRate, second.inner.shrinkage) = (0.15, 0)
    second.scope = .all
    var first = second
    first.order = 1
    let network = smooth(MLP())
    let loss = SquaredError()
    let world = smallProblem(second, network: network, loss: loss)
    let exact = GradientCase(name: "", learner: second, network: network, loss: loss)
    let gradients = (
      metaGradient(exact, world),
      metaGradient(GradientCase(name: "", learner: first, network: network, loss: loss), world)
    )
    // Along the exact gradient itself the slope is its squared length.
    let size = gradients.0.map { Double($0 * $0) }.reduce(0, +).squareRoot()
    let direction = gradients.0.map { $0 / Float(size) }
    let h: Float = 4e-3
    let slope =
      (lossAfterAdaptation(exact, world, direction, h)
        - lossAfterAdaptation(exact, world, direction, -h)) / Double(2 * h)
    let bySecond = zip(gradients.0, direction).map { Double($0 * $1) }.reduce(0, +)
    let byFirst = zip(gradients.1, direction).map { Double($0 * $1) }.reduce(0, +)
    #expect(abs(slope - bySecond) < 0.01 * bySecond)
    #expect(abs(slope - byFirst) > 0.1 * bySecond, "first order is not told apart: \(byFirst)")
  }
}

/// What the hand-written form of an inner loop has to agree on with the tape.
struct DenseStackCase: Sendable, CustomTestStringConvertible {
  var scope: AdaptationScope
  /// Outputs of the first layer. There are four query rows: with fewer the first adapted layer is narrow.
  var width = 6
  var order: Int
  var steps: Int
  var activation: MLP.Activation
  var loss: any Loss

  var testDescription: String {
    "\(scope) of \(width) order \(order) steps \(steps) \(activation) \(type(of: loss).name)"
  }

  static let all: [DenseStackCase] = [
    (AdaptationScope.decision, 6), (.decision, 3), (.head, 6),
  ].flatMap { scope, width in
    [(1, 2), (2, 1), (2, 4), (1, 0)].flatMap { order, steps in
      [MLP.Activation.relu, .tanh, .sigmoid].flatMap { activation in
        losses.types.compactMap { loss in
          (loss.init() as? any Loss).map {
            DenseStackCase(
              scope: scope, width: width, order: order, steps: steps, activation: activation,
              loss: $0)
          }
        }
      }
    }
  }
}

@Suite struct DenseStackLoopTests {
  /// How far two steps on two tasks move the weights, by a way of computing gradients.
  func gradient(
    _ item: DenseStackCase, _ compute: @Sendable (InnerLoop, Scratch, Weights, Episode) -> Float
  ) -> [Float] {
    var network = MLP()
    network.hidden = [item.width, 5]
    network.embed = 5
    network.activation = item.activation
    var maml = MAML()
    maml.steps = item.steps
    maml.innerRate = 0.05
    maml.order = item.order
    maml.scope = item.scope
    let world = smallProblem(maml, network: network, loss: item.loss)
    let loop = maml.innerLoop(world.problem.layout)
    let options = OuterOptions(optimizer: SGD())
    let outer = OuterLoop(world.problem, weights: world.weights, options: options, threads: 1)
    let rate: Float = 0.01
    for _ in 0..<2 {
      _ = outer.take(tasks: 2, rate: rate) { number, weights, scratch in
        #expect(scratch.hasDenseStackForm(loop), "the short cut is not taken")
        return compute(
          loop, scratch, weights, scratch.episode(world.split.train[number], world.data))
      }
    }
    return zip(world.weights.all.array, outer.weights.all.array).map { ($0 - $1) / rate }
  }

  @Test(arguments: DenseStackCase.all)
  func theHandWrittenFormIsExact(item: DenseStackCase) {
    let short = gradient(item) { $0.metaGradient($1, $2, $3) }
    let plain = gradient(item) { $0.plainMetaGradient($1, $2, $3) }
    let size = plain.map { abs($0) }.max() ?? 0
    let worst = zip(short, plain).map { abs($0 - $1) }.max() ?? 1
    #expect(size > 0.01)
    #expect(worst < 5e-5 * max(1, size), "\(worst) of \(size)")
  }

  @Test(arguments: [AdaptationScope.decision, .head])
  func theDisplacementIsWhereTheStepsEnd(scope: AdaptationScope) {
    let item = DenseStackCase(
      scope: scope, order: 1, steps: 3, activation: .relu, loss: SquaredError())
    let short = gradient(item) { $0.displacement($1, $2, $3) }
    let plain = gradient(item) { $0.plainDisplacement($1, $2, $3) }
    let worst = zip(short, plain).map { abs($0 - $1) }.max() ?? 1
    #expect((plain.map { abs($0) }.max() ?? 0) > 0.01)
    #expect(worst < 5e-5)
  }
}

@Suite struct InnerAdamTests {
  /// Two steps on one number, beside the definition with the arithmetic of doubles.
  @Test func stepsAreThoseOfTheDefinition() {
    let arena = Arena()
    func number(_ value: Float) -> Matrix {
      let matrix = arena.matrix(rows: 1, columns: 1)
      matrix.fill(value)
      return matrix
    }
    let adam = InnerAdam(rate: 0.1)
    let gradients: [Float] = [0.5, -2]
    var (place, moments): (Matrix, InnerAdam.Moments?) = (number(1), nil)
    var (expected, m, v) = (1.0, 0.0, 0.0)
    for (index, gradient) in gradients.enumerated() {
      let next = adam.moments(after: moments, number(gradient), arena)
      let moved = number(0)
      adam.move(place, next, number: index + 1, into: moved)
      (place, moments) = (moved, next)
      let g = Double(gradient)
      (m, v) = (0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g)
      let (a, b) = index == 0 ? (0.1, 0.001) : (0.19, 0.001999)
      expected -= 0.1 * (m / a) / (v / b + 1e-8).squareRoot()
      #expect(abs(Double(place[0, 0]) - expected) < 1e-5)
    }
  }

  /// m, v and θ′ of a gradient that is zero have derivatives, too.
  @Test func aGradientOfZeroHasAFiniteMetaGradient() {
    let arena = Arena()
    func zero() -> Matrix {
      let matrix = arena.matrix(rows: 1, columns: 1)
      matrix.fill(0)
      return matrix
    }
    let adam = InnerAdam(rate: 0.1)
    let moments = adam.moments(after: nil, zero(), arena)
    let (lambda, seed) = (zero(), zero())
    lambda.fill(1)
    adam.seed(
      lambda: lambda, moments, zero(), number: 1, adjoints: adam.zeros(like: lambda, arena),
      into: seed)
    // dθ′/dg = −α/√ε at g = 0.
    #expect(abs(seed[0, 0] + 0.1 / 1e-4) < 1)
  }

  @Test(arguments: [AdaptationScope.decision, .head], [MLP.Activation.relu, .sigmoid])
  func manyItemsScoreAsAFewDo(scope: AdaptationScope, activation: MLP.Activation) {
    var maml = MAML()
    maml.scope = scope
    maml.innerRate = 0.05
    var network = MLP()
    network.hidden = [6, 5]
    network.embed = 5
    network.activation = activation
    let world = smallProblem(maml, network: network, loss: SquaredError())
    let model = TrainedModel(
      learner: maml, problem: world.problem, weights: world.weights, fingerprint: 1)
    let user = UserContext(world.split.train[1], in: world.data.interactions)
    let items = (0..<Int32(world.data.items.count)).map { $0 }
    // So many that they are scored block by block, with a block that is not full.
    let many = (0..<1000).map { items[$0 % items.count] }
    let few = model.scores(for: user, items: items)
    let worst = zip(many, model.scores(for: user, items: many)).map { item, score in
      abs(score - few[Int(item)])
    }.max()
    #expect((worst ?? 1) < 1e-4)
    #expect(Set(few).count > 5)
  }
}
