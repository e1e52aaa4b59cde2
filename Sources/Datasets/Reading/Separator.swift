import Language

/// What stands between the fields of a row.
package enum Separator: Sendable, Equatable {
  case guess, comma, tab, semicolon, bar
  /// Any number of blanks and tabs.
  case space
  /// Any other mark, such as `::`.
  case mark(String)

  private static let named: [(name: String, separator: Separator, summary: String)] = [
    ("guess", .guess, "what the first lines have most of"), ("comma", .comma, "a comma"),
    ("tab", .tab, "a tab"), ("semicolon", .semicolon, "a semicolon"), ("bar", .bar, "a bar |"),
    ("space", .space, "blanks and tabs, any number of them"),
  ]

  /// Those of one character, which a file may turn out to have.
  static let characters: [Character] = [",", "\t", ";", "|"]

  init(_ character: Character) {
    switch character {
    case ",": self = .comma
    case "\t": self = .tab
    case ";": self = .semicolon
    case "|": self = .bar
    case " ": self = .space
    default: self = .mark(String(character))
    }
  }

  /// Its bytes; none for blanks.
  var bytes: [UInt8] {
    switch self {
    case .guess, .comma: [44]
    case .tab: [9]
    case .semicolon: [59]
    case .bar: [124]
    case .space: []
    case .mark(let text): Array(text.utf8)
    }
  }

  /// How a message shows it.
  var spoken: String {
    switch self {
    case .tab: "tabs"
    case .space: "blanks"
    default: "`\(String(decoding: bytes, as: UTF8.self))`"
    }
  }
}

extension Separator: ArgumentReadable {
  package static var expectation: String {
    "one of " + named.map { "`\($0.name)`" }.joined(separator: ", ") + ", or a text such as \"::\""
  }

  package static var namedValues: [NamedValue] { named.map { NamedValue($0.name, $0.summary) } }

  package static func read(_ value: Value) -> Separator? {
    switch value {
    case .word(let word): named.first { $0.name == word }?.separator
    case .text(" "): .space
    case .text(let text):
      if text.count == 1, let only = text.first, characters.contains(only) {
        Separator(only)
      } else if (1...8).contains(text.utf8.count), text.utf8.allSatisfy(isMark) {
        .mark(text)
      } else {
        named.first { $0.name == text }?.separator
      }
    default: nil
    }
  }

  /// Letters, digits, quotes and points may be part of a field.
  private static func isMark(_ byte: UInt8) -> Bool {
    switch byte {
    case 9, 32: true
    case 33...126:
      !isLetterOrDigit(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: ".")
    default: false
    }
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (97...122).contains(byte | 0x20)
  }

  package var argumentText: String {
    if let known = Self.named.first(where: { $0.separator == self }) { return known.name }
    if case .mark(let text) = self { return "\"\(text)\"" }
    return ""
  }
}
