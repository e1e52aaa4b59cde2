/// What the checker has to know of the world: the words of the language and what came before.
package struct CheckContext: Sendable {
  /// What the checker asks of a command beyond its signature.
  package struct Traits: Sendable {
    /// The fields of its result; nil when only running tells them.
    package var resultFields: [String]?
    /// Whether it may stand behind `|`.
    package var takesInput: Bool

    /// Whether its options may hold several values: it then runs for every combination.
    package var sweeps: Bool

    package init(
      resultFields: [String]? = nil, takesInput: Bool = false, sweeps: Bool = false
    ) {
      self.resultFields = resultFields
      self.takesInput = takesInput
      self.sweeps = sweeps
    }
  }

  package var commands: MemberList
  /// What the keyword `set` sets.
  package var settings: (any Configurable.Type)?
  package var traits: @Sendable (any Configurable) -> Traits
  package var variables: [String: BoundValue]
  package var procedures: [String: Procedure]
  package var ledger: NounLedger
  /// The values that the command line gives to `param`.
  package var parameters: [String: Value] = [:]
  /// Whether a `param` without a value is a fault: it is when the script is about to run.
  package var needsParameters = false
  /// The text of a file that `include` names, which is nil when it cannot be read. Without this,
  /// nothing is known of included files, and what they may have brought is not missed.
  package var included: (@Sendable (_ path: String) -> Source?)?

  /// What is wrong with a file or folder that a command wants to read; nil when it is there. Without
  /// this, files are not looked at.
  package var missing: (@Sendable (_ path: String, CompletionKind) -> Problem?)?

  package init(
    commands: MemberList, settings: (any Configurable.Type)? = nil,
    variables: [String: BoundValue] = [:], procedures: [String: Procedure] = [:],
    ledger: NounLedger = NounLedger(),
    traits: @escaping @Sendable (any Configurable) -> Traits = { _ in Traits() },
    included: (@Sendable (_ path: String) -> Source?)? = nil
  ) {
    self.commands = commands
    self.settings = settings
    self.variables = variables
    self.procedures = procedures
    self.ledger = ledger
    self.traits = traits
    self.included = included
  }

  /// The verb of that name.
  package func command(_ name: String) -> (any Configurable.Type)? {
    commands.types.first { $0.name == name }
  }
}

/// A verb that a script has made with `def`.
package struct Procedure: Sendable {
  package var definition: Definition
  /// The source its ranges belong to.
  package var source: Source

  package init(_ definition: Definition, source: Source) {
    self.definition = definition
    self.source = source
  }

  package var name: String { definition.name.text }
}
