import Commands
import Datasets
import LibC

/// Journals in files of a folder, each locked by the process that writes it.
package struct JournalFolder: JournalStore {
  private let folder: String

  private static let ending = ".jsonl"

  package init(_ folder: String) { self.folder = folder }

  /// `$XDG_STATE_HOME/mrs/sessions`, or where that is when the variable is not set; nil without a home.
  package static var usual: JournalFolder? {
    StateFolder.path.map { JournalFolder($0 + "/sessions") }
  }

  package var time: Int { LibC.time(nil) }

  package func written(_ time: Int) -> String {
    var seconds = time_t(time)
    var parts = tm()
    localtime_r(&seconds, &parts)
    var text = [CChar](repeating: 0, count: 64)
    let count = strftime(&text, text.count, "%e %B, %H:%M", &parts)
    return String(decoding: text.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
      .trimmingSpaces
  }

  package func begin(_ first: [UInt8]) throws(CommandFailure) -> any OpenJournal {
    guard Files.makeFolder(folder) else {
      throw CommandFailure("E0504", "no folder can be made at \(folder)")
    }
    let path = "\(folder)/\(time)-\(getpid())\(Self.ending)"
    // Under its own name it is only seen locked and begun.
    let new = path + ".new"
    let file = open(new, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw failure }
    let journal = LockedFile(file, path: path)
    // Where files cannot be locked a session is written down all the same.
    flock(file, LOCK_EX | LOCK_NB)
    guard Files.writeAll(first, to: file), fdatasync(file) == 0, LibC.rename(new, path) == 0
    else {
      let failure = failure
      unlink(new)
      throw failure
    }
    return journal
  }

  package func names() -> [String] {
    let names = (try? Files.list(folder, named: folder)) ?? []
    return names.filter { $0.hasSuffix(Self.ending) }.map { "\(folder)/\($0)" }
  }

  package func isAbandoned(_ name: String) -> Bool {
    // What is no file, or cannot be opened, is told of when it is read; a device must not even be opened.
    guard Files.isRegular(name) else { return true }
    // A pipe in its place meanwhile, which nobody writes to, must not be waited for.
    let file = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { return true }
    defer { close(file) }
    return flock(file, LOCK_EX | LOCK_NB) == 0
  }

  package func contents(of name: String) throws(CommandFailure) -> FileContents {
    guard Files.isRegular(name) || Files.kind(of: name) == nil else {
      throw CommandFailure(
        "E0500", "`\(name)` is no journal of a session but a pipe, a device or a folder")
    }
    return try Files.contents(of: name, named: name)
  }

  package func remove(_ name: String) { unlink(name) }

  package func rename(_ name: String, to other: String) throws(CommandFailure) {
    guard LibC.rename(name, other) == 0 else {
      throw CommandFailure("E0504", String(cString: strerror(errno)))
    }
  }

  /// Why the last call of the system did not make a journal.
  private var failure: CommandFailure {
    CommandFailure("E0504", "\(String(cString: strerror(errno))) (\(folder))")
  }
}

/// A file that is locked as long as this object holds it open.
private final class LockedFile: OpenJournal {
  private let file: Int32
  private let path: String

  init(_ file: Int32, path: String) {
    self.file = file
    self.path = path
  }

  deinit { close(file) }

  func append(_ bytes: [UInt8]) throws(CommandFailure) {
    guard Files.writeAll(bytes, to: file), fdatasync(file) == 0 else {
      throw CommandFailure("E0504", String(cString: strerror(errno)))
    }
  }

  func remove() { unlink(path) }
}
