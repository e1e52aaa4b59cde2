/// A part of a text and how it is shown.
package struct Highlight: Sendable, Equatable {
  package enum Style: String, Sendable, CaseIterable {
    case verb, keyword, member, option, number, text, variable, comment, output, heading
    case symbol, word, unknown
  }

  package var range: SourceRange
  package var style: Style

  package init(_ range: SourceRange, _ style: Style) {
    self.range = range
    self.style = style
  }
}

/// How the parts of a text are shown, in order and without overlap; spaces are left out.
package func highlights(in text: String, context: AssistanceContext) -> [Highlight] {
  []
}
