/// The input of completion and highlighting besides the text: the words of the language and the state of the
/// session.
package struct AssistanceContext: Sendable {
  /// Completions that depend on the session: user ids, titles, file names. Has to answer at once, with at
  /// most a few hundred values.
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
