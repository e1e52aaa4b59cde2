import Kernels
import Language
import Models

/// An estimate of the memory of a training, in bytes.
package struct TrainingMemory: Sendable, Equatable {
  /// Weights, best weights, gradient, moments of the optimiser, and the gradient sums of a batch.
  package var shared: Double
  /// The scratch memory of one thread: a task's inner steps, in training and in validation.
  package var perThread: Double
  package var threads: Int

  package var total: Double { shared + Double(threads) * perThread }

  /// How many answers of clients a round holds at a time.
  package static func answersHeld(perRound: Int) -> Int { min(perRound, Training.heldAnswers) }

  /// - Parameters:
  ///   - rows: the ratings of the largest task.
  ///   - answers: how many vectors as long as all weights are held of what clients send; 0 where data lie in one place.
  package init(
    _ problem: LearningProblem, _ learner: any MetaLearner, _ options: TrainingOptions, rows: Int,
    answers: Int = 0
  ) {
    let all = Double(problem.layout.count)
    if let solved = learner as? any ClosedFormLearner {
      (shared, perThread, threads) = (8 * all + solved.memory(of: problem), 0, options.threads)
      return
    }
    let dense = all - Double(problem.lookupCount)
    let optimizer = options.optimizer ?? learner.outerDefault.optimizer
    let loop = (learner as? any GradientLearner)?.innerLoop(problem.layout)
    let adapted = (loop?.adapted ?? []).reduce(0.0) { sum, block in
      let block = problem.layout.blocks[block]
      return block.kind == .lookup ? sum : sum + Double(block.count)
    }
    let steps = Double(loop?.steps ?? 0)
    // Weights, best, gradient and moments; the sums of a batch.
    let sums = Double(OuterLoop.sumCount(of: options.batch))
    shared = 4 * (all * (3 + Double(optimizer.memoryPerWeight)) + sums * dense)
    if problem.graph != nil { shared += 4 * all }
    // Two gradients, and the weights at the worst place.
    if options.adversary != nil { shared += 12 * all }
    // What clients send and its sum.
    if answers > 0 { shared += 4 * all * Double(answers + 1) }
    // Transposes once; weights and gradient after every step, in training and again in validation.
    perThread = 4 * (2 * dense + adapted * (4 * steps + 2))
    // About twenty matrices of activations a step, back and forth.
    let widths = problem.layout.blocks.reduce(0.0) { sum, block in
      block.kind == .lookup || block.rows > 1 ? sum : sum + Double(block.columns)
    }
    perThread += 4 * Double(rows) * widths * 20 * (steps + 1)
    // A client steps on weights of its own, with a gradient and the sums of a batch.
    if answers > 0 { perThread += 4 * (3 * all + sums * dense) }
    threads = options.threads
  }
}
