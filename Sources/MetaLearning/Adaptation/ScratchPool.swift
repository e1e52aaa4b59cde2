import Kernels
import Synchronization

/// Scratches that no thread uses at the moment. A thread takes the one that it had last, since that is likely still in
/// the caches of its core, and was changed by no other core.
package final class ScratchPool: Sendable {
  private let problem: LearningProblem
  private let idle = Mutex<[IdleScratch]>([])

  /// A scratch in the pool; only whoever takes it out may use it, which makes it sendable.
  private struct IdleScratch: @unchecked Sendable {
    let scratch: Scratch
    /// The number of the thread that had it.
    let thread: UInt
  }

  package init(_ problem: LearningProblem) { self.problem = problem }

  package func withScratch<T>(_ body: (Scratch) -> T) -> T {
    let thread = threadNumber
    let known = idle.withLock { idle in
      idle.lastIndex { $0.thread == thread }.map { idle.remove(at: $0) } ?? idle.popLast()
    }
    let scratch = known?.scratch ?? Scratch(problem)
    defer {
      let done = IdleScratch(scratch: scratch, thread: thread)
      idle.withLock { $0.append(done) }
    }
    return body(scratch)
  }
}
