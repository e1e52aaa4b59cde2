/// A value as it is written.
package struct Expression: Sendable {
  package indirect enum Kind: Sendable {
    case number(Number)
    case word(String)
    case text([TextPart])
    /// `$r.ndcg@10`
    case variable(Name, fields: [Name])
    case list([Expression])
    case range(Expression, Expression, step: Expression?)
    case negative(Expression)
    case not(Expression)
    case binary(Expression, Operator, Expression)
    /// `$users[1]`, counted from 1.
    case element(Expression, Expression)
    /// What could not be understood; its diagnostic says why.
    case invalid
  }

  package var kind: Kind
  package var range: SourceRange

  package init(_ kind: Kind, _ range: SourceRange) {
    self.kind = kind
    self.range = range
  }
}

/// A part of a text: as written, or a value put in.
package enum TextPart: Sendable {
  case literal(String)
  case value(Expression)
}

/// What stands between two values.
package enum Operator: String, Sendable, CaseIterable {
  case or, and
  case equal = "=="
  case unequal = "!="
  case less = "<"
  case atMost = "<="
  case greater = ">"
  case atLeast = ">="
  case about = "~="
  case `in`, contains
  case plus = "+"
  case minus = "-"
  case times = "*"
  case divide = "/"

  /// Those that are words.
  static let words: [(spelling: StaticString, operator: Operator)] = [
    ("or", .or), ("and", .and), ("in", .in), ("contains", .contains),
  ]

  /// The operator that a mark stands for, if it is one.
  init?(_ symbol: Symbol) {
    switch symbol {
    case .equal: self = .equal
    case .unequal: self = .unequal
    case .less: self = .less
    case .atMost: self = .atMost
    case .greater: self = .greater
    case .atLeast: self = .atLeast
    case .about: self = .about
    case .plus: self = .plus
    case .minus: self = .minus
    case .times: self = .times
    case .divide: self = .divide
    default: return nil
    }
  }

  /// How strongly it binds; comparisons do not chain.
  package var precedence: Int {
    switch self {
    case .or: 1
    case .and: 2
    case .equal, .unequal, .less, .atMost, .greater, .atLeast, .about, .in, .contains: 4
    case .plus, .minus: 5
    case .times, .divide: 6
    }
  }

  package var isComparison: Bool { precedence == 4 }
}
