import Glibc
import Reports

/// A session written down while it runs, so that a crash loses no more than the running cell: one JSON
/// object a line, each forced to the disk before the prompt goes on.
///
/// The file is locked while its session lives and taken away when that ends properly; one that is
/// there and not locked belongs to a session that was cut off.
package final class Journal {
  private let file: Int32
  private let path: String
  private var log: [String] = []
  /// Why the session is not written down, if it is not.
  package private(set) var warning: String?
  /// Whether what is written need not be on the disk at once.
  var postpones = false {
    didSet { if !postpones, file >= 0, warning == nil { _ = fdatasync(file) } }
  }

  /// - Parameter folder: nil writes nothing.
  package init(folder: String? = Journal.usualFolder) {
    guard let folder else {
      (file, path) = (-1, "")
      return
    }
    path = "\(folder)/\(Glibc.time(nil))-\(getpid()).jsonl"
    guard Files.makeFolder(folder) else {
      file = -1
      warning = "this session is not written down: no folder can be made at \(folder)"
      return
    }
    file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    if file < 0 {
      warning = "this session is not written down: \(String(cString: strerror(errno))) (\(folder))"
    } else {
      flock(file, LOCK_EX | LOCK_NB)
    }
  }

  deinit { if file >= 0 { close(file) } }

  /// `$XDG_STATE_HOME/mrs/sessions`, or where that is when the variable is not set.
  package static var usualFolder: String? { StateFolder.path.map { $0 + "/sessions" } }

  /// Says that a cell is about to run.
  package func starts(_ text: String) {
    write(.object(["time": .number(Glibc.time(nil)), "run": .string(text)]))
  }

  /// Says which statements make the state that the session is in now.
  package func reaches(_ statements: [String]) {
    let kept = zip(log, statements).prefix { $0 == $1 }.count
    let added = statements.dropFirst(kept)
    log = statements
    write(.object(["keep": .number(kept), "add": .array(added.map { .string($0) })]))
  }

  /// The session has ended as it should.
  package func finish() { if file >= 0 { unlink(path) } }

  private func write(_ record: JSON) {
    guard file >= 0, warning == nil else { return }
    if !Files.writeAll(Array((record.text + "\n").utf8), to: file)
      || !postpones && fdatasync(file) != 0
    {
      warning = "this session is no longer written down: \(String(cString: strerror(errno)))"
    }
  }
}

/// What is left of a session that was cut off.
package struct LostSession: Sendable, Equatable {
  package var path: String
  /// Seconds since 1970 when its last cell began.
  package var time: Int
  /// The statements that make its last state.
  package var statements: [String]
  /// What was running when it was cut off.
  package var running: String?

  /// The newest session in a folder that was cut off with something to bring back; older ones than
  /// the last twenty are cleared away.
  package static func newest(in folder: String? = Journal.usualFolder) -> LostSession? {
    guard let folder, let names = try? Files.list(folder, named: folder) else { return nil }
    var found: LostSession?
    for (age, name) in names.filter({ $0.hasSuffix(".jsonl") }).reversed().enumerated() {
      let path = "\(folder)/\(name)"
      guard isAbandoned(path) else { continue }
      let session = LostSession(reading: path)
      if session.statements.isEmpty || age > 20 {
        unlink(path)
      } else if found == nil {
        found = session
      }
    }
    return found
  }

  /// The session that a journal tells of; damaged lines are skipped.
  package init(reading path: String) {
    self.path = path
    time = 0
    statements = []
    for line in Files.lines(of: path) {
      guard let record = JSON(parsing: line) else { continue }
      if let text = record["run"]?.string {
        running = text
        time = record["time"]?.number.flatMap { Int(exactly: $0) } ?? time
      }
      if let keep = record["keep"]?.number.flatMap({ Int(exactly: $0) }),
        let added = record["add"]?.array
      {
        statements = statements.prefix(max(0, keep)) + added.compactMap(\.string)
        running = nil
      }
    }
  }

  /// It has been brought back and is not offered again.
  package func forget() { unlink(path) }

  /// When its last cell began, as people say it.
  package var clock: String {
    var seconds = time_t(time)
    var parts = tm()
    localtime_r(&seconds, &parts)
    var text = [CChar](repeating: 0, count: 64)
    let count = strftime(&text, text.count, "%e %B, %H:%M", &parts)
    return String(decoding: text.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
      .trimmingSpaces
  }

  private static func isAbandoned(_ path: String) -> Bool {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return false }
    defer { close(file) }
    return flock(file, LOCK_EX | LOCK_NB) == 0
  }
}
