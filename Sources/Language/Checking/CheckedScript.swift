/// A source that was checked: what runs, without being read or bound again.
package struct CheckedScript: Sendable {
  package let source: Source
  /// Everything wrong with it that can be known without running it, in order of place.
  package let diagnostics: [Diagnostic]
  /// What would be known after it ran.
  package let after: CheckContext
  /// Calls that are right and say all with literals, bound, by where they begin.
  package let calls: [Int: BoundCommand]

  /// The faults for which it does not run.
  package var errors: [Diagnostic] { diagnostics.filter { $0.severity == .error } }

  package var statements: [Statement] { source.parsed.script.statements }
}

/// A command with its options as a call writes them.
package struct BoundCommand: Sendable {
  package let root: any Configurable
  package let arguments: BoundArguments
}

extension Expression {
  /// Whether it has the same value wherever it stands.
  var isLiteral: Bool {
    switch kind {
    case .number, .word: true
    case .text(let parts):
      parts.allSatisfy { if case .literal = $0 { true } else { false } }
    case .list(let elements): elements.allSatisfy(\.isLiteral)
    case .negative(let operand): operand.isLiteral
    case .invalid, .variable, .range, .not, .element, .binary: false
    }
  }
}
