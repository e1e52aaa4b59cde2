import Datasets
import Kernels
import Language
import MetaLearning
import Models
import Testing

/// A network with a loss.
struct ObjectiveCase: Sendable, CustomTestStringConvertible {
  let network: any Network
  let loss: any Loss
  var testDescription: String { "\(type(of: network).name) \(type(of: loss).name)" }

  static let all: [ObjectiveCase] = networks.types.flatMap { network in
    losses.types.compactMap { loss in
      guard let network = network.init() as? any Network, let loss = loss.init() as? any Loss else {
        return nil
      }
      return ObjectiveCase(network: smooth(network), loss: loss)
    }
  }
}

/// Algorithms that do not differentiate through their steps, by what their directions are defined to be.
@Suite struct FirstOrderTests {
  typealias World = (data: Dataset, split: TaskSplit, problem: LearningProblem, weights: Weights)

  private func world(_ item: ObjectiveCase, _ learner: any MetaLearner) -> World {
    smallProblem(learner, network: item.network, loss: item.loss)
  }

  /// The weights after a learner has moved them along one task's direction, so many times.
  private func moved(
    _ world: World, by learner: any MetaLearner, times: Int = 1
  ) -> Weights {
    let outer = OuterLoop(
      world.problem, weights: world.weights, options: OuterOptions(optimizer: SGD()), threads: 1)
    for _ in 0..<times {
      _ = outer.take(tasks: 1, rate: 1) { _, weights, scratch in
        learner.learn(from: scratch.episode(world.split.train[1], world.data), weights, in: scratch)
      }
    }
    return outer.weights
  }

  /// The loss on a task's query ratings, or with both parts swapped, without a step.
  private func loss(
    _ world: World, _ weights: Weights, swapped: Bool = false
  ) -> Double {
    var plain = MAML()
    plain.steps = 0
    let model = TrainedModel(
      learner: plain, problem: world.problem, weights: weights, fingerprint: 1)
    var task = world.split.train[1]
    if swapped { (task.support, task.query) = (task.query, task.support) }
    return Double(model.queryLoss(of: task, world.data.interactions))
  }

  /// Compares a gradient with differences of a loss around some weights, block by block.
  private func check(
    _ gradient: [Float], at weights: Weights, of problem: LearningProblem,
    _ loss: (Weights) -> Double
  ) {
    for (number, block) in problem.layout.blocks.enumerated() {
      var stream = RandomKey(seed: 9).derived(number).stream
      let direction = (0..<block.count).map { _ in Float(stream.normal()) }
      func value(_ h: Float) -> Double {
        var other = weights
        let view = other.mutableView(number)
        for index in direction.indices { view.base[index] += h * direction[index] }
        return loss(other)
      }
      let h = stepOfDifferences(problem.network)
      let slope =
        (8 * (value(h) - value(-h)) - (value(2 * h) - value(-2 * h))) / Double(12 * h)
      let own = gradient[block.offset..<block.offset + block.count]
      let exact = zip(own, direction).map { Double($0 * $1) }.reduce(0, +)
      #expect(
        abs(slope - exact) < 4e-3 * max(1, abs(exact)),
        "\(block.name): \(slope) by differences, \(exact) by the learner")
    }
  }

  private func difference(_ a: Weights, _ b: Weights) -> [Float] {
    zip(a.all.array, b.all.array).map { $0 - $1 }
  }

  private func reptile(steps: Int) -> Reptile {
    var reptile = Reptile()
    (reptile.steps, reptile.innerRate, reptile.inner.shrinkage) = (steps, 0.05, 0)
    return reptile
  }

  /// Where a task's steps end is where Reptile goes; there the query loss has FOMAML's gradient.
  @Test(arguments: ObjectiveCase.all)
  func firstOrderIsTheGradientAtTheAdaptedWeights(item: ObjectiveCase) {
    var first = FirstOrderMAML()
    (first.steps, first.innerRate, first.scope) = (3, 0.05, .all)
    first.inner.shrinkage = 0
    let world = world(item, first)
    let adapted = moved(world, by: reptile(steps: 3))
    let gradient = difference(world.weights, moved(world, by: first))
    check(gradient, at: adapted, of: world.problem) { loss(world, $0) }
  }

  @Test(arguments: ObjectiveCase.all)
  func threeStepsOfReptileAreOneStepThrice(item: ObjectiveCase) {
    let world = world(item, reptile(steps: 3))
    let once = difference(moved(world, by: reptile(steps: 3)), world.weights)
    let thrice = difference(moved(world, by: reptile(steps: 1), times: 3), world.weights)
    #expect((once.map { abs($0) }.max() ?? 0) > 0.005)
    let worst = zip(once, thrice).map { abs($0 - $1) }.max() ?? 1
    #expect(worst < 1e-5)
  }

  @Test(arguments: ObjectiveCase.all)
  func pretrainingFollowsTheLossOnAllRatings(item: ObjectiveCase) {
    let world = world(item, Pretrain())
    let gradient = difference(world.weights, moved(world, by: Pretrain()))
    check(gradient, at: world.weights, of: world.problem) {
      loss(world, $0) + loss(world, $0, swapped: true)
    }
  }
}
