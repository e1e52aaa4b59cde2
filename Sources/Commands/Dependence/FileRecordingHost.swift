import Datasets
import Kernels
import Synchronization

/// What was found in the files by asking once; a result holds as long as all that it came from does.
package struct FileFact: Sendable, Equatable {
  package enum Question: String, Sendable {
    /// A digest of what is in a file.
    case contents
    /// Whether something is there, and what.
    case kind
    /// The names in a folder.
    case names
  }

  package let question: Question
  package let path: String
  package let answer: String
  /// What the host said then of a file, without reading it.
  private let revision: String?

  package init(
    _ question: Question, _ path: String, _ answer: String, revision: String? = nil
  ) {
    self.question = question
    self.path = path
    self.answer = answer
    self.revision = revision
  }

  /// Whether asking again finds the same.
  package func holds(for host: any Host) -> Bool {
    if question == .contents, let revision, revision == host.revision(of: path) { return true }
    return answer == Self.answer(question, path, host)
  }

  private static func answer(_ question: Question, _ path: String, _ host: any Host) -> String {
    switch question {
    case .contents: (try? host.read(path).digest) ?? none
    case .kind: answer(host.kind(of: path))
    case .names: (try? host.list(path)).map { answer($0) } ?? none
    }
  }

  /// What could not be read is nothing.
  static let none = "none"
  static func answer(_ kind: FileKind?) -> String { kind.map { "\($0)" } ?? none }
  static func answer(_ names: [String]) -> String { names.joined(separator: "/") }
}

/// A host that remembers what was asked of files and which were written.
package final class FileRecordingHost: ForwardingHost {
  private struct Seen {
    /// What was read and not digested yet, since whoever reads it may do that with other work.
    var undigested: [(contents: FileContents, revision: String?)] = []
    var files: [Dataset.Source] = []
    var facts: [FileFact] = []
    var written: [(path: String, bytes: [UInt8])] = []

    mutating func note(_ fact: FileFact) { if !facts.contains(fact) { facts.append(fact) } }

    /// Of a file that is read again as it was, once is enough.
    mutating func note(_ contents: FileContents, _ revision: String?) {
      digest { $0.isDigested }
      if revision != nil {
        undigested.removeAll { $0.contents.path == contents.path && $0.revision == revision }
      }
      undigested.append((contents, revision))
    }

    /// Digests what was read, and lets go of it.
    mutating func digest(where isWanted: (FileContents) -> Bool = { _ in true }) {
      for (contents, revision) in undigested where isWanted(contents) {
        let source = contents.source
        if !files.contains(source) { files.append(source) }
        note(FileFact(.contents, source.path, source.digest, revision: revision))
      }
      undigested.removeAll { isWanted($0.contents) }
    }
  }

  package let host: any Host
  private let isDry: Bool
  private let seen = Mutex(Seen())

  /// - Parameter isDry: what is written is kept in memory only.
  package init(_ host: any Host, isDry: Bool = false) {
    self.host = host
    self.isDry = isDry
  }

  /// The files that were read, as they were then.
  package var files: [Dataset.Source] { digested { $0.files } }
  /// All that was found out about files, those that are not there included.
  package var facts: [FileFact] { digested { $0.facts } }
  /// The files that were written, in order.
  package var written: [String] { seen.withLock { $0.written.map(\.path) } }

  package func read(_ path: String) throws(CommandFailure) -> FileContents {
    if let own = made(path) { return FileContents(path: path, own) }
    let contents: FileContents
    let revision = host.revision(of: path)
    do throws(CommandFailure) {
      contents = try host.read(path)
    } catch {
      note(.contents, path, FileFact.none)
      throw error
    }
    seen.withLock { $0.note(contents, revision) }
    return contents
  }

  private func digested<T>(_ look: (Seen) -> T) -> T {
    seen.withLock { seen in
      seen.digest()
      return look(seen)
    }
  }

  private func note(_ question: FileFact.Question, _ path: String, _ answer: String) {
    seen.withLock { $0.note(FileFact(question, path, answer)) }
  }

  package func write(_ bytes: [UInt8], to path: String) throws(CommandFailure) {
    if isDry {
      if let obstacle = host.obstacle(writing: path) { throw obstacle }
    } else {
      try host.write(bytes, to: path)
    }
    seen.withLock { seen in
      seen.written.removeAll { $0.path == path }
      seen.written.append((path, isDry ? bytes : []))
    }
  }

  /// What was only kept in memory of a file.
  private func made(_ path: String) -> [UInt8]? {
    guard isDry else { return nil }
    return seen.withLock { seen in seen.written.first { $0.path == path }?.bytes }
  }

  package func kind(of path: String) -> FileKind? {
    guard made(path) == nil else { return .file }
    let kind = host.kind(of: path)
    note(.kind, path, FileFact.answer(kind))
    return kind
  }

  package func list(_ path: String) throws(CommandFailure) -> [String] {
    do throws(CommandFailure) {
      let names = try host.list(path)
      note(.names, path, FileFact.answer(names))
      return names
    } catch {
      note(.names, path, FileFact.none)
      throw error
    }
  }
}
