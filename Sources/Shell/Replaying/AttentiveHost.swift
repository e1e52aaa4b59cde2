import Commands
import Datasets
import Synchronization

/// A host that remembers which files were read and written.
package final class AttentiveHost: Host {
  private struct Seen {
    var files: [Dataset.Source] = []
    var written: [(path: String, bytes: [UInt8])] = []
  }

  private let host: any Host
  private let isDry: Bool
  private let seen = Mutex(Seen())

  /// - Parameter isDry: what is written is kept in memory only.
  package init(_ host: any Host, isDry: Bool = false) {
    self.host = host
    self.isDry = isDry
  }

  /// The files that were read, as they were then.
  package var files: [Dataset.Source] { seen.withLock { $0.files } }
  /// The files that were written, in order.
  package var written: [String] { seen.withLock { $0.written.map(\.path) } }

  package func read(_ path: String) throws(CommandFailure) -> FileContents {
    if let own = made(path) { return FileContents(path: path, own) }
    let contents = try host.read(path)
    let source = contents.source
    seen.withLock { seen in
      if !seen.files.contains(source) { seen.files.append(source) }
    }
    return contents
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
    made(path) == nil ? host.kind(of: path) : .file
  }

  package func list(_ path: String) throws(CommandFailure) -> [String] { try host.list(path) }

  package func obstacle(reading path: String) -> CommandFailure? { host.obstacle(reading: path) }

  package func obstacle(writing path: String) -> CommandFailure? { host.obstacle(writing: path) }

  package func now() -> Double { host.now() }

  package func checkpoint(_ progress: Progress) throws(Interrupted) {
    try host.checkpoint(progress)
  }
}
