import Commands
import Language
import LibC

extension Files {
  /// The failure of the last system call in the user's words.
  static func failure(_ verb: String, _ name: String) -> CommandFailure {
    let reason = String(cString: strerror(errno)).lowercased()
    return CommandFailure(
      verb == "write" ? "E0504" : "E0500", "cannot \(verb) `\(name)`: \(reason)", argument: name)
  }

  /// Why what is there cannot be replaced by a file: a folder, a device or a pipe would be lost, and what may
  /// not be written is to stay as it is. Nil when nothing stands against it.
  static func obstacle(replacing place: Place, named name: String) -> CommandFailure? {
    guard let kind = kind(of: place) else { return nil }
    guard isRegular(place) else {
      let what = kind == .folder ? "a folder" : "a device or a pipe"
      return CommandFailure(
        "E0504", "`\(name)` is \(what), and a file is to be written", argument: name)
    }
    return place.allows(W_OK) ? nil : failure("write", name)
  }

  /// Why it cannot be read, found without opening it; nil when nothing stands against it.
  static func obstacle(reading place: Place, named name: String) -> CommandFailure? {
    if kind(of: place) == nil { return missing(place, named: name) }
    return place.allows(R_OK) ? nil : failure("read", name)
  }

  /// Why a file cannot be written there; nil when nothing stands against it.
  static func obstacle(writing place: Place, named name: String) -> CommandFailure? {
    if let obstacle = obstacle(replacing: place, named: name) { return obstacle }
    if kind(of: place.parent) != .folder { return missingFolder(of: name, to: "write") }
    return place.parent.allows(W_OK) ? nil : failure("write", name)
  }

  /// Why a file cannot be opened, with names near it when it is not there.
  static func missing(_ path: String, named name: String) -> CommandFailure {
    missing(Place(path), named: name)
  }

  static func missing(_ place: Place, named name: String) -> CommandFailure {
    guard errno == ENOENT else { return failure("read", name) }
    guard kind(of: place.parent) == .folder else { return missingFolder(of: name, to: "read") }
    let names = (try? list(place.parent, named: name)) ?? []
    let last = last(of: place.name)
    let prefix = name.hasSuffix(last) ? String(name.dropLast(last.count)) : ""
    return CommandFailure(
      "E0501", "there is no file `\(name)`",
      suggestions: suggestions(for: last, among: names).map { prefix + $0 }, argument: name)
  }

  /// The folder of what is to be read or written is not there.
  static func missingFolder(of name: String, to verb: String) -> CommandFailure {
    let folder = Files.folder(of: name)
    return verb == "write"
      ? CommandFailure("E0504", "there is no folder `\(folder)` to write in", argument: name)
      : CommandFailure("E0501", "there is no folder `\(folder)`", argument: name)
  }
}
