import Language
import Reports

/// A configurable that runs in a session and says what came of it.
///
/// The interpreter runs a command on a copy of the session and keeps the copy on success, so that a
/// command may throw at any point.
package protocol Command: Configurable {
  func run(in session: inout Session, host: any Host) throws -> Report
  /// The names of the result's fields as far as they are known before running; nil when they are not.
  var resultFields: [ResultField]? { get }
}

extension Command {
  package var resultFields: [ResultField]? { nil }
}

/// A command that may stand behind `|` and then gets what the one before it said.
package protocol InputCommand: Command {
  var input: Report? { get set }
  /// Whether it may, as it is written, and whether it must.
  var takesInput: Bool { get }
  var needsInput: Bool { get }
}

extension InputCommand {
  package var takesInput: Bool { true }
  package var needsInput: Bool { false }
}

/// A command whose options can be right one by one and not together, which is known before it runs.
protocol ParticularCommand: Command {
  /// What is wrong with the options; whoever runs it throws that as well.
  var contradiction: CommandFailure? { get }
}
