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

  /// The gradient at the weights and that at embeddings which are moved along it, as two plain steps give them.
  @Test func anAdversaryAddsTheGradientAtTheWorstPlaceNearby() {
    let world = smallProblem(MAML(), network: smooth(MLP()), loss: SquaredError())
    func move(from weights: Weights, adversary: Adversary?) -> (move: [Float], loss: Float) {
      let outer = OuterLoop(
        world.problem, weights: weights,
        options: OuterOptions(optimizer: SGD(), adversary: adversary), threads: 1)
      let loss = outer.take(tasks: 2, rate: 1) { number, weights, scratch in
        MAML().learn(
          from: scratch.episode(world.split.train[number + 1], world.data), weights, in: scratch)
      }
      return (zip(weights.all.array, outer.weights.all.array).map { $0 - $1 }, loss)
    }
    let radius: Float = 0.05
    let here = move(from: world.weights, adversary: nil)
    var worst = world.weights
    let numbers = worst.mutableAll()
    var moved = 0
    for block in worst.layout.blocks
    where block.kind != .dense && block.name != WeightBlock.linearName {
      for row in 0..<block.rows {
        let own = block.offset + row * block.columns..<block.offset + (row + 1) * block.columns
        let length = Float(self.length(Array(here.move[own])))
        guard length > 0 else { continue }
        moved += 1
        for place in own { numbers.base[place] += radius * here.move[place] / length }
      }
    }
    #expect(moved > 2)
    let there = move(from: worst, adversary: nil)
    #expect(there.loss > here.loss)
    let both = move(from: world.weights, adversary: Adversary(radius: radius))
    #expect(both.loss == here.loss)
    for (place, sum) in both.move.enumerated() {
      let expected = here.move[place] + there.move[place]
      #expect(abs(sum - expected) <= 1e-5 * max(1, abs(expected)), "weight \(place)")
    }
    #expect(both.move != here.move)
  }

  @Test(arguments: [1, 2])
  func nothingOfABatchIsLeftForTheNext(threads: Int) {
    let world = smallProblem(MAML(), network: smooth(MLP()), loss: SquaredError())
    let outer = OuterLoop(
      world.problem, weights: world.weights, options: OuterOptions(optimizer: SGD()),
      threads: threads)
    ThreadPool().whileUsed(atMost: threads) {
      _ = outer.take(tasks: 3, rate: 1) { number, weights, scratch in
        MAML().learn(
          from: scratch.episode(world.split.train[number], world.data), weights, in: scratch)
      }
      let moved = outer.weights.all.array
      #expect(moved != world.weights.all.array)
      // Tasks of which nothing is learned have a gradient of zeros.
      _ = outer.take(tasks: 3, rate: 1) { _, _, _ in 0 }
      #expect(outer.weights.all.array == moved)
    }
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
