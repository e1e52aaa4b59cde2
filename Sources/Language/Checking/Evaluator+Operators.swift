extension Evaluator {
  mutating func binary(
    _ left: Expression, _ mark: Operator, _ right: Expression, _ range: SourceRange
  ) -> Value? {
    switch mark {
    case .and, .or: return logical(left, mark, right)
    case .in: return membership(right, left, range)
    case .contains: return membership(left, right, range)
    case .equal, .unequal: return equality(left, mark, right)
    case .less, .atMost, .greater, .atLeast, .about: return comparison(left, mark, right, range)
    case .plus, .minus, .times, .divide: return arithmetic(left, mark, right, range)
    }
  }

  private mutating func logical(
    _ left: Expression, _ mark: Operator, _ right: Expression
  ) -> Value? {
    // Both sides are always looked at, so that the checker sees the faults of both.
    let first = truth(of: left)
    let second = truth(of: right)
    let decisive = mark == .or
    if first == decisive { return .truth(decisive) }
    guard let first, let second else { return nil }
    return .truth(decisive ? first || second : first && second)
  }

  private mutating func membership(
    _ container: Expression, _ member: Expression, _ range: SourceRange
  ) -> Value? {
    let container = value(of: container)
    let member = value(of: member)
    guard let container, let member else { return nil }
    if let elements = container.elements {
      return .truth(elements.contains { $0.same(as: member) })
    }
    if case .record(let record) = container { return .truth(record[member.text] != nil) }
    if let text = String.read(container) { return .truth(text.contains(substring: member.text)) }
    report("E0306", "only a list or a text can contain something", at: range)
    return nil
  }

  private mutating func equality(
    _ left: Expression, _ mark: Operator, _ right: Expression
  ) -> Value? {
    let first = value(of: left)
    let second = value(of: right)
    guard let first, let second else { return nil }
    return .truth(first.same(as: second) == (mark == .equal))
  }

  /// Two numbers of the same unit.
  private mutating func numbers(
    _ left: Expression, _ mark: Operator, _ right: Expression, _ range: SourceRange
  ) -> (Number, Number)? {
    let first = number(left, for: "`\(mark.rawValue)`")
    let second = number(right, for: "`\(mark.rawValue)`")
    guard let first, let second else { return nil }
    let units = [first.unit, second.unit].compactMap { $0 == .percent ? nil : $0 }
    let areScaled = mark == .times || mark == .divide
    guard areScaled || units.isEmpty || (units.count == 2 && units[0] == units[1]) else {
      report(
        "E0306", "`\(mark.rawValue)` needs numbers of the same unit", at: range,
        label: "\(first.spelling) and \(second.spelling)")
      return nil
    }
    return (first, second)
  }

  private mutating func comparison(
    _ left: Expression, _ mark: Operator, _ right: Expression, _ range: SourceRange
  ) -> Value? {
    guard let (first, second) = numbers(left, mark, right, range) else { return nil }
    let (a, b) = (first.value, second.value)
    switch mark {
    case .less: return .truth(a < b)
    case .atMost: return .truth(a <= b)
    case .greater: return .truth(a > b)
    case .atLeast: return .truth(a >= b)
    default: return .truth(abs(a - b) <= 0.01 * max(abs(a), abs(b)))
    }
  }

  private mutating func arithmetic(
    _ left: Expression, _ mark: Operator, _ right: Expression, _ range: SourceRange
  ) -> Value? {
    guard let (first, second) = numbers(left, mark, right, range) else { return nil }
    let (a, b) = (first.value, second.value)
    var unit = first.unit ?? second.unit
    if unit == .percent { unit = nil }
    switch mark {
    case .plus: return .number(Number(a + b, unit: unit))
    case .minus: return .number(Number(a - b, unit: unit))
    case .times: return .number(Number(a * b, unit: unit))
    default:
      guard b != 0 else {
        report("E0307", "this divides by zero", at: right.range)
        return nil
      }
      return .number(Number(a / b, unit: first.unit == second.unit ? nil : unit))
    }
  }
}

extension Value {
  /// Whether two values mean the same: numbers by value, texts and words by their letters.
  package func same(as other: Value) -> Bool {
    switch (self, other) {
    case (.number(let a), .number(let b)): a.value == b.value
    case (.truth(let a), _): Bool.read(other) == a
    case (_, .truth(let b)): Bool.read(self) == b
    case (.text, .text), (.text, .word), (.word, .text), (.word, .word): text == other.text
    case (.number(let a), .text(let b)), (.number(let a), .word(let b)),
      (.text(let b), .number(let a)), (.word(let b), .number(let a)):
      a.spelling == b
    case (.record(let a), .record(let b)): a == b
    default:
      if let a = elements, let b = other.elements {
        a.count == b.count && zip(a, b).allSatisfy { $0.same(as: $1) }
      } else {
        false
      }
    }
  }
}

extension String {
  /// Whether a text stands somewhere within this one.
  func contains(substring: String) -> Bool {
    let wanted = Array(substring.utf8)
    let bytes = Array(utf8)
    guard !wanted.isEmpty else { return true }
    guard bytes.count >= wanted.count else { return false }
    return (0...(bytes.count - wanted.count)).contains { start in
      bytes[start..<start + wanted.count].elementsEqual(wanted)
    }
  }
}
