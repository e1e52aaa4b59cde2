import Commands
import Language
import LibC

/// The folders that a script may read and write: its own, the current one, and those that whoever
/// runs it has added. Where a path leads is what counts, whatever links and `..` are in it.
package struct Sandbox: Sendable {
  private let folders: [String]
  /// Whether it may run the programs that read what this one cannot.
  let runsPrograms: Bool

  /// - Parameter folders: as the command line names them; those that are not there reach nothing.
  package init(_ folders: [String], runsPrograms: Bool = false) {
    self.runsPrograms = runsPrograms
    self.folders = folders.map { Way(to: $0) }.filter(\.isFolder).map(\.path)
  }

  /// What a path leads to, or the refusal of what is out of reach.
  ///
  /// - Parameters:
  ///   - name: the path as it is written.
  ///   - verb: what is to be done there: "read", "list" or "write".
  func place(of path: String, named name: String, to verb: String) throws(CommandFailure) -> Place {
    let way = Way(to: path)
    guard folders.contains(where: { way.lies(within: $0) }), !way.rest.contains("..") else {
      throw Sandbox.refusal(of: way, named: name)
    }
    if let place = way.place { return place }
    errno = way.problem
    guard way.problem == ENOENT || way.problem == ENOTDIR else {
      throw Files.failure(verb, name)
    }
    throw Files.missingFolder(of: name, to: verb)
  }

  /// The refusal of what lies elsewhere, which says where and how to allow it.
  private static func refusal(of way: Way, named name: String) -> CommandFailure {
    let verb = way.links > 0 && way.problem == 0 ? "leads to `\(way.path)`," : "lies"
    let hint =
      way.problem == 0
      ? "; add `--allow \(shellWord(way.folderPath))` to the command line for this one" : ""
    return CommandFailure(
      "E0506", "`\(name)` \(verb) outside of the folders that this script may use",
      help: ["it may use its own folder and the current one" + hint], argument: name)
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
