extension Checker {
  mutating func check(_ definition: Definition) {
    let name = definition.name
    if context.command(name.text) != nil {
      diagnostics.append(
        Diagnostic(
          "E0209", "`\(name.text)` is already a command", at: name.range,
          help: ["choose another name: a word has one meaning"]))
    } else if let earlier = context.procedures[name.text], followsNouns {
      let labels =
        earlier.source.name == source.name && earlier.source.text == source.text
        ? [Diagnostic.Label(earlier.definition.name.range, "defined before")] : []
      diagnostics.append(
        Diagnostic(
          "E0209", "`\(name.text)` is defined twice", at: name.range, severity: .warning,
          secondary: labels, help: ["the second one replaces the first"]))
    }
    var body = self
    body.diagnostics = []
    body.followsNouns = false
    body.conditions += 1
    body.context.variables = Scope()
    for parameter in definition.parameters {
      let known = parameter.defaultValue.flatMap { value(of: $0) }
      check(type: parameter, default: known)
      if body.context.variables[parameter.name.text] != nil {
        diagnostics.append(
          Diagnostic(
            "E0205", "`\(parameter.name.text)` is named twice", at: parameter.name.range))
      }
      body.bind(parameter.name, BoundValue(nil, origin: "this parameter"))
    }
    body.context.procedures[name.text] = nil
    body.check(definition.body)
    diagnostics += body.diagnostics.map { diagnostic in
      guard diagnostic.code == "E0201", diagnostic.primary.range.upper > 0,
        source.slice(diagnostic.primary.range) == name.text
      else { return diagnostic }
      return Diagnostic(
        "E0107", "`\(name.text)` cannot call itself", at: diagnostic.primary.range,
        secondary: [.init(name.range, "defined here")],
        help: ["repeat with `for`: the number of steps of a script is always known"])
    }
    context.procedures[name.text] = Procedure(definition, source: source)
  }

  /// Checks the arguments of a procedure's call, and follows what its body needs and gives.
  mutating func check(_ call: Call, of procedure: Procedure) {
    let bound = bind(call, to: procedure)
    guard followed < 10_000 else { return }
    followed += 1
    var body = Checker(
      source: procedure.source, context: context, checkedCalls: checkedCalls, inclusions: inclusions
    )
    body.including = including
    body.followed = followed
    body.followsNouns = followsNouns
    body.loops = loops
    body.context.variables = bound
    body.context.procedures[procedure.name] = nil
    body.check(procedure.definition.body)
    followed = body.followed
    context.ledger = body.context.ledger.moved(
      to: .here(call.verb.range), since: context.ledger)
    // Names and options were checked at the definition; the order of steps can only be checked at a call.
    let isSame = procedure.source.text == source.text
    for found in body.diagnostics where found.code.hasPrefix("E04") || found.code.hasPrefix("E03") {
      if diagnostics.contains(where: { $0.primary.range == found.primary.range && isSame }) {
        continue
      }
      var moved = found
      let inner = found.primary
      moved.primary = Diagnostic.Label(call.verb.range, "in `\(procedure.name)`")
      moved.secondary =
        isSame ? found.secondary + [Diagnostic.Label(inner.range, inner.text)] : []
      moved.fix = nil
      diagnostics.append(moved)
    }
  }

  /// The values of a procedure's parameters as far as they are known.
  private mutating func bind(_ call: Call, to procedure: Procedure) -> Scope {
    let parameters = procedure.definition.parameters
    var bound = Scope()
    for (argument, parameter) in match(call.arguments, to: procedure) {
      var known = value(of: argument.value)
      guard let parameter else { continue }
      if let type = parameter.type.flatMap({ ValueType(rawValue: $0.text) }), let unfit = known,
        !type.contains(unfit)
      {
        diagnostics.append(
          Diagnostic(
            "E0301", "`\(parameter.name.text)` needs \(type.expectation)",
            at: argument.value.range, label: "this is \(unfit.description)"))
        // Reported here once, and not again at every use in the body.
        known = nil
      }
      bound[parameter.name.text] = BoundValue(known, origin: "this parameter")
    }
    for parameter in parameters where bound[parameter.name.text] == nil {
      guard let written = parameter.defaultValue else {
        diagnostics.append(
          Diagnostic(
            "E0205", "`\(procedure.name)` needs \(parameter.name.text)", at: call.verb.range,
            label: "\(parameter.name.text) is missing",
            help: ["\(procedure.name) " + parameters.map(\.name.text).joined(separator: " ")]))
        bound[parameter.name.text] = BoundValue(nil)
        continue
      }
      var evaluator = Evaluator(Scope())
      bound[parameter.name.text] = BoundValue(
        evaluator.value(of: written), origin: "this parameter")
    }
    return bound
  }

  /// Each argument with the parameter that takes it; those that none takes are reported.
  private mutating func match(
    _ arguments: [ArgumentSyntax], to procedure: Procedure
  ) -> [(ArgumentSyntax, FormalParameter?)] {
    let (matched, problems) = procedure.match(arguments)
    for (index, problem) in problems {
      diagnostics.append(
        problem.diagnostic(at: arguments[index].key?.range ?? arguments[index].range))
    }
    return matched
  }
}

extension Procedure {
  /// Each argument of a call with the parameter that takes it, and what is wrong with the others.
  package func match(
    _ arguments: [ArgumentSyntax]
  ) -> (matched: [(ArgumentSyntax, FormalParameter?)], problems: [(Int, Problem)]) {
    let parameters = definition.parameters
    var used = Set(
      arguments.compactMap { $0.key.map { canonical(option: $0.text) } })
    var seen = Set<String>()
    var hasTooMany = false
    var matched: [(ArgumentSyntax, FormalParameter?)] = []
    var problems: [(Int, Problem)] = []
    for (index, argument) in arguments.enumerated() {
      if let key = argument.key.map({ canonical(option: $0.text) }) {
        let parameter = parameters.first { canonical(option: $0.name.text) == key }
        matched.append((argument, parameter))
        if parameter == nil {
          let names = parameters.map(\.name.text)
          problems.append(
            (
              index,
              Problem(
                "E0203", "`\(name)` has no option `\(key)`",
                help: names.isEmpty
                  ? ["`\(name)` takes no options"] : ["options: " + names.joined(separator: " ")],
                suggestions: suggestions(for: key, among: names))
            ))
        } else if !seen.insert(key).inserted {
          problems.append(
            (index, Problem("E0205", "`\(key)` is given twice", label: "given before")))
        }
        continue
      }
      let next = parameters.first { !used.contains(canonical(option: $0.name.text)) }
      matched.append((argument, next))
      if let next {
        used.insert(canonical(option: next.name.text))
      } else if !hasTooMany {
        // Reported once, for the first value that is too many.
        hasTooMany = true
        problems.append(
          (
            index,
            Problem("E0206", "`\(name)` takes no further value", label: "nothing is expected here")
          ))
      }
    }
    return (matched, problems)
  }
}

extension NounLedger {
  /// What a procedure has given stands, for its caller, where it was called.
  func moved(to site: Site, since before: NounLedger) -> NounLedger {
    var moved = self
    for row in entries.rows where before.entry(row.noun) != row.value {
      moved.place(row.noun, at: site)
    }
    return moved
  }
}
