/// What completion and highlighting know: the words of the language and what the session holds.
package struct AssistanceContext: Sendable {
  /// What could stand in a place, given the place and what is already written there: user ids, titles,
  /// file names. Answers at once and at most a few hundred values.
  package typealias LiveValues = @Sendable (CompletionKind, _ prefix: String) -> [NamedValue]

  package var checking: CheckContext
  package var live: LiveValues

  package init(
    _ checking: CheckContext, live: @escaping LiveValues = { _, _ in [] }
  ) {
    self.checking = checking
    self.live = live
  }

  package var commands: MemberList { checking.commands }
  package var variables: Scope { checking.variables }
  package var nouns: Set<Noun> { checking.ledger.nouns }
}
