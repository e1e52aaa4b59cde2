import Commands
import Language

extension Files {
  /// Puts a text in the place of the script that a source was read from, unless that has become another one
  /// since: what somebody has typed meanwhile is not lost.
  static func replace(_ source: Source, at place: Place, with text: String) throws(CommandFailure) {
    try write(
      Array(text.utf8), to: place, named: source.name,
      mayReplace: { holds(source, at: place) })
  }

  /// Whether the file of a source still has the text that was read.
  static func holds(_ source: Source, at place: Place) -> Bool {
    guard let now = try? contents(of: place, named: source.name) else { return false }
    // Texts that Swift takes for equal may differ in their bytes.
    return now.withBytes {
      String(decoding: $0, as: UTF8.self).utf8.elementsEqual(source.text.utf8)
    }
  }

  /// The refusal to write over a script that somebody has changed.
  static func changedMeanwhile(_ name: String) -> CommandFailure {
    CommandFailure(
      "E0505", "`\(name)` was changed meanwhile and is left as it is",
      help: ["run the command again"],
      argument: name)
  }
}
