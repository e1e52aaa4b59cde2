import Language
import Reports

/// One thing that was typed at the prompt, and what came of it.
package struct Cell: Sendable {
  package enum Status: String, Sendable {
    case completed, failed, interrupted
  }

  /// What the prompt calls it: `mrs [3]> `.
  package var number: Int
  package var text: String
  package var status: Status = .completed
  package var reports: [Report] = []
  package var faults: [Diagnostic] = []
  package var seconds = 0.0

  package init(number: Int, text: String) {
    self.number = number
    self.text = text
  }

  /// Its text as a source, for diagnostics.
  package var source: Source { Source(text: text) }
}
