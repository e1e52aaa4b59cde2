import Kernels
import MetaLearning
import Models
import Testing

/// What an outer step does to a gradient before it moves.
@Suite struct OuterStepTests {
  /// How far one plain step of rate 1 moves the weights.
  private func move(clip: Float?) -> [Float] {
    let world = smallProblem(MAML(), network: smooth(MLP()), loss: SquaredError())
    let outer = OuterLoop(
      world.problem, weights: world.weights, options: OuterOptions(optimizer: SGD(), clip: clip),
      threads: 1)
    _ = outer.take(tasks: 1, rate: 1) { _, weights, scratch in
      MAML().learn(
        from: scratch.episode(world.split.train[1], world.data), weights, in: scratch)
    }
    return zip(world.weights.all.array, outer.weights.all.array).map { $0 - $1 }
  }

  private func length(_ vector: [Float]) -> Double {
    vector.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
  }

  @Test func clippingShortensALongGradientAndLeavesAShortOneAlone() {
    let whole = move(clip: nil)
    let size = length(whole)
    let short = move(clip: Float(size / 4))
    #expect(abs(length(short) - size / 4) < 1e-4 * size)
    let along = zip(short, whole).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
    #expect(along > 0.9999 * length(short) * size)
    #expect(move(clip: Float(2 * size)) == whole)
  }

  @Test func schedulesStartWholeAndEndAtTheirShare() {
    for schedule in RateSchedule.allCases { #expect(schedule.factor(at: 0) == 1) }
    #expect(RateSchedule.constant.factor(at: 1) == 1)
    #expect(RateSchedule.linear.factor(at: 0.25) == 0.75)
    #expect(abs(RateSchedule.cosine.factor(at: 0.5) - 0.5) < 1e-12)
    for schedule in [RateSchedule.cosine, .linear] {
      #expect(abs(schedule.factor(at: 1)) < 1e-12)
      #expect(abs(schedule.factor(at: 7)) < 1e-12)
    }
  }
}
