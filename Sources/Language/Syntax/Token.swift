/// The smallest part of a source that has a meaning, or stands between such parts.
package struct Token: Sendable, Equatable {
  package enum Kind: Sendable, Equatable {
    case word
    case number
    /// `"…"` with `{…}` in it.
    case text
    /// `'…'`.
    case rawText
    /// `$name`, with the fields that follow: `$r.ndcg@10`.
    case variable
    case symbol(Symbol)
    case newline
    case space
    /// A backslash at the end of a line: the statement goes on.
    case continuation
    /// `# …`
    case comment
    /// `## …`, text of the notebook.
    case documentation
    /// `#> …`, recorded output.
    case output
    /// Characters that mean nothing in the language.
    case invalid
    case end
  }

  package var kind: Kind
  package var range: SourceRange

  package init(_ kind: Kind, _ range: SourceRange) {
    self.kind = kind
    self.range = range
  }

  /// Whether the parser passes over it.
  package var isTrivia: Bool {
    switch kind {
    case .space, .continuation, .comment, .documentation, .output: true
    default: false
    }
  }
}

/// The marks of the language.
package enum Symbol: String, Sendable, CaseIterable {
  case plusMinusSpelled = "+/-"
  case equal = "=="
  case unequal = "!="
  case atMost = "<="
  case atLeast = ">="
  case about = "~="
  case range = ".."
  case plusMinus = "±"
  case assign = "="
  case less = "<"
  case greater = ">"
  case plus = "+"
  case minus = "-"
  case times = "*"
  case divide = "/"
  case openParenthesis = "("
  case closeParenthesis = ")"
  case openBracket = "["
  case closeBracket = "]"
  case openBrace = "{"
  case closeBrace = "}"
  case comma = ","
  case semicolon = ";"
  case pipe = "|"
  case colon = ":"
}

/// The nine words that are not verbs.
package enum Keyword: String, Sendable, CaseIterable {
  case `let`, set, param, `if`, `else`, `for`, def, include, expect

  /// The words as bytes, for comparing without making strings.
  static let spellings = allCases.map { (spelling: Array($0.rawValue.utf8), keyword: $0) }

  /// What help and completion say of it.
  package var summary: String {
    switch self {
    case .let: "names a value or the result of a command: let r = evaluate"
    case .set: "sets what all later commands use: set seed=7"
    case .param: "a value that the command line can replace: param lr = 0.01"
    case .if: "runs a block when a condition holds: if $r.mae < 1 { topk }"
    case .else: "the block to run when the condition of `if` does not hold"
    case .for: "runs a block for each of some values: for k in [5, 10] { topk $k }"
    case .def: "makes a verb of a block: def trial(lr = 0.01) { meta-train maml inner-rate=$lr }"
    case .include: "runs another file here: include 'setup.mrs'"
    case .expect: "stops unless something holds: expect $r.ndcg@10 >= 0.3"
    }
  }
}
