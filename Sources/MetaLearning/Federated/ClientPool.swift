import Kernels
import Models
import Synchronization

/// The steps that clients take on their own weights, with memory that is used again from client to client.
final class ClientPool: Sendable {
  private let problem: LearningProblem
  private let idle = Mutex<[OuterLoop]>([])

  init(_ problem: LearningProblem) { self.problem = problem }

  /// What a client sends: how far its steps went, in units of its rate, which after one step is its gradient. And the
  /// loss before its steps.
  func update(
    from weights: Weights, steps: Int, rate: Float, tasks: Int,
    learn: @Sendable (Int) -> @Sendable (Int, Weights, Scratch) -> Float
  ) -> (update: [Float], loss: Float) {
    let loop =
      idle.withLock { $0.popLast() }
      ?? OuterLoop(problem, weights: weights, options: OuterOptions(optimizer: SGD()), threads: 1)
    defer { idle.withLock { $0.append(loop) } }
    loop.restore(weights: weights, memory: [], step: 0)
    var first = Float.nan
    for step in 0..<steps {
      let loss = loop.take(tasks: tasks, rate: rate, learn: learn(step))
      if step == 0 { first = loss }
    }
    var update = weights.all.array
    let kernels = problem.kernels
    update.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      let own = Matrix(base, rows: 1, columns: buffer.count)
      kernels.axpy(-1, loop.weights.all, own)
      kernels.scale(1 / rate, own, into: own)
    }
    return (update, first)
  }
}
