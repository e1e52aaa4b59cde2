import Kernels
import Synchronization

/// Where formats get their files from, without knowing what a file system is.
package protocol FileSource: AnyObject, Sendable {
  associatedtype Failure: Error
  /// The whole file, mapped. Relative paths are relative to the script, or to the current directory.
  func read(_ path: String) throws(Failure) -> FileContents
  /// Whether something is there, and whether it is a folder.
  func kind(of path: String) -> FileKind?
  /// The names in a folder, sorted.
  func list(_ path: String) throws(Failure) -> [String]
}

/// Files that stay mapped as long as this object lives, because parsed rows point into them. A gzip file is
/// read as what it holds, and found under its name with or without `.gz`.
package final class KeptFiles: FileSource {
  private let source: any FileSource
  private let limit: UnpackLimit
  private let threads: Int
  private let kept = Mutex<[FileContents]>([])

  /// - Parameter threads: how many threads read the rows of a file.
  package init(
    _ source: any FileSource, unpacking limit: UnpackLimit = UnpackLimit(),
    threads: Int = processorCount
  ) {
    self.source = source
    self.limit = limit
    self.threads = threads
  }

  package func read(_ path: String) throws -> FileContents {
    let isPacked = source.kind(of: path) == nil && source.kind(of: path + ".gz") == .file
    let contents = try source.read(isPacked ? path + ".gz" : path).unpacked(limit)
    contents.threads = threads
    kept.withLock { $0.append(contents) }
    return contents
  }

  package func kind(of path: String) -> FileKind? {
    source.kind(of: path) ?? source.kind(of: path + ".gz")
  }

  package func list(_ path: String) throws -> [String] {
    Set(try source.list(path).map { $0.hasSuffix(".gz") ? String($0.dropLast(3)) : $0 }).sorted()
  }
}

package enum FileKind: Sendable { case file, folder }

/// The path of `name` in the folder.
package func filePath(_ folder: String, _ name: String) -> String {
  folder.isEmpty || folder == "."
    ? name : folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
}

/// Files in memory, for tests and for data that a program makes itself.
package final class MemoryFiles: FileSource {
  private let files: [String: [UInt8]]

  package init(_ files: [String: [UInt8]]) { self.files = files }

  package convenience init(_ files: [String: String]) {
    self.init(files.mapValues { Array($0.utf8) })
  }

  package func read(_ path: String) throws(DatasetError) -> FileContents {
    guard let bytes = files[path] else {
      throw DatasetError("there is no file `\(path)`", code: "E0501")
    }
    return FileContents(path: path, bytes)
  }

  package func kind(of path: String) -> FileKind? {
    if files[path] != nil { return .file }
    let folder = filePath(path, "")
    return files.keys.contains { $0.hasPrefix(folder) } ? .folder : nil
  }

  package func list(_ path: String) throws(DatasetError) -> [String] {
    let folder = filePath(path, "")
    let names = files.keys.filter { $0.hasPrefix(folder) }.map { key in
      key.dropFirst(folder.count).prefix { $0 != "/" }
    }
    return Set(names).map(String.init).sorted()
  }
}
