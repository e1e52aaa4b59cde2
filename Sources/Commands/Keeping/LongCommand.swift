import Language
import Reports

/// A command that takes so long that what it comes to is worth keeping for the next replay.
package protocol LongCommand: Command {
  /// The session with nothing in it but what the command's work may depend on. It runs on that, so that
  /// no dependency can be forgotten.
  func basis(of session: Session) -> Session
  /// What it has made, as bytes; nil when that is not to be kept.
  func essence(of made: Session) -> [UInt8]?
  /// Makes in its basis what it made when it ran.
  func restore(_ essence: [UInt8], in basis: inout Session) throws
  /// Takes what was made in the basis over into the session.
  func deliver(_ made: Session, to session: inout Session)
}

/// Most of them only say something.
extension LongCommand {
  package func basis(of session: Session) -> Session {
    var basis = session
    basis.adapted = nil
    basis.log = SessionLog()
    return basis
  }

  package func essence(of made: Session) -> [UInt8]? { [] }

  package func restore(_ essence: [UInt8], in basis: inout Session) throws {}

  package func deliver(_ made: Session, to session: inout Session) {
    // Trainings that it repeated need not be repeated by the next one.
    session.recipe = made.recipe
  }
}

extension Evaluate: LongCommand {}

extension Compare: LongCommand {}

extension ABTest: LongCommand {}
