import Commands
import Glibc
import Language

extension Files {
  /// The failure of the last system call in the user's words.
  static func failure(_ verb: String, _ name: String) -> CommandFailure {
    let reason = String(cString: strerror(errno)).lowercased()
    return CommandFailure(
      verb == "write" ? "E0504" : "E0500", "cannot \(verb) `\(name)`: \(reason)", argument: name)
  }

  /// Why what is at a path cannot be replaced by a file: a folder, a device or a pipe would be lost.
  static func obstacle(replacing path: String, named name: String) -> CommandFailure? {
    guard kind(of: path) != nil, !isRegular(path) else { return nil }
    let what = kind(of: path) == .folder ? "a folder" : "a device or a pipe"
    return CommandFailure(
      "E0504", "`\(name)` is \(what), and a file is to be written", argument: name)
  }

  /// Why a path cannot be read, found without opening it; nil when nothing stands against it.
  static func obstacle(reading path: String, named name: String) -> CommandFailure? {
    if kind(of: path) == nil { return missing(path, named: name) }
    return access(path, R_OK) == 0 ? nil : failure("read", name)
  }

  /// Why a file cannot be written; nil when nothing stands against it.
  static func obstacle(writing path: String, named name: String) -> CommandFailure? {
    let folder = folder(of: path)
    if let obstacle = obstacle(replacing: path, named: name) { return obstacle }
    if kind(of: folder) != .folder {
      return CommandFailure(
        "E0504", "there is no folder `\(Files.folder(of: name))` to write in", argument: name)
    }
    return access(folder, W_OK) == 0 ? nil : failure("write", name)
  }

  /// Why a file cannot be opened, with names near it when it is not there.
  static func missing(_ path: String, named name: String) -> CommandFailure {
    guard errno == ENOENT else { return failure("read", name) }
    let folder = folder(of: path)
    guard kind(of: folder) == .folder else {
      return CommandFailure(
        "E0501", "there is no folder `\(Files.folder(of: name))`", argument: name)
    }
    let names = (try? list(folder, named: folder)) ?? []
    let prefix = name.hasSuffix(last(of: path)) ? String(name.dropLast(last(of: path).count)) : ""
    return CommandFailure(
      "E0501", "there is no file `\(name)`",
      suggestions: suggestions(for: last(of: path), among: names).map { prefix + $0 },
      argument: name)
  }
}
