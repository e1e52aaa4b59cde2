import Commands
import Synchronization

/// How often the user has asked to stop, as the thread that hears it tells the thread that runs cells.
package final class StopWishes: Sendable {
  private let state = Mutex<State>(State())

  private struct State {
    var count = 0
    var last = -Double.infinity
    var isLeaving = false
  }

  /// Front ends repeat what they are not sure has arrived; so close together it is one wish.
  private static let pause = 0.3

  package init() {}

  func add(at now: Double) {
    state.withLock { state in
      if now - state.last > Self.pause { state.count += 1 }
      state.last = now
    }
  }

  /// The kernel is to end: whatever runs is to stop, and nothing begins.
  func leave() { state.withLock { $0.isLeaving = true } }

  var isLeaving: Bool { state.withLock { $0.isLeaving } }
  var isThere: Bool { state.withLock { $0.count > 0 || $0.isLeaving } }

  /// The wishes since they were taken last.
  func take() -> Int {
    state.withLock { state in
      defer { state.count = 0 }
      return state.count
    }
  }
}

/// The host of a kernel's cells, which hears the wishes to stop.
final class KernelHost: ForwardingHost {
  let host: any Host
  private let wishes: StopWishes

  init(_ host: any Host, wishes: StopWishes) {
    self.host = host
    self.wishes = wishes
  }

  var wantsToStop: Bool { wishes.isThere || host.wantsToStop }

  func checkpoint(_ progress: Progress) throws(Interrupted) {
    if wantsToStop { throw Interrupted() }
    try host.checkpoint(progress)
  }
}
