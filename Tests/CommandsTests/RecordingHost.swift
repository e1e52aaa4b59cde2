import Commands
import Datasets
import Kernels
import Language
import Synchronization
import TestedKernels

/// A host whose files are in memory, whose clock counts calls, and which can ask to stop.
final class RecordingHost: Host, @unchecked Sendable {
  var files: [String: [UInt8]]
  var progress: [Progress] = []
  /// The checkpoint that asks to stop, counted from 1.
  var interruptsAt: Int?
  /// How many more files can be written before the disk is full.
  var room = Int.max
  /// After so many questions whether to stop the answer is yes, until it is nil.
  var questionsUntilStop: Int? {
    get { stop.withLock { $0 } }
    set { stop.withLock { $0 = newValue } }
  }
  var availableMemory: Double?
  private let stop = Mutex<Int?>(nil)
  private var ticks = 0.0

  init(_ files: [String: String] = [:]) {
    self.files = files.mapValues { Array($0.utf8) }
  }

  func text(_ path: String) -> String? { files[path].map { String(decoding: $0, as: UTF8.self) } }

  func read(_ path: String) throws(CommandFailure) -> FileContents {
    guard let bytes = files[path] else {
      throw CommandFailure("E0501", "no file `\(path)` here", argument: path)
    }
    return FileContents(path: path, bytes)
  }

  func kind(of path: String) -> FileKind? { files[path] == nil ? nil : .file }

  func list(_ path: String) throws(CommandFailure) -> [String] { files.keys.sorted() }

  func write(_ bytes: [UInt8], to path: String) throws(CommandFailure) {
    guard room > 0 else {
      throw CommandFailure("E0504", "cannot write `\(path)`: no space left", argument: path)
    }
    room -= 1
    files[path] = bytes
  }

  var kernels = KernelSet.underTest
  /// Where a test looks at the threads of its runs.
  var pool: ThreadPool?

  func now() -> Double {
    ticks += 1
    return ticks
  }

  var wantsToStop: Bool {
    stop.withLock { left in
      guard let count = left else { return false }
      left = max(0, count - 1)
      return count == 0
    }
  }

  func checkpoint(_ progress: Progress) throws(Interrupted) {
    self.progress.append(progress)
    if self.progress.count == interruptsAt { throw Interrupted() }
  }
}
