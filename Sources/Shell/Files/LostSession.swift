import Commands
import Datasets
import Glibc
import Language
import Reports

/// What is left of a session that was cut off.
package struct LostSession: Sendable, Equatable {
  package var path: String
  /// Seconds since 1970 when its last cell began; 0 when that is not known.
  package var time: Int
  /// The statements that make its last state, as far as no line before them is damaged.
  package var statements: [String]
  /// What was running when it was cut off.
  package var running: String?
  /// The numbers of the lines of its journal that are damaged, or do not follow the line before.
  package var damaged: [Int]
  /// The statements that make its last state as far as lines behind damaged ones tell, which may be another
  /// than the one that was.
  package var readable: [String]
  /// Whether its journal has no digests, so that damage may not have been noticed.
  package var isUnsealed: Bool

  /// The session that a journal tells of.
  package init(reading path: String) {
    self.init(path, (try? Files.contents(of: path, named: path)).map(JournalReader.init))
  }

  private init(_ path: String, _ journal: JournalReader?) {
    self.path = path
    let name = Files.last(of: path).prefix { $0.isNumber }
    let known = journal?.time ?? 0
    time = known > 0 ? known : Int(name) ?? 0
    statements = journal?.statements ?? []
    damaged = journal?.damaged ?? []
    readable = journal?.readable ?? []
    running = damaged.isEmpty ? journal?.running : nil
    isUnsealed = journal?.version == 1
  }

  /// The newest session in a folder that was cut off with something to bring back; older ones than the last
  /// twenty are cleared away. A journal that cannot be read stays.
  ///
  /// - Parameter say: takes what is to be said of journals that cannot be read.
  package static func newest(
    in folder: String? = Journal.usualFolder, say: (String) -> Void = { _ in }
  ) -> LostSession? {
    guard let folder, let names = try? Files.list(folder, named: folder) else { return nil }
    var found: LostSession?
    let journals = names.filter { $0.hasSuffix(Journal.ending) }
    for (age, name) in journals.reversed().enumerated() {
      let path = "\(folder)/\(name)"
      guard Files.isRegular(path) else {
        if Files.kind(of: path) != nil {
          say("`\(path)` is no journal of a session but a pipe, a device or a folder")
        }
        continue
      }
      guard isAbandoned(path) else { continue }
      let journal: JournalReader
      do throws(CommandFailure) {
        journal = JournalReader(try Files.contents(of: path, named: path))
      } catch {
        if error.code != "E0501" { say(error.message) }
        continue
      }
      guard [1, JournalReader.currentVersion].contains(journal.version) else {
        say(
          "`\(path)` is the journal of a session of version \(journal.version), which this mrs does "
            + "not read; it is left as it is")
        continue
      }
      var session = LostSession(path, journal)
      if journal.damaged.isEmpty, journal.statements.isEmpty || age > 20 {
        unlink(path)
      } else if journal.statements.isEmpty, journal.readable.isEmpty {
        say("`\(path)` cannot be read as the journal of a session; " + session.putAway())
      } else if found == nil {
        found = session
      }
    }
    return found
  }

  /// It has been brought back and is not offered again. A journal that is damaged is kept.
  ///
  /// - Returns: what has become of a journal that is damaged.
  @discardableResult
  package mutating func forget() -> String? {
    guard damaged.isEmpty else { return putAway() }
    unlink(path)
    return nil
  }

  /// Forgets statements that were brought back.
  mutating func goOn(behind done: [String]) {
    func rest(_ all: [String]) -> [String] {
      Array(all.dropFirst(zip(all, done).prefix { $0 == $1 }.count))
    }
    // What stands before the damage is in both, unless it was taken back behind it.
    (statements, readable) = (rest(statements), rest(readable))
  }

  /// Gives its journal a name by which it is not offered again; says which.
  private mutating func putAway() -> String {
    let kept = path.hasSuffix(Self.damagedEnding) ? path : path + Self.damagedEnding
    guard kept == path || rename(path, kept) == 0 else {
      return "it stays, since it cannot be renamed: \(String(cString: strerror(errno))) (\(path))"
    }
    path = kept
    return "it is kept as \(kept)"
  }

  private static let damagedEnding = ".damaged"

  /// When its last cell began, as people say it.
  package var clock: String {
    guard time > 0 else { return "an unknown time" }
    var seconds = time_t(time)
    var parts = tm()
    localtime_r(&seconds, &parts)
    var text = [CChar](repeating: 0, count: 64)
    let count = strftime(&text, text.count, "%e %B, %H:%M", &parts)
    return String(decoding: text.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
      .trimmingSpaces
  }

  /// What there is to bring back, and what is not as it was.
  package var offer: String {
    let count = counted(statements.count, "statement")
    let whole = "the session of \(clock) was cut off"
    guard let first = damaged.first else {
      return "\(whole): `recover` brings back its "
        + (statements.count == 1 ? "one statement" : count)
        + (isUnsealed ? " (an earlier mrs wrote them down, without digests)" : "")
    }
    let lines = damaged.count == 1 ? "line \(first)" : "line \(first) and \(damaged.count - 1) more"
    return "\(whole), and its journal is damaged in \(lines): `recover` brings back "
      + (statements.isEmpty ? "nothing" : "the \(count) before")
      + (readable == statements
        ? "" : ", `recover damaged` \(statements.isEmpty ? "" : "also ")what can be read behind it")
      + " (\(path))"
  }

  /// Whether the program that wrote it is no more.
  private static func isAbandoned(_ path: String) -> Bool {
    // A pipe that nobody writes to must not be waited for.
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    // What cannot be opened is told when it is read.
    guard file >= 0 else { return true }
    defer { close(file) }
    return flock(file, LOCK_EX | LOCK_NB) == 0
  }
}

extension JournalReader {
  fileprivate init(_ contents: FileContents) {
    self = contents.withBytes { JournalReader($0) }
  }
}
