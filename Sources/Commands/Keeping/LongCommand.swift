import Language
import Reports

/// A command that takes so long that what it comes to is worth keeping for the next replay.
package protocol LongCommand: Command {
  /// What it has made in a session, as bytes; nil when that is not to be kept.
  func snapshot(of made: Session) -> [UInt8]?
  /// Makes in a session what it made when it ran.
  func restore(_ snapshot: [UInt8], in session: inout Session) throws
}

/// Most of them only say something.
extension LongCommand {
  package func snapshot(of made: Session) -> [UInt8]? { [] }

  package func restore(_ snapshot: [UInt8], in session: inout Session) throws {}
}

extension Evaluate: LongCommand {}

extension Compare: LongCommand {}

extension ABTest: LongCommand {}
