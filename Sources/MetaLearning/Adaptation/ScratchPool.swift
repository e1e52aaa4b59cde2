import Kernels
import Synchronization

/// Workspaces that wait to be used. The one that was given back last is the next to go: its memory is still
/// in the cache of the core that used it.
package final class ScratchPool: Sendable {
  private let problem: LearningProblem
  private let idle = Mutex<[IdleScratch]>([])

  /// A scratch that no thread uses.
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
