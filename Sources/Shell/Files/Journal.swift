import Glibc
import Reports

/// A session written down while it runs, so that a crash loses no more than the running cell: one JSON
/// object a line with a digest of it, each forced to the disk before the prompt goes on.
///
/// The file is locked while its session lives and taken away when that ends properly; one that is
/// there and not locked belongs to a session that was cut off.
package final class Journal {
  private let file: Int32
  private let path: String
  private var log: [String] = []
  private var seal = LineSeal()
  /// Lines that wait to be written.
  private var held: [UInt8] = []
  /// Why the session is not written down, if it is not.
  package private(set) var warning: String?
  /// Whether lines wait: while an earlier session is brought back, its journal is the one that counts.
  package var postpones = false {
    didSet { if !postpones { write([]) } }
  }

  static let ending = ".jsonl"

  /// - Parameter folder: nil writes nothing.
  package init(folder: String? = Journal.usualFolder) {
    guard let folder else {
      (file, path) = (-1, "")
      return
    }
    path = "\(folder)/\(Glibc.time(nil))-\(getpid())\(Journal.ending)"
    guard Files.makeFolder(folder) else {
      file = -1
      warning = "this session is not written down: no folder can be made at \(folder)"
      return
    }
    // Under its own name it is only seen locked and begun.
    let new = path + ".new"
    file = open(new, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else {
      warning = "this session is not written down: \(String(cString: strerror(errno))) (\(folder))"
      return
    }
    flock(file, LOCK_EX | LOCK_NB)
    write([
      "version": .number(JournalReader.currentVersion), "time": .number(Glibc.time(nil)),
    ])
    if rename(new, path) != 0 {
      warning = "this session is not written down: \(String(cString: strerror(errno))) (\(folder))"
      unlink(new)
    }
  }

  deinit { if file >= 0 { close(file) } }

  /// `$XDG_STATE_HOME/mrs/sessions`, or where that is when the variable is not set.
  package static var usualFolder: String? { StateFolder.path.map { $0 + "/sessions" } }

  /// Says that a cell is about to run.
  package func starts(_ text: String) {
    write(["time": .number(Glibc.time(nil)), "run": .string(text)])
  }

  /// Says which statements make the state that the session is in now.
  package func reaches(_ statements: [String]) {
    let kept = zip(log, statements).prefix { $0 == $1 }.count
    let added = statements.dropFirst(kept)
    log = statements
    write(["keep": .number(kept), "add": .array(added.map { .string($0) })])
  }

  /// The session has ended as it should.
  package func finish() { if file >= 0 { unlink(path) } }

  private func write(_ record: KeyValuePairs<String, JSON>) {
    guard file >= 0, warning == nil else { return }
    write(seal.line(record))
  }

  private func write(_ line: [UInt8]) {
    guard file >= 0, warning == nil else { return }
    held += line
    guard !postpones, !held.isEmpty else { return }
    if !Files.writeAll(held, to: file) || fdatasync(file) != 0 {
      warning = "this session is no longer written down: \(String(cString: strerror(errno)))"
    }
    held = []
  }
}
