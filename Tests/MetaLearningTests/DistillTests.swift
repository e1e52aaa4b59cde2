import Datasets
import Kernels
import MetaLearning
import Models
import Testing

/// What a student sees of its teacher and of the true ratings.
@Suite struct DistillTests {
  let world: (data: Dataset, split: TaskSplit, problem: LearningProblem, weights: Weights)
  let teacher: TrainedModel

  init() {
    var maml = MAML()
    (maml.steps, maml.innerRate) = (2, 0.05)
    var network = MLP()
    (network.hidden, network.embed, network.dropout) = ([6, 5], 3, 0.5)
    let taught = smallProblem(maml, network: network, loss: SquaredError())
    teacher = TrainedModel(
      learner: maml, problem: taught.problem, weights: taught.weights, fingerprint: 1)
    world = smallProblem(Distill(), network: Factor(), loss: SquaredError())
  }

  /// The gradient of a learner at a task whose query ratings are changed.
  func gradient(
    _ learner: any MetaLearner, _ change: @Sendable (Int, Float) -> Float = { $1 }
  ) -> [Float] {
    let options = OuterOptions(optimizer: SGD())
    let outer = OuterLoop(world.problem, weights: world.weights, options: options, threads: 1)
    _ = outer.take(tasks: 1, rate: 1) { _, weights, scratch in
      let episode = scratch.episode(
        world.split.train[1], world.data, noise: RandomKey(seed: 1))
      for row in 0..<episode.query.count {
        episode.query.ratings[row, 0] = change(row, episode.query.ratings[row, 0])
      }
      return learner.learn(from: episode, weights, in: scratch)
    }
    return zip(world.weights.all.array, outer.weights.all.array).map { $0 - $1 }
  }

  func student(share: Double) -> Distill {
    var distill = Distill()
    (distill.share, distill.steps, distill.innerRate) = (share, 2, 0.05)
    return distill.taught(by: teacher)
  }

  @Test func withoutAShareOfTheTeacherItIsMAML() {
    var maml = MAML()
    (maml.steps, maml.innerRate) = (2, 0.05)
    #expect(gradient(student(share: 0)) == gradient(maml))
    #expect(gradient(student(share: 0.5)) != gradient(maml))
  }

  @Test func theTargetsAreTheTeachersPredictionsAfterAdapting() {
    let task = world.split.train[1]
    let context = UserContext(task, in: world.data.interactions)
    let items = task.query.map { world.data.interactions.items[Int($0)] }
    let predictions = teacher.scores(for: context, items: items).map {
      world.data.scale.clamped($0)
    }
    var maml = MAML()
    (maml.steps, maml.innerRate) = (2, 0.05)
    let expected = gradient(maml) { row, rating in rating + 0.5 * (predictions[row] - rating) }
    #expect(gradient(student(share: 0.5)) == expected)
  }

  @Test func withTheWholeShareTrueQueryRatingsDoNotCount() {
    let plain = gradient(student(share: 1))
    let changed = gradient(student(share: 1)) { _, rating in 6 - rating }
    let size = plain.map { abs($0) }.max() ?? 0
    let worst = zip(plain, changed).map { abs($0 - $1) }.max() ?? 1
    #expect(size > 1e-3)
    #expect(worst < 1e-5 * max(1, size))
  }
}
