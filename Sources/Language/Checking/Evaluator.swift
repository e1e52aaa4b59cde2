/// Evaluates expressions, for the checker as well as for a run. The checker gets nil for a value that is only
/// known at run time; faults are diagnostics for both.
package struct Evaluator {
  package let variables: Scope
  package private(set) var diagnostics: [Diagnostic] = []
  /// The names whose values were asked for, in order.
  package private(set) var readNames: [String] = []

  package init(_ variables: Scope) {
    self.variables = variables
  }

  /// The value of an expression; nil when only running tells it, or when a diagnostic says why not.
  package mutating func value(of expression: Expression) -> Value? {
    switch expression.kind {
    case .number(let number): return .number(number)
    case .word(let word): return .word(word)
    case .invalid: return nil
    case .text(let parts): return text(parts)
    case .variable(let name, let fields): return variable(name, fields)
    case .list(let elements): return list(elements)
    case .range(let lower, let upper, let step): return range(lower, upper, step)
    case .negative(let operand): return negative(operand)
    case .not(let operand): return truth(of: operand).map { .truth(!$0) }
    case .element(let base, let index): return element(base, index)
    case .binary(let left, let mark, let right): return binary(left, mark, right, expression.range)
    }
  }

  /// Whether a condition holds; nil as for `value(of:)`.
  package mutating func truth(of expression: Expression) -> Bool? {
    guard let value = value(of: expression) else {
      if let kind = kind(of: expression) { reportCondition(expression, kind.description) }
      return nil
    }
    guard let truth = Bool.read(value) else {
      reportCondition(expression, value.description)
      return nil
    }
    return truth
  }

  private mutating func reportCondition(_ expression: Expression, _ seen: String) {
    report(
      "E0306", "a condition is expected here", at: expression.range, label: "this is \(seen)",
      help: ["for example: $r.mae < 1"])
  }

  mutating func report(
    _ code: String, _ message: String, at range: SourceRange, label: String = "",
    help: [String] = [], suggestions: [String] = []
  ) {
    diagnostics.append(
      Problem(code, message, label: label, help: help, suggestions: suggestions)
        .diagnostic(at: range))
  }

  private mutating func text(_ parts: [TextPart]) -> Value? {
    var text: String? = ""
    for part in parts {
      switch part {
      case .literal(let literal): text?.append(literal)
      case .value(let expression):
        let value = value(of: expression)
        text = value.flatMap { value in text.map { $0 + value.text } }
      }
    }
    return text.map { .text($0) }
  }

  private mutating func variable(_ name: Name, _ fields: [Name]) -> Value? {
    readNames.append(name.text)
    guard let variable = variables[name.text] else {
      var help = ["`let \(name.text) = …` binds it"]
      if name.text.first == "_", name.text.dropFirst().allSatisfy(\.isNumber) {
        let cell = name.text.dropFirst()
        report(
          "E0207",
          cell.isEmpty
            ? "nothing has had a result yet, which `$_` would be" : "cell \(cell) has no result",
          at: name.range, help: ["`$_` is the last result, `$_3` that of cell 3, at the prompt"])
        return nil
      }
      if let parts = name.text.split(separator: "-").first, variables[String(parts)] != nil {
        help = ["`a-b` is one name; to subtract, write `$a - $b`"]
      }
      report(
        "E0207", "no value is called `$\(name.text)`", at: name.range, help: help,
        suggestions: Language.suggestions(
          for: name.text, among: variables.names.filter { $0.first != "_" }))
      return nil
    }
    guard !fields.isEmpty else { return variable.value }
    guard var value = variable.value else {
      if let known = variable.fields { follow(fields, in: known, of: variable) }
      return nil
    }
    for (place, field) in fields.enumerated() {
      var owner: String {
        if place > 0 { return "`\(fields[place - 1].text)`" }
        return variable.origin.isEmpty ? "`$\(name.text)`" : variable.origin
      }
      guard case .record(let record) = value else {
        report(
          "E0204", "\(owner) has no fields", at: field.range, label: "it is \(value.description)")
        return nil
      }
      guard let inner = record[field.text] else {
        unknown(field: field, of: owner, among: record.fields.map(\.name))
        return nil
      }
      value = inner
    }
    return value
  }

  mutating func unknown(field: Name, of owner: String, among known: [String]) {
    report(
      "E0204", "\(owner.isEmpty ? "this result" : owner) has no field `\(field.text)`",
      at: field.range,
      help: known.isEmpty ? ["it has no fields"] : ["fields: " + known.joined(separator: " ")],
      suggestions: Language.suggestions(for: field.text, among: known))
  }

  private mutating func list(_ elements: [Expression]) -> Value? {
    var values: [Value] = []
    for element in elements {
      if let value = value(of: element) { values.append(value) }
    }
    return values.count == elements.count ? .list(values) : nil
  }

  /// The number an expression gives; nil as for `value(of:)`.
  package mutating func number(
    _ expression: Expression, for purpose: @autoclosure () -> String
  ) -> Number? {
    guard let value = value(of: expression) else {
      if let kind = kind(of: expression), kind != .number {
        reportNumber(expression, purpose(), kind.description)
      }
      return nil
    }
    guard case .number(let number) = value else {
      reportNumber(expression, purpose(), value.description)
      return nil
    }
    return number
  }

  private mutating func reportNumber(
    _ expression: Expression, _ purpose: String, _ seen: String
  ) {
    report("E0306", "\(purpose) needs a number", at: expression.range, label: "this is \(seen)")
  }

  private mutating func range(
    _ lower: Expression, _ upper: Expression, _ step: Expression?
  ) -> Value? {
    let from = number(lower, for: "a range")
    let to = number(upper, for: "a range")
    let by = step.map { number($0, for: "a step") } ?? Number(1)
    guard let from, let to, let by else { return nil }
    guard by.value != 0, (to.value - from.value) / by.value < 1e6 else {
      report("E0302", "this range has too many steps", at: (step ?? upper).range)
      return nil
    }
    return .range(from.value, to.value, step: by.value)
  }

  private mutating func negative(_ operand: Expression) -> Value? {
    number(operand, for: "`-`").map { number in
      .number(Number(-number.value, unit: number.unit))
    }
  }

  private mutating func element(_ base: Expression, _ index: Expression) -> Value? {
    let value = value(of: base)
    let place = number(index, for: "an index")
    guard let value, let place else { return nil }
    guard let elements = value.elements else {
      report("E0306", "only a list has elements", at: base.range, label: value.description)
      return nil
    }
    guard let exact = Int(exactly: place.value), exact >= 1, exact <= elements.count else {
      report(
        "E0302", "this list has the elements 1 to \(elements.count)", at: index.range,
        label: "\(place.spelling) is not one of them")
      return nil
    }
    return elements[exact - 1]
  }
}

/// A character as it stands between double quotes.
private func escaped(_ character: Character) -> String {
  switch character {
  case "\n", "\r\n": "\\n"
  case "\t": "\\t"
  case "\\", "\"", "{", "}": "\\\(character)"
  default: String(character)
  }
}

extension Value {
  /// How a value stands in a text.
  package var text: String {
    switch self {
    case .number(let number): number.spelling
    case .text(let text), .word(let text): text
    case .truth(let truth): truth ? "yes" : "no"
    case .list(let values): values.map(\.text).joined(separator: ", ")
    case .range(let lower, let upper, let step):
      "\(Number.text(lower))..\(Number.text(upper))"
        + (step == 1 ? "" : " step \(Number.text(step))")
    case .record(let record):
      record.fields.map { "\($0.name)=\($0.value.text)" }.joined(separator: " ")
    }
  }

  /// How a value is written in a script.
  package var sourceText: String {
    switch self {
    case .text(let text):
      "\"" + text.map(escaped).joined() + "\""
    case .list(let values): "[" + values.map(\.sourceText).joined(separator: ", ") + "]"
    default: text
    }
  }

  /// How a name is written where a value may stand: as a word, or in quotes where it would not be one, or would
  /// be taken for the path of a file.
  package static func written(_ name: String) -> String {
    let (tokens, faults) = Language.tokens(of: name)
    let isOne = faults.isEmpty && tokens.count == 2 && [.word, .number].contains(tokens[0].kind)
    let isPath = name.hasPrefix("/") || name.hasPrefix("~")
    let means = ["yes", "no", "true", "false", "not"].contains(name)
    return isOne && !isPath && !means ? name : Value.text(name).sourceText
  }

  /// The values of a list or of a range, nil for anything else.
  package var elements: [Value]? {
    switch self {
    case .list(let values): return values
    case .range(let lower, let upper, let step):
      guard step != 0 else { return [] }
      let count = ((upper - lower) / step + 1e-9).rounded(.down)
      guard count >= 0, count < 1e6 else { return [] }
      // Numbers such as 0.30000000000000004 would be shown to the user: round to what was meant.
      return (0...Int(count)).map { index in
        let exact = lower + Double(index) * step
        return .number((exact * 1e12).rounded() / 1e12)
      }
    default: return nil
    }
  }
}
