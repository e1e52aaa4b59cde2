/// What a stretch of text is, as far as its look goes; the only place that knows colours of terminals.
package enum Ink: Sendable {
  case plain, strong, dim, error, warning, note, good, accent

  /// The parameters of the escape sequence that selects it (ECMA-48, SGR). The sixteen basic
  /// colours are used, which every theme, light or dark, keeps readable.
  package var code: String {
    switch self {
    case .plain: "0"
    case .strong: "1"
    case .dim: "2"
    case .error: "1;31"
    case .warning: "1;33"
    case .note: "36"
    case .good: "32"
    case .accent: "1;36"
    }
  }
}

extension Page {
  /// The text in that ink, or as it is where no colours show.
  package func ink(_ text: String, _ ink: Ink) -> String {
    hasColour && !text.isEmpty ? "\u{1B}[\(ink.code)m\(text)\u{1B}[0m" : text
  }
}
