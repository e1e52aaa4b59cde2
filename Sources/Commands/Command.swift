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
  /// The slots it may read beyond those of the nouns that its signature names: the network, a baseline.
  var reads: [Slot] { get }
}

extension Command {
  package var resultFields: [ResultField]? { nil }
  package var reads: [Slot] { [] }

  /// All slots that it declares to read of a session, as it is written.
  package func declaredReads(in session: Session) -> Set<Slot> {
    var root: any Configurable = self
    let bound = BoundArguments([], to: &root)
    return declaredReads(bound.needs(of: self), in: session)
  }

  /// The same where it is known what its arguments need.
  func declaredReads(_ needs: [Noun], in session: Session) -> Set<Slot> {
    var slots = Set(reads)
    for noun in needs + type(of: self).uses {
      for slot in ([noun] + noun.allSources).compactMap({ Slot($0) }) {
        slots.formUnion(session.meant(by: slot))
      }
    }
    return slots
  }
}

extension BoundArguments {
  /// What a command with these arguments needs.
  func needs(of command: any Configurable) -> [Noun] {
    let unneeded = (command as? any FrugalCommand)?.unneeded ?? []
    return nouns(of: type(of: command)).needs.filter { !unneeded.contains($0) }
  }
}

extension Noun {
  /// The nouns that it is made from, and those that these are made from.
  fileprivate var allSources: [Noun] { sources + sources.flatMap(\.allSources) }
}

extension Session {
  /// A slot, and the one that it points to.
  fileprivate func meant(by slot: Slot) -> [Slot] {
    switch slot {
    case .currentModel: [slot] + (presentModel.map { [.model($0)] } ?? [])
    case .currentAdapted: [slot] + (presentAdapted.map { [.adapted($0)] } ?? [])
    default: [slot]
    }
  }
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

/// A command that may give less than its signature says, or something that its options name.
protocol WithholdingCommand: Command {
  /// What it does not give, or may not give, as it is written: nothing is taken to be stale by it.
  var withheld: [Noun] { get }
  /// What it gives beyond its signature.
  var given: [Noun] { get }
  /// What is not there any more behind it.
  var withdrawn: [Noun] { get }
}

extension WithholdingCommand {
  var given: [Noun] { [] }
  var withdrawn: [Noun] { withheld }
}

/// A command that as it is written may do without something that its signature needs.
protocol FrugalCommand: Command {
  var unneeded: [Noun] { get }
}

/// A command whose options can be right one by one and not together, which is known before it runs.
protocol ConstrainedCommand: Command {
  /// What is wrong with the options; whoever runs it throws that as well.
  var contradiction: CommandFailure? { get }
}
