import Datasets
import Language

/// A session whose process ended without closing it, as its journal tells.
package struct RecoverableSession: Sendable {
  private let store: any JournalStore
  /// The name of its journal.
  package private(set) var name: String
  /// Seconds since 1970 when its last cell began; 0 when that is not known.
  package private(set) var time: Int
  /// The statements that make its last state before the first damaged line of the journal.
  package private(set) var statements: [String]
  /// What was running when it was cut off.
  package private(set) var running: String?
  /// The numbers of the lines of its journal that are damaged, or do not follow the line before.
  package private(set) var damaged: [Int]
  /// The statements that make its last state if damaged lines are skipped; it may differ from the state that
  /// was.
  package private(set) var readable: [String]
  /// Whether its journal is of the first form, without digests, in which damage can go unnoticed.
  package private(set) var isUnsealed: Bool

  /// The session that a journal tells of; an empty one when that cannot be read.
  package init(reading name: String, in store: any JournalStore) {
    self.init(name, (try? store.contents(of: name)).map(JournalReader.init), in: store)
  }

  private init(_ name: String, _ journal: JournalReader?, in store: any JournalStore) {
    self.store = store
    self.name = name
    let begun = name.split(separator: "/").last?.prefix { $0.isNumber } ?? ""
    let known = journal?.time ?? 0
    time = known > 0 ? known : Int(begun) ?? 0
    statements = journal?.statements ?? []
    damaged = journal?.damaged ?? []
    readable = journal?.readable ?? []
    running = damaged.isEmpty ? journal?.running : nil
    isUnsealed = journal?.version == 1
  }

  /// How many journals of sessions that were cut off are left for later.
  private static let mostKept = 20

  /// The newest session of a store that was cut off with something to bring back; older ones than the last
  /// twenty are cleared away. A journal that cannot be read stays.
  ///
  /// - Parameter say: takes what is to be said of journals that cannot be read.
  package static func newest(
    in store: any JournalStore, say: (String) -> Void = { _ in }
  ) -> RecoverableSession? {
    var found: RecoverableSession?
    for (age, name) in store.names().reversed().enumerated() where store.isAbandoned(name) {
      let journal: JournalReader
      do throws(CommandFailure) {
        journal = JournalReader(try store.contents(of: name))
      } catch {
        if error.code != "E0501" { say(error.message) }
        continue
      }
      guard [1, JournalReader.currentVersion].contains(journal.version) else {
        say(
          "`\(name)` is the journal of a session of version \(journal.version), which this mrs does "
            + "not read; it is left as it is")
        continue
      }
      var session = RecoverableSession(name, journal, in: store)
      if journal.damaged.isEmpty, journal.statements.isEmpty || age > mostKept {
        store.remove(name)
      } else if journal.statements.isEmpty, journal.readable.isEmpty {
        say("`\(name)` cannot be read as the journal of a session; " + session.moveAside())
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
    guard damaged.isEmpty else { return moveAside() }
    store.remove(name)
    return nil
  }

  /// Forgets statements that were brought back.
  mutating func goOn(behind done: [String]) {
    func rest(_ all: [String]) -> [String] {
      Array(all.dropFirst(zip(all, done).prefix { $0 == $1 }.count))
    }
    // Statements before the damage are in both lists, unless they were undone after it.
    (statements, readable) = (rest(statements), rest(readable))
  }

  /// Renames its journal, so that it is not offered again; returns a sentence with the new name.
  private mutating func moveAside() -> String {
    let kept = name.hasSuffix(Self.damagedEnding) ? name : name + Self.damagedEnding
    do throws(CommandFailure) {
      if kept != name { try store.rename(name, to: kept) }
    } catch {
      return "it stays, since it cannot be renamed: \(error.message) (\(name))"
    }
    name = kept
    return "it is kept as \(kept)"
  }

  private static let damagedEnding = ".damaged"

  /// The offer to recover it, for the user, with what is damaged.
  package var offer: String {
    let count = counted(statements.count, "statement")
    let whole =
      "the session of \(time > 0 ? store.written(time) : "an unknown time") was cut off"
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
      + " (\(name))"
  }
}

extension JournalReader {
  package init(_ contents: FileContents) {
    self = contents.withBytes { JournalReader($0) }
  }
}
