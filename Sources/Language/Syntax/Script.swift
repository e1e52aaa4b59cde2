/// A text of the language as statements, with all its tokens, comments among them.
package struct Script: Sendable {
  package var statements: [Statement]
  package var tokens: [Token]
  /// Whether the text ends inside a bracket or after a backslash, so that more must follow.
  package var isOpen: Bool
}

/// A word of the source that names something.
package struct Name: Sendable, Equatable {
  package var text: String
  package var range: SourceRange
  /// Whether it is written in quotes.
  package var isQuoted = false

  package init(_ text: String, _ range: SourceRange) {
    self.text = text
    self.range = range
  }
}

/// One line of a script, or one block with its head.
package struct Statement: Sendable {
  package indirect enum Kind: Sendable {
    /// `mrs 1`
    case version(Int)
    case pipeline([Call])
    case assignment(Name, AssignedValue)
    /// `set seed=7`
    case settings([ArgumentSyntax])
    /// `param lr: number = 0.01`
    case parameter(FormalParameter)
    case branch(Branch)
    case loop(Loop)
    case definition(Definition)
    case inclusion(Expression)
    case expectation(Expectation)
    /// What could not be understood; its diagnostic says why.
    case invalid
  }

  package var kind: Kind
  package var range: SourceRange
  /// The keyword or verb it begins with.
  package var head: SourceRange
}

/// A verb with what follows it.
package struct Call: Sendable {
  package var verb: Name
  package var arguments: [ArgumentSyntax]
  package var range: SourceRange
}

/// `value` or `key=value`.
package struct ArgumentSyntax: Sendable {
  package var key: Name?
  package var value: Expression
  package var range: SourceRange
}

/// What stands behind `let name =`.
package enum AssignedValue: Sendable {
  case expression(Expression)
  /// Begins with a word; whether that is a verb, only the catalog of commands tells.
  case pipeline([Call])
}

/// A name that a caller or the command line gives a value.
package struct FormalParameter: Sendable {
  package var name: Name
  package var type: Name?
  package var defaultValue: Expression?
}

/// `if … { } else { }`; an `else if` is an otherwise with one branch in it.
package struct Branch: Sendable {
  package var condition: Expression
  package var then: StatementBlock
  package var otherwise: StatementBlock?
}

/// `for k in [5, 10] { … }`
package struct Loop: Sendable {
  package var variable: Name
  package var sequence: Expression
  package var body: StatementBlock
}

/// `def name(a, b = 1) { … }` with the `##` lines above it.
package struct Definition: Sendable {
  package var name: Name
  package var parameters: [FormalParameter]
  package var body: StatementBlock
  package var documentation: String
}

/// Statements in braces.
package struct StatementBlock: Sendable {
  package var statements: [Statement]
  package var range: SourceRange
}

/// What `expect` asks for.
package struct Expectation: Sendable {
  package enum Kind: Sendable {
    case condition(Expression, tolerance: Tolerance?, over: PairedTestClause?)
    /// `expect error E0402 { … }`
    case fault(Diagnostic.Severity, code: Name?, StatementBlock)
  }

  package var kind: Kind
}

/// How far two numbers may differ: `± 0.002`, `within 1%`, `by 0.01`.
package struct Tolerance: Sendable {
  package enum Kind: Sendable {
    /// Differ by at most this.
    case within
    /// Differ by at least this.
    case by
  }

  package var kind: Kind
  package var amount: Expression
  package var range: SourceRange
}

/// `over users p<0.01`
package struct PairedTestClause: Sendable {
  package var units: Name
  package var level: Expression
  package var range: SourceRange
}
