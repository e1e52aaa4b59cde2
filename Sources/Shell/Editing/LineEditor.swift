import Language

/// What came of asking for a line.
package enum LineInput: Sendable, Equatable {
  case line(String)
  /// Ctrl-C took back what was typed.
  case dropped
  /// Ctrl-C with nothing typed, as far as is known.
  case interrupted
  /// Ctrl-D, or nothing more to read.
  case end
}

/// Someone or something that types lines.
package protocol LineEditor: AnyObject {
  /// What completion, highlighting and suggestions know; set before each line.
  var assistance: AssistanceContext? { get set }
  /// A line that is offered while nothing is typed: the last one as it is mended; set before each line.
  var offer: String? { get set }
  /// How an offer is taken, in a few words.
  var wayToTakeOffers: String { get }
  /// Reads one line, or several when the text goes on. The line begins with `initial`.
  func read(prompt: String, initial: String) -> LineInput
}

/// Lines given beforehand, for tests and for replaying a session.
package final class ScriptedEditor: LineEditor {
  package var assistance: AssistanceContext?
  package var offer: String?
  package let wayToTakeOffers = "`fix` runs the fix"
  private var inputs: [LineInput]
  /// The prompts that were shown.
  package private(set) var prompts: [String] = []

  package init(_ inputs: [LineInput]) { self.inputs = inputs }

  package func read(prompt: String, initial: String) -> LineInput {
    prompts.append(prompt)
    return inputs.isEmpty ? .end : inputs.removeFirst()
  }
}
