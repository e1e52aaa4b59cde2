import Kernels
import LibC
import Synchronization

/// Ranks that are threads of one process: what spreads work can be tested without MPI.
package final class ThreadRanks: Communicator {
  package let rank: Int
  private let meeting: Meeting
  private let hears: Listener

  /// Hears what ranks say: who, for what, and the bytes.
  package typealias Listener = @Sendable (Int, Purpose, [UInt8]) -> Void

  private init(_ rank: Int, _ meeting: Meeting, _ hears: @escaping Listener) {
    self.rank = rank
    self.meeting = meeting
    self.hears = hears
  }

  package var size: Int { meeting.size }

  package func allGather(_ bytes: [UInt8], for purpose: Purpose) -> [[UInt8]] {
    hears(rank, purpose, bytes)
    return meeting.exchange(bytes, of: rank, for: purpose)
  }

  package func broadcast(_ bytes: [UInt8], for purpose: Purpose) -> [UInt8] {
    let given = rank == 0 ? bytes : []
    hears(rank, purpose, given)
    return meeting.exchange(given, of: rank, for: purpose)[0]
  }

  package func leave() {}

  /// What `work` gives on each of so many ranks, and how many bytes they have given each other in all.
  ///
  /// - Parameters:
  ///   - wantsToStop: asked on rank 0 at each exchange.
  ///   - hears: hears all that they give each other.
  package static func run<T: Sendable>(
    _ count: Int, wantsToStop: @escaping @Sendable () -> Bool = { false },
    hears: @escaping Listener = { _, _, _ in },
    _ work: @escaping @Sendable (Ranks) -> T
  ) -> (results: [T], bytes: Int) {
    let meeting = Meeting(size: count)
    let results = Mutex([T?](repeating: nil, count: count))
    withoutActuallyEscaping({ (rank: Int) in
      let ranks = Ranks(ThreadRanks(rank, meeting, hears), wantsToStop: wantsToStop)
      let result = Ranks.$current.withValue(ranks) { work(ranks) }
      results.withLock { $0[rank] = result }
    }) { body in
      let threads = (0..<count).map { rank in thread { body(rank) } }
      for thread in threads { pthread_join(thread, nil) }
    }
    return (results.withLock { $0.compactMap(\.self) }, meeting.bytes)
  }

  private static func thread(_ body: @escaping () -> Void) -> pthread_t {
    var thread = pthread_t()
    pthread_create(
      &thread, nil,
      { raw in
        if let raw { Unmanaged<Work>.fromOpaque(raw).takeRetainedValue().body() }
        return nil
      }, Unmanaged.passRetained(Work(body)).toOpaque())
    return thread
  }

  private final class Work {
    let body: () -> Void

    init(_ body: @escaping () -> Void) { self.body = body }
  }
}

/// Where the threads meet: each brings bytes and leaves with those of all.
private final class Meeting: Sendable {
  private struct State {
    var brought: [[UInt8]?]
    var purpose: Purpose?
    /// What the last to come has put together, and how often that was.
    var all: [[UInt8]] = []
    var round = 0
    var bytes = 0
  }

  let size: Int
  private let state: Mutex<State>

  init(size: Int) {
    self.size = size
    state = Mutex(State(brought: Array(repeating: nil, count: size)))
  }

  var bytes: Int { state.withLock { $0.bytes } }

  func exchange(_ bytes: [UInt8], of rank: Int, for purpose: Purpose) -> [[UInt8]] {
    let round = state.withLock { state in
      precondition(state.purpose == nil || state.purpose == purpose, "ranks have parted")
      state.purpose = purpose
      state.brought[rank] = bytes
      state.bytes += bytes.count
      let round = state.round
      guard state.brought.allSatisfy({ $0 != nil }) else { return round }
      state.all = state.brought.compactMap(\.self)
      state.brought = Array(repeating: nil, count: size)
      state.purpose = nil
      state.round += 1
      return round
    }
    while true {
      // Nobody comes to the next round before all have taken what this one gave.
      if let all = state.withLock({ $0.round > round ? $0.all : nil }) { return all }
      usleep(20)
    }
  }
}
