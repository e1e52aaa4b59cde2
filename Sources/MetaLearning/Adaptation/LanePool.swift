import Kernels
import Synchronization

/// Workspaces that wait to be used. The one that was given back last is the next to go: its memory is still
/// in the cache of the core that used it.
package final class LanePool: Sendable {
  private let problem: LearningProblem
  private let idle = Mutex<[IdleLane]>([])

  /// A lane that no thread uses.
  private struct IdleLane: @unchecked Sendable { let lane: Lane }

  package init(_ problem: LearningProblem) { self.problem = problem }

  package func withLane<T>(_ body: (Lane) -> T) -> T {
    let lane = idle.withLock { $0.popLast() }?.lane ?? Lane(problem)
    defer {
      let done = IdleLane(lane: lane)
      idle.withLock { $0.append(done) }
    }
    return body(lane)
  }
}
