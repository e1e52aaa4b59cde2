import Kernels
import Synchronization

/// Scratches that no thread uses at the moment. The one that was returned last is taken first, since its
/// memory is likely still in a cache.
package final class ScratchPool: Sendable {
  private let problem: LearningProblem
  private let idle = Mutex<[IdleScratch]>([])

  /// A scratch in the pool; only whoever takes it out may use it, which makes it sendable.
  private struct IdleScratch: @unchecked Sendable { let scratch: Scratch }

  package init(_ problem: LearningProblem) { self.problem = problem }

  package func withScratch<T>(_ body: (Scratch) -> T) -> T {
    let scratch = idle.withLock { $0.popLast() }?.scratch ?? Scratch(problem)
    defer {
      let done = IdleScratch(scratch: scratch)
      idle.withLock { $0.append(done) }
    }
    return body(scratch)
  }
}
