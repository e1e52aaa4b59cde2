/// What the checker has to know of the world: the words of the language and what came before.
package struct CheckContext: Sendable {
  /// What the checker asks of a command beyond its signature.
  package struct Traits: Sendable {
    /// Whether it may stand behind `|`.
    package var takesInput: Bool
    /// Whether it must.
    package var needsInput: Bool

    /// Set when its options may hold several values: it is then a sweep.
    package var sweep: SweepForm?
    /// What is wrong with its options taken together.
    package var contradiction: Problem?

    package init(
      takesInput: Bool = false, needsInput: Bool = false, sweep: SweepForm? = nil,
      contradiction: Problem? = nil
    ) {
      self.contradiction = contradiction
      self.needsInput = needsInput
      self.takesInput = takesInput
      self.sweep = sweep
    }
  }

  package var commands: MemberList
  /// What the keyword `set` sets.
  package var settings: (any Configurable.Type)?
  package var traits: @Sendable (any Configurable) -> Traits
  /// The commands that may stand behind `|`, those that may be sweeps, and those whose options can
  /// contradict each other: others are not asked.
  package var receivers: Set<ObjectIdentifier> = []
  package var sweepers: Set<ObjectIdentifier> = []
  package var particular: Set<ObjectIdentifier> = []
  /// The fields of a command's result; nil when only running tells them.
  package var resultFields: @Sendable (any Configurable) -> [ResultField]?
  package var variables: Names
  package var procedures: [String: Procedure]
  package var ledger: NounLedger
  /// The values that the command line gives to `param`.
  package var parameters: [String: Value] = [:]
  /// Whether a `param` without a value is a fault: it is when the script is about to run.
  package var needsParameters = false
  /// What is known of files; nil when they are not looked at, and then nothing that an included one
  /// may have brought is missed.
  package var files: FileKnowledge?
  /// Every verb by its name: looking one up must not go through them all.
  private let verbs: [String: any Configurable.Type]

  package init(
    commands: MemberList, settings: (any Configurable.Type)? = nil,
    variables: Names = Names(), procedures: [String: Procedure] = [:],
    ledger: NounLedger = NounLedger(),
    traits: @escaping @Sendable (any Configurable) -> Traits = { _ in Traits() },
    resultFields: @escaping @Sendable (any Configurable) -> [ResultField]? = { _ in nil },
    files: FileKnowledge? = nil
  ) {
    self.commands = commands
    self.settings = settings
    self.variables = variables
    self.procedures = procedures
    self.ledger = ledger
    self.traits = traits
    self.resultFields = resultFields
    self.files = files
    verbs = Dictionary(commands.types.map { ($0.name, $0) }) { first, _ in first }
  }

  /// The verb of that name.
  package func command(_ name: String) -> (any Configurable.Type)? { verbs[name] }
}

/// What the checker may ask of the files that a script names, without changing any.
package struct FileKnowledge: Sendable {
  /// The text of a file that `include` names, or what is wrong with it.
  package var source: @Sendable (_ path: String) -> Result<Source, Problem>
  /// What stands against reading a file or folder; nil when nothing is known to.
  package var obstacleToReading: @Sendable (_ path: String) -> Problem?
  /// What stands against writing a file; nil when nothing is known to.
  package var obstacleToWriting: @Sendable (_ path: String) -> Problem?
  /// Whether something is there now.
  package var exists: @Sendable (_ path: String) -> Bool

  package init(
    source: @escaping @Sendable (_ path: String) -> Result<Source, Problem>,
    obstacleToReading: @escaping @Sendable (_ path: String) -> Problem?,
    obstacleToWriting: @escaping @Sendable (_ path: String) -> Problem?,
    exists: @escaping @Sendable (_ path: String) -> Bool
  ) {
    self.source = source
    self.obstacleToReading = obstacleToReading
    self.obstacleToWriting = obstacleToWriting
    self.exists = exists
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
