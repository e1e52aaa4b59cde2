import Commands
import LibC
import Service
import Synchronization

/// The feedback of a service in a file, which no other service uses as long as this object lives.
final class FeedbackFileOnDisk: FeedbackFile {
  private let path: String
  private let file: Mutex<Int32>

  /// Opens it, and makes it when it is not there.
  init(_ path: String) throws(CommandFailure) {
    self.path = path
    file = Mutex(try Self.opened(path))
  }

  deinit { file.withLock { _ = close($0) } }

  private static func opened(_ path: String) throws(CommandFailure) -> Int32 {
    // Opened at its end first, which refuses pipes and devices, and again to be read.
    close(try Files.openAtEnd(path, permissions: 0o600))
    let file = open(path, O_RDWR | O_APPEND | O_CLOEXEC)
    guard file >= 0 else { throw Self.failure(path) }
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
      let isTaken = errno == EWOULDBLOCK
      let failure = failure(path)
      close(file)
      guard isTaken else { throw failure }
      throw CommandFailure(
        "E0925", "another service keeps its feedback in \(path)",
        help: ["`--feedback FILE` names another file"])
    }
    return file
  }

  func size() throws(CommandFailure) -> Int {
    var status = stat()
    guard file.withLock({ fstat($0, &status) }) == 0 else { throw Self.failure(path) }
    return Int(status.st_size)
  }

  func read(_ count: Int, at place: Int) throws(CommandFailure) -> [UInt8] {
    var got = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      repeat {
        got = file.withLock { pread($0, buffer.baseAddress, count, off_t(place)) }
      } while got < 0 && errno == EINTR
      filled = max(0, got)
    }
    guard got >= 0 else { throw Self.failure(path) }
    return bytes
  }

  func append(_ bytes: [UInt8]) throws(CommandFailure) {
    guard file.withLock({ Files.writeAll(bytes, to: $0) }) else { throw Self.failure(path) }
  }

  func cut(at place: Int) throws(CommandFailure) {
    guard file.withLock({ ftruncate($0, off_t(place)) }) == 0 else { throw Self.failure(path) }
  }

  func replace(with bytes: [UInt8]) throws(CommandFailure) {
    try Files.write(bytes, to: path, named: path)
    let new = try Self.opened(path)
    file.withLock { file in
      close(file)
      file = new
    }
  }

  /// Why the last call of the system did not do its work.
  private static func failure(_ path: String) -> CommandFailure {
    CommandFailure("E0925", "\(path): \(String(cString: strerror(errno)))")
  }
}
