import Kernels
import Models
import Synchronization

/// What a client sends.
struct ClientAnswer: Sendable {
  /// How far its steps went, in units of its rate; its gradient where it was to take one.
  var update: [Float]
  /// The loss before its steps.
  var loss: Float

  /// Makes the update no longer than `limit` in the L2 norm. One that is not finite counts as none.
  mutating func clip(to limit: Float, _ kernels: KernelSet) {
    update.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      let own = Matrix(base, rows: 1, columns: buffer.count)
      let factor = GradientSum.factor(clipping: Double(kernels.dot(own, own)), to: limit)
      if factor == 0 { own.fill(0) } else if factor < 1 { kernels.scale(factor, own, into: own) }
    }
  }

  mutating func add(_ other: ClientAnswer) {
    for place in update.indices { update[place] += other.update[place] }
    loss += other.loss
  }

  func write(to message: inout MessageWriter) {
    message.put(loss)
    message.put(update)
  }

  static func read(from message: inout MessageReader) -> ClientAnswer {
    let loss = message.take(Float.self)
    return ClientAnswer(update: message.take([Float].self), loss: loss)
  }
}

/// The steps that clients take on their own weights, with memory that is used again from client to client.
final class ClientPool: Sendable {
  private let problem: LearningProblem
  private let idle = Mutex<[OuterLoop]>([])

  init(_ problem: LearningProblem) { self.problem = problem }

  /// What a client sends after its steps.
  ///
  /// - Parameters:
  ///   - tasks: how many it has, one at least.
  ///   - learn: what each step does with each of them.
  func answer(
    from weights: Weights, steps: Int, rate: Float, tasks: Int,
    learn: @Sendable (Int) -> @Sendable (Int, Weights, Scratch) -> Float
  ) -> ClientAnswer {
    let loop =
      idle.withLock { $0.popLast() }
      ?? OuterLoop(problem, weights: weights, options: OuterOptions(optimizer: SGD()), threads: 1)
    defer { idle.withLock { $0.append(loop) } }
    loop.restore(weights: weights, memory: [], step: 0)
    if steps == 1 {
      let (gradient, loss) = loop.meanGradient(tasks: tasks, learn: learn(0))
      return ClientAnswer(update: gradient, loss: loss)
    }
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
    return ClientAnswer(update: update, loss: first)
  }
}
