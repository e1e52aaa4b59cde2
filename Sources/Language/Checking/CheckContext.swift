/// What the checker has to know of the world: the words of the language and what came before.
package struct CheckContext: Sendable {
  /// What the checker asks of a command beyond its signature.
  package struct CallProperties: Sendable {
    /// Whether it may stand behind `|`.
    package var takesInput: Bool
    /// Whether it must.
    package var needsInput: Bool

    /// Set when its options may hold several values: it is then a sweep.
    package var sweep: SweepForm?
    /// What is wrong with its options taken together.
    package var contradiction: Problem?
    /// What its signature says that it gives, but which it does not as it is written.
    package var withheld: [Noun]
    /// What it gives as it is written, beyond its signature.
    package var given: [Noun]
    /// What is not there any more behind it.
    package var withdrawn: [Noun]
    /// What its signature says that it needs, but which it does without as it is written.
    package var unneeded: [Noun]

    package init(
      takesInput: Bool = false, needsInput: Bool = false, sweep: SweepForm? = nil,
      contradiction: Problem? = nil, withheld: [Noun] = [],
      given: [Noun] = [], withdrawn: [Noun] = [], unneeded: [Noun] = []
    ) {
      self.given = given
      self.unneeded = unneeded
      self.withheld = withheld
      self.withdrawn = withdrawn
      self.contradiction = contradiction
      self.needsInput = needsInput
      self.takesInput = takesInput
      self.sweep = sweep
    }
  }

  let vocabulary: Vocabulary
  package var variables: Scope
  package var procedures: [String: Procedure]
  package var ledger: NounLedger
  /// The values that the command line gives to `param`.
  package var parameters: [String: Value] = [:]
  /// Whether a `param` without a value is a fault: it is when the script is about to run.
  package var needsParameters = false
  /// What is known of files; nil when they are not looked at, and then nothing that an included one
  /// may have brought is missed.
  package var files: FileKnowledge?

  /// - Parameters:
  ///   - settings: What the keyword `set` sets.
  ///   - capabilities: What the checker must ask of a command.
  ///   - callProperties: The answers for a command as it is written. They must be the same whichever numbers
  ///     stand there: calls that differ in nothing else are judged once.
  ///   - resultFields: The fields of a command's result; nil when only running tells them.
  package init(
    commands: MemberList, settings: (any Configurable.Type)? = nil,
    variables: Scope = Scope(), procedures: [String: Procedure] = [:],
    ledger: NounLedger = NounLedger(),
    capabilities: @escaping @Sendable (any Configurable.Type) -> Capabilities = { _ in [] },
    callProperties: @escaping @Sendable (any Configurable) -> CallProperties = { _ in
      CallProperties()
    },
    resultFields: @escaping @Sendable (any Configurable) -> [ResultField]? = { _ in nil },
    files: FileKnowledge? = nil
  ) {
    vocabulary = Vocabulary(
      commands: commands, settings: settings, capabilities: capabilities,
      callProperties: callProperties,
      resultFields: resultFields)
    self.variables = variables
    self.procedures = procedures
    self.ledger = ledger
    self.files = files
  }

  package var commands: MemberList { vocabulary.commands }
  var settings: (any Configurable.Type)? { vocabulary.settings }

  func capabilities(_ type: any Configurable.Type) -> Capabilities { vocabulary.capabilities(type) }

  /// The verb of that name.
  package func command(_ name: String) -> (any Configurable.Type)? { vocabulary.verbs[name] }
}

extension CheckContext {
  /// What a command can be asked, because it is of a kind that answers.
  package struct Capabilities: OptionSet, Sendable {
    package let rawValue: Int

    package init(rawValue: Int) { self.rawValue = rawValue }

    /// It may stand behind `|`.
    package static let input = Capabilities(rawValue: 1)
    /// It may be a sweep.
    package static let sweep = Capabilities(rawValue: 2)
    /// Its options can contradict each other.
    package static let contradiction = Capabilities(rawValue: 4)
    /// As it is written it may give less than its signature says, or perhaps less.
    package static let withholding = Capabilities(rawValue: 8)
    /// As it is written it may need less than its signature says.
    package static let frugal = Capabilities(rawValue: 16)
  }

  /// The words of the language, and what is known of the commands behind them: the same for all copies.
  final class Vocabulary: Sendable {
    let commands: MemberList
    let settings: (any Configurable.Type)?
    let capabilities: @Sendable (any Configurable.Type) -> Capabilities
    let callProperties: @Sendable (any Configurable) -> CallProperties
    let resultFields: @Sendable (any Configurable) -> [ResultField]?
    /// Every verb by its name: looking one up must not go through them all.
    let verbs: [String: any Configurable.Type]
    /// The nouns that others are made from.
    let sources: Set<Noun>

    init(
      commands: MemberList, settings: (any Configurable.Type)?,
      capabilities: @escaping @Sendable (any Configurable.Type) -> Capabilities,
      callProperties: @escaping @Sendable (any Configurable) -> CallProperties,
      resultFields: @escaping @Sendable (any Configurable) -> [ResultField]?
    ) {
      self.commands = commands
      self.settings = settings
      self.capabilities = capabilities
      self.callProperties = callProperties
      self.resultFields = resultFields
      verbs = Dictionary(zip(commands.names, commands.types)) { first, _ in first }
      sources = Set(commands.types.flatMap { $0.gives.flatMap(\.sources) })
    }
  }
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
package struct Procedure: Sendable, Equatable {
  package var definition: Definition
  /// The source its ranges belong to.
  package var source: Source

  package init(_ definition: Definition, source: Source) {
    self.definition = definition
    self.source = source
  }

  package var name: String { definition.name.text }

  /// A place in a text says which one it is.
  package static func == (a: Procedure, b: Procedure) -> Bool {
    a.definition.name.range == b.definition.name.range && a.source.name == b.source.name
      && a.source.text == b.source.text
  }

  /// What completion says of a parameter: "a number; 0.01 if not given".
  func summary(of parameter: FormalParameter) -> String {
    let type = parameter.type.flatMap { ValueType(rawValue: $0.text) }?.expectation
    let usual = parameter.defaultValue.map { "\(source.slice($0.range)) if not given" }
    let known = [type, usual].compactMap { $0 }
    return known.isEmpty ? "a value of `\(name)`" : known.joined(separator: "; ")
  }
}
