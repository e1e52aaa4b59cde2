import Commands
import Datasets
import Kernels
import Synchronization

/// The host of one run, as commands know hosts: what it throws gets a code, what it should not do stays its affair.
final class HostBridge: Commands.Host {
  private let host: any LaboratoryHost
  private let wish: StopWish
  private let onEvent: @Sendable (Event) -> Void
  private let clock = Mutex(0.0)
  let kernels = KernelSet.available[0]
  let pool: ThreadPool?

  init(
    _ host: any LaboratoryHost, pool: ThreadPool? = nil, wish: StopWish = StopWish(),
    onEvent: @escaping @Sendable (Event) -> Void = { _ in }
  ) {
    self.host = host
    self.pool = pool
    self.wish = wish
    self.onEvent = onEvent
  }

  func read(_ path: String) throws(CommandFailure) -> FileContents {
    do { return FileContents(path: path, try host.read(path)) } catch {
      throw CommandFailure(error, code: "E0500", "`\(path)` could not be read", argument: path)
    }
  }

  func write(_ bytes: [UInt8], to path: String) throws(CommandFailure) {
    do { try host.write(bytes, to: path) } catch {
      throw CommandFailure(error, code: "E0504", "`\(path)` could not be written", argument: path)
    }
  }

  func kind(of path: String) -> FileKind? {
    switch host.kind(of: path) {
    case .file?: .file
    case .folder?: .folder
    case nil: nil
    }
  }

  func list(_ path: String) throws(CommandFailure) -> [String] {
    do { return try host.list(path).sorted() } catch {
      throw CommandFailure(error, code: "E0500", "`\(path)` could not be listed", argument: path)
    }
  }

  /// Nothing comes with the library.
  func supplied(_ name: String) -> [String] { [] }

  /// Whatever the host's clock says, this one does not go back.
  func now() -> Double {
    let seconds = host.seconds()
    return clock.withLock { last in
      if seconds > last { last = min(seconds, 1e12) }
      return last
    }
  }

  var availableMemory: Double? { host.availableMemory.flatMap { $0 >= 0 ? $0 : nil } }

  func checkpoint(_ progress: Commands.Progress) throws(Interrupted) {
    if wantsToStop || Task.isCancelled { throw Interrupted() }
    // Between two statements nothing is being done that could have come far.
    if !progress.title.isEmpty { onEvent(.progress(Event.Progress(progress))) }
    if wantsToStop { throw Interrupted() }
  }

  var wantsToStop: Bool { wish.isThere }
}

/// Whether somebody wants a run to stop.
final class StopWish: Sendable {
  private let flag = Atomic(false)

  var isThere: Bool { flag.load(ordering: .relaxed) }
  func make() { flag.store(true, ordering: .relaxed) }
}
