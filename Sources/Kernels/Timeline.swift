import Synchronization

/// Which thread did what and when, for whoever wants to see how work spreads over threads. Nothing is noted where
/// nobody asks.
package final class Timeline: Sendable {
  /// That of the work under way; threads that help are told by those they help.
  @TaskLocal package static var current: Timeline?

  /// A piece of work that one thread did without a break.
  package struct Piece: Sendable {
    /// What kind of work it is of.
    package var phase: String
    /// Which piece of that work.
    package var number: Int
    /// A number of the thread.
    package var thread: Int
    /// Microseconds since the timeline began.
    package var start: Double
    package var end: Double
  }

  private let origin = ContinuousClock.now
  private let noted = Mutex<[Piece]>([])

  package init() {}

  /// What has been done since the last call, in the order in which it ended.
  package func taken() -> [Piece] {
    noted.withLock { pieces in
      defer { pieces.removeAll(keepingCapacity: true) }
      return pieces
    }
  }

  fileprivate var now: Double { (ContinuousClock.now - origin) / .microseconds(1) }

  fileprivate func note(_ phase: String, _ number: Int, from start: Double) {
    let piece = Piece(
      phase: phase, number: number, thread: Int(bitPattern: threadNumber), start: start,
      end: now)
    noted.withLock { $0.append(piece) }
  }
}

extension Timeline? {
  /// What `work` returns, noted if there is a timeline.
  package func noting<T>(_ phase: String, _ number: Int, _ work: () throws -> T) rethrows -> T {
    guard let self else { return try work() }
    let start = self.now
    defer { self.note(phase, number, from: start) }
    return try work()
  }
}
