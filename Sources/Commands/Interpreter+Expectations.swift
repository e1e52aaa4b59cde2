import Language
import Reports

extension Run {
  /// Tells whoever observes the run whether an expectation holds, and stops where it does not, unless
  /// the run is a rehearsal that passes over that.
  mutating func watch(_ expectation: Expectation, _ statement: Statement) throws(Stop) {
    let start = host.now()
    func tell(_ fault: Diagnostic?) {
      observe(
        StatementOutcome(
          range: site ?? statement.range, text: source.slice(statement.range), diagnostic: fault,
          seconds: host.now() - start, isExpectation: true, session: interpreter.session))
    }
    do throws(Stop) {
      try expect(expectation, statement)
      tell(nil)
    } catch {
      guard case .expectation(let fault) = error else { throw error }
      tell(fault)
      if !interpreter.execution.variation.passesOverExpectations { throw error }
    }
  }

  private mutating func expect(_ expectation: Expectation, _ statement: Statement) throws(Stop) {
    switch expectation.kind {
    case .condition(let condition, let tolerance, let over):
      try expect(condition, tolerance, over, statement)
    case .fault(let severity, let code, let block):
      try expect(severity, code, in: block, statement)
    }
  }

  private mutating func expect(
    _ condition: Expression, _ tolerance: Tolerance?, _ over: PairedTestClause?,
    _ statement: Statement
  ) throws(Stop) {
    if let over, case .binary(let left, let mark, let right) = condition.kind {
      return try expect(left, mark, right, over: over, statement)
    }
    if let tolerance, case .binary(let left, let mark, let right) = condition.kind {
      return try expect(left, mark, right, tolerance, statement)
    }
    guard try !truth(of: condition) else { return }
    var label = "does not hold"
    if case .binary(let left, let mark, let right) = condition.kind {
      label =
        "\(try value(of: left).text) \(mark.rawValue) \(try value(of: right).text) does not hold"
    }
    throw fault(condition.range, label, statement)
  }

  func fault(_ range: SourceRange, _ label: String, _ statement: Statement) -> Stop {
    let asked = source.slice(SourceRange(statement.head.upper, statement.range.upper))
    let values = valuesRead(by: statement)
    return .expectation(
      placed(
        Diagnostic(
          "E0701", "this was expected and is not so:" + asked, at: range, label: label,
          help: values.isEmpty ? [] : ["where " + values.joined(separator: ", ")])))
  }

  /// The names of single values that a statement reads, with what they are: in a loop they tell the round.
  private func valuesRead(by statement: Statement) -> [String] {
    guard case .expectation(let expectation) = statement.kind,
      case .condition(let condition, let tolerance, _) = expectation.kind
    else { return [] }
    var seen: Set<String> = []
    return (condition.variables + (tolerance?.amount.variables ?? [])).compactMap { name in
      guard seen.insert(name).inserted, let value = interpreter.variables[name]?.value,
        value.elements == nil, value.isWritable, value.text.utf8.count <= 40
      else { return nil }
      return "$\(name) is \(value.text)"
    }
  }

  mutating func number(_ expression: Expression) throws(Stop) -> Number {
    let value = try value(of: expression)
    guard case .number(let number) = value else {
      throw .failed(
        placed(
          Diagnostic(
            "E0306", "a number is needed here", at: expression.range,
            label: "this is \(value.description)")))
    }
    return number
  }

  private mutating func expect(
    _ left: Expression, _ mark: Operator, _ right: Expression, _ tolerance: Tolerance,
    _ statement: Statement
  ) throws(Stop) {
    let (a, b) = (try number(left), try number(right))
    let amount = try number(tolerance.amount)
    let allowed = amount.unit == .percent ? amount.value * abs(b.value) : amount.value
    guard !mark.holds(a.value, b.value, tolerance.kind, allowed) else { return }
    let difference = Number.text(abs(a.value - b.value))
    throw fault(
      left.range.union(tolerance.range),
      "\(a.spelling) and \(b.spelling) differ by \(difference)", statement)
  }

  /// `expect error CODE { … }`: what the block does is undone, whatever comes of it.
  private mutating func expect(
    _ severity: Diagnostic.Severity, _ code: Name?, in block: StatementBlock, _ statement: Statement
  ) throws(Stop) {
    let isWanted = { (found: Diagnostic) in
      found.severity == severity && (code.map { $0.text == found.code } ?? true)
    }
    // Faults known ahead count: the block is then not run at all.
    let known = Language.check(block.statements, of: source, in: interpreter.checkContext(host))
    if known.contains(where: isWanted) { return }
    var trial = self
    trial.files = files
    let result = Result { () throws(Stop) in try trial.run(block) }
    let wanted = code.map { "`\($0.text)`" } ?? "an \(severity.rawValue)"
    var label = "nothing went wrong here"
    switch result {
    case .success: break
    case .failure(.interrupted): throw .interrupted
    case .failure(.failed(let found)):
      if isWanted(found) { return }
      label = "\(found.code): \(found.message)"
    case .failure(.expectation(let found)): label = found.message
    }
    throw .expectation(
      placed(
        Diagnostic(
          "E0702", "\(wanted) was expected and did not come", at: block.range, label: label)
      ))
  }
}

extension Operator {
  /// Whether a comparison holds within, or by more than, an amount.
  func holds(_ a: Double, _ b: Double, _ kind: Tolerance.Kind, _ amount: Double) -> Bool {
    switch (self, kind) {
    case (.equal, .within), (.about, .within): abs(a - b) <= amount
    case (.equal, .by), (.about, .by), (.unequal, .by): abs(a - b) >= amount
    case (.unequal, .within): abs(a - b) > amount
    case (.less, .within), (.atMost, .within): a <= b + amount
    case (.greater, .within), (.atLeast, .within): a >= b - amount
    case (.less, .by), (.atMost, .by): a <= b - amount
    case (.greater, .by), (.atLeast, .by): a >= b + amount
    default: false
    }
  }
}
