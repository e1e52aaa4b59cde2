/// What completion and highlighting know: the words of the language and what the session holds.
package struct AssistanceContext: Sendable {
  /// What could stand in a place, given the place and what is already written there: user ids, titles,
  /// file names. Answers at once and at most a few hundred values.
  package typealias LiveValues = @Sendable (CompletionKind, _ prefix: String) -> [NamedValue]

  package var commands: MemberList
  /// What the keyword `set` sets.
  package var settings: (any Configurable.Type)?
  package var live: LiveValues
  package var variables: [String: Variable]
  package var procedures: [String: Procedure]
  package var nouns: Set<Noun>

  package init(
    commands: MemberList, settings: (any Configurable.Type)? = nil,
    variables: [String: Variable] = [:], procedures: [String: Procedure] = [:],
    nouns: Set<Noun> = [],
    live: @escaping LiveValues = { _, _ in [] }
  ) {
    self.commands = commands
    self.settings = settings
    self.variables = variables
    self.procedures = procedures
    self.nouns = nouns
    self.live = live
  }
}
