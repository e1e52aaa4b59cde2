/// A text that could stand at the cursor.
package struct Completion: Sendable, Equatable {
  package var text: String
  package var summary: String
  /// What it replaces; empty at the cursor when nothing of it is written yet.
  package var range: SourceRange

  package init(_ text: String, _ summary: String, range: SourceRange) {
    self.text = text
    self.summary = summary
    self.range = range
  }
}

/// What could stand at a UTF-8 offset of a text, best first.
package func completions(
  in text: String, at offset: Int, context: AssistanceContext
) -> [Completion] {
  []
}
