import Commands
import Glibc
import Language

/// The folders that a script may read and write: its own, the current one, and those that whoever
/// runs it has added. Where a path leads is what counts, whatever links and `..` are in it.
package struct Reach: Sendable {
  private let folders: [String]

  /// - Parameter folders: as the command line names them; those that are not there reach nothing.
  package init(_ folders: [String]) {
    self.folders = folders.compactMap { Files.destination(of: $0) }
  }

  /// Where a path leads if that is within reach.
  package func destination(of path: String) -> String? {
    guard let end = Files.destination(of: path) else { return nil }
    let isWithin = folders.contains { folder in
      end == folder || end.hasPrefix(folder == "/" ? "/" : folder + "/")
    }
    return isWithin ? end : nil
  }

  /// The refusal of a path, which says how to allow it.
  package func refusal(of path: String, named name: String) -> CommandFailure {
    let end = Files.destination(of: path)
    let folder = end.map { Files.kind(of: $0) == .folder ? $0 : Files.folder(of: $0) }
    return CommandFailure(
      "E0506", "`\(name)` lies outside of the folders that this script may use",
      help: [
        "it may use its own folder and the current one"
          + (folder.map { "; add `--allow \(shellWord($0))` to the command line for this one" }
            ?? "")
      ], argument: name)
  }
}

/// A path as it is written on a command line.
func shellWord(_ path: String) -> String {
  let isPlain = path.utf8.allSatisfy { byte in
    byte.isLetterOrDigit || "/._-+@%:,=".utf8.contains(byte)
  }
  return isPlain ? path : "'" + path.replacing("'", with: "'\\''") + "'"
}

extension UInt8 {
  fileprivate var isLetterOrDigit: Bool {
    (self | 0x20) >= 0x61 && (self | 0x20) <= 0x7A || self >= 0x30 && self <= 0x39
  }
}

extension Files {
  /// Where a path leads, all links followed; of a file that is not there yet, where it would be.
  /// Nil when that cannot be told.
  package static func destination(of path: String) -> String? {
    if let real = realpath(path, nil) {
      defer { free(real) }
      return String(cString: real)
    }
    guard errno == ENOENT else { return nil }
    var path = path
    while path.utf8.count > 1, path.hasSuffix("/") { path.removeLast() }
    let (folder, name) = (folder(of: path), last(of: path))
    guard folder != path, !name.isEmpty, name != ".", name != "..",
      let parent = destination(of: folder)
    else { return nil }
    return parent == "/" ? "/" + name : parent + "/" + name
  }
}
