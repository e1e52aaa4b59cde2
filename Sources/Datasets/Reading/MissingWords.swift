/// The words that tables write where a value is not known: `NA`, `n/a`, `-`, `?`, `null`.
package enum MissingWords {
  /// Whether the text is empty or such a word, whatever its case and the blanks around it.
  package static func contains(_ text: some StringProtocol) -> Bool {
    guard text.utf8.count <= 24 else { return false }
    return words.contains(trimmed(text).lowercased())
  }

  private static let words: Set<String> = [
    "", "na", "n/a", "n.a.", "#n/a", "#na", "<na>", "nan", "-nan", "null", "(null)", "\\n", "none",
    "nil", "unknown", "unk", "undefined", "missing", "not available", "not applicable", "empty",
    "(empty)", "blank", "-", "--", "—", "–", "?", "??", ".", "..", "…", "*",
  ]
}

/// The text without blanks and tabs at its ends.
func trimmed(_ text: some StringProtocol) -> String {
  let isBlank = { (scalar: Unicode.Scalar) in
    scalar == " " || scalar == "\t" || scalar == "\u{A0}" || scalar == "\u{202F}"
  }
  let scalars = text.unicodeScalars.drop(while: isBlank)
  return String(String.UnicodeScalarView(scalars.reversed().drop(while: isBlank).reversed()))
}
