import Datasets
import Synchronization

/// A host whose files are in memory and belong to it alone; all else it asks of another.
package final class FilesInMemory: ForwardingHost {
  package let host: any Host
  private let files: Mutex<[String: [UInt8]]>

  /// - Parameter other: whose files it has at first.
  package init(_ host: any Host, _ other: FilesInMemory? = nil) {
    self.host = host
    files = Mutex(other?.files.withLock { $0 } ?? [:])
  }

  package func read(_ path: String) throws(CommandFailure) -> FileContents {
    guard let bytes = files.withLock({ $0[path] }) else {
      throw CommandFailure("E0501", "there is no file `\(path)`", argument: path)
    }
    return FileContents(path: path, bytes)
  }

  package func kind(of path: String) -> FileKind? {
    let names = files.withLock { Array($0.keys) }
    if names.contains(path) { return .file }
    return names.contains { $0.hasPrefix(path + "/") } ? .folder : nil
  }

  package func list(_ path: String) throws(CommandFailure) -> [String] {
    let below = files.withLock { $0.keys.filter { $0.hasPrefix(path + "/") } }
    let names = below.map { $0.dropFirst(path.count + 1).prefix { $0 != "/" } }
    return Set(names.map(String.init)).sorted()
  }

  package func write(_ bytes: [UInt8], to path: String) throws(CommandFailure) {
    files.withLock { $0[path] = bytes }
  }

  package func revision(of path: String) -> String? { nil }
  package func obstacle(reading path: String) -> CommandFailure? {
    kind(of: path) == nil
      ? CommandFailure("E0501", "there is no file `\(path)`", argument: path) : nil
  }
  package func obstacle(writing path: String) -> CommandFailure? { nil }
  package func tail(
    of path: String, from offset: Int, most: Int
  ) throws(CommandFailure) -> [UInt8]? { try part(of: path, from: offset, most: most) }
}
