extension Checker {
  /// Checks calls joined by `|`; returns the fields of the last one's result if they are asked for.
  mutating func check(pipeline calls: [Call], asksForFields: Bool = false) -> KnownFields? {
    var fields: KnownFields?
    for (index, call) in calls.enumerated() {
      fields = check(
        call, takesInput: index > 0, asksForFields: asksForFields && index == calls.count - 1)
    }
    return fields
  }

  private mutating func check(
    _ call: Call, takesInput: Bool, asksForFields: Bool
  ) -> KnownFields? {
    let verb = call.verb
    if let procedure = context.procedures[verb.text] {
      check(call, of: procedure)
      return nil
    }
    guard let type = context.command(verb.text) else {
      if !hasUnseen { unknown(call) }
      for argument in call.arguments { _ = value(of: argument.value) }
      return nil
    }
    let arguments = values(of: call.arguments)
    let (checkedCall, renamings) = checkedCall(
      on: call, arguments, of: type, asksForFields: asksForFields)
    let before = context.ledger
    if followsNouns {
      follow(
        call, needs: checkedCall.needs, uses: type.uses, gives: checkedCall.gives,
        key: checkedCall.gives.contains(where: context.vocabulary.sources.contains)
          ? key(of: arguments, type) : nil)
      for noun in checkedCall.withdrawn { context.ledger.withdraw(noun) }
    }
    if takesInput, !checkedCall.callProperties(context).takesInput {
      diagnostics.append(
        Diagnostic(
          "E0208", "`\(verb.text)` takes nothing from the command before it", at: verb.range,
          label: "stands behind `|`", help: ["write it on a line of its own"]))
    }
    if !takesInput, checkedCalls.facts(of: type, context).capabilities.contains(.input),
      checkedCall.callProperties(context).needsInput
    {
      diagnostics.append(
        Diagnostic(
          "E0208", "`\(source.slice(call.range))` needs a command before it", at: verb.range,
          label: "nothing is written down", help: ["for example: evaluate | \(verb.text) …"]))
    }
    guard asksForFields, let fields = checkedCall.fields(context) else { return nil }
    var lacks: [Noun: Noun] = [:]
    if followsNouns, !hasUnseen {
      for noun in checkedCall.neededByFields { lacks[noun] = before.lack(of: noun) }
    }
    return KnownFields(fields, renamings, lacks: lacks)
  }

  /// Equal for calls that give equal results from equal nouns; nil for a training, which depends on more.
  private func key(of arguments: [Argument], _ type: any Configurable.Type) -> Int? {
    guard !checkedCalls.facts(of: type, context).capabilities.contains(.sweep),
      arguments.allSatisfy({ $0.value != nil })
    else { return nil }
    var root: any Configurable = type.init()
    _ = BoundArguments(arguments, to: &root)
    return context.ledger.key(root)
  }

  private mutating func unknown(_ call: Call) {
    let verb = call.verb
    if let later = definitions.range(of: verb.text, in: source) {
      diagnostics.append(
        Diagnostic(
          "E0201", "`\(verb.text)` is defined only later", at: verb.range,
          secondary: [.init(later, "defined here")], help: ["move its `def` above this line"]))
      return
    }
    let message = "there is no command `\(verb.text)`"
    if let meant = meant(by: call) {
      var found = Diagnostic(
        "E0201", message, at: verb.range, help: meant.help.map { [$0] } ?? [], fix: meant.fix)
      if let fix = meant.fix { found.primary.text = "did you mean `\(fix.replacement)`?" }
      diagnostics.append(found)
      return
    }
    let near = suggestions(for: verb.text, among: verbs + Keyword.allCases.map(\.rawValue))
    var found = Problem(
      "E0201", message, help: near.isEmpty ? ["`help` lists the verbs"] : [], suggestions: near
    ).diagnostic(at: verb.range)
    // What would be refused where it stands is no fix.
    if let first = near.first, isVerb(first), !isTakable(replacingVerb(of: call, by: first)) {
      found.fix = nil
    }
    diagnostics.append(found)
    // What the verb was most likely meant to be is taken to have run, so that one typo does not cause ten
    // diagnostics.
    if let first = near.first, let type = context.command(first), followsNouns {
      context.ledger.give(
        type.gives, needs: type.needs, at: .here(verb.range))
    }
  }

  /// What does here what a call of another program does there: a line in its place, and words.
  private func meant(by call: Call) -> (fix: Diagnostic.Fix?, help: String?)? {
    guard let foreign = foreignVerb(call.verb.text) else { return nil }
    let rest = source.slice(SourceRange(call.verb.range.upper, call.range.upper)).drop { $0 == " " }
    let line = foreign.line(with: String(rest)).flatMap { isTakable($0) ? $0 : nil }
    guard line != nil || foreign.help != nil else { return nil }
    return (line.map { .init(call.range, $0) }, foreign.help)
  }

  private func replacingVerb(of call: Call, by verb: String) -> String {
    verb + source.slice(SourceRange(call.verb.range.upper, call.range.upper))
  }

  /// Whether a line could stand here: whether nothing but a step before it may be missing.
  private func isTakable(_ line: String) -> Bool {
    guard line.utf8.count <= 1000 else { return true }
    let offered = Source(text: line)
    guard offered.parsed.diagnostics.isEmpty else { return false }
    var trial = Checker(source: offered, context: context)
    trial.followsNouns = false
    trial.check(offered.parsed.script.statements)
    return !trial.diagnostics.contains { $0.severity == .error }
  }

  /// The checked call, from the cache where one of the same shape had no faults.
  ///
  /// - Returns: also how fields of the result are renamed, if it came from the cache.
  private mutating func checkedCall(
    on call: Call, _ arguments: [Argument], of type: any Configurable.Type, asksForFields: Bool
  ) -> (CheckedCall, [KnownFields.Renaming]) {
    let shape = CallShape(type, arguments)
    if let known = checkedCalls.known[shape], known.holds(for: arguments),
      let renamings = asksForFields ? known.renamings(for: arguments) : []
    {
      if known.namesFiles { checkFiles(arguments, call.arguments, known.bound.binding, of: type) }
      return (known, renamings)
    }
    let before = diagnostics.count
    let (root, bound) = check(call.arguments, arguments, of: type, whole: call.verb.range)
    let facts = checkedCalls.facts(of: type, context)
    var (needs, gives) = bound.nouns(of: type, usual: facts.usualMembers)
    if facts.capabilities.contains(.frugal) {
      let unneeded = context.vocabulary.callProperties(root).unneeded
      needs.removeAll { unneeded.contains($0) }
    }
    var withdrawn: [Noun] = []
    if facts.capabilities.contains(.withholding)
      || facts.capabilities.contains(.sweep) && bound.variesOnlyNumbers
    {
      let properties = context.vocabulary.callProperties(root)
      gives.removeAll { properties.withheld.contains($0) }
      gives += properties.given
      withdrawn = properties.withdrawn
    }
    let checkedCall = CheckedCall(
      root: root, bound: bound, needs: needs, gives: gives, withdrawn: withdrawn)
    let isSettled = zip(arguments, call.arguments).allSatisfy { argument, written in
      switch argument.value {
      case .number, .word, .text, .truth: true
      case .list: !facts.capabilities.contains(.sweep)
      case .range, .record: false
      case nil: !written.value.readsFields
      }
    }
    if diagnostics.count == before {
      if isSettled { checkedCalls.known[shape] = checkedCall }
      if keepsBound, !facts.capabilities.contains(.sweep),
        call.arguments.allSatisfy({ $0.value.isLiteral })
      {
        checkedCalls.bound[call.range.lower] = BoundCommand(root: root, arguments: bound)
      }
    }
    return (checkedCall, [])
  }

  /// The arguments of a call as far as their values are known.
  private mutating func values(of written: [ArgumentSyntax]) -> [Argument] {
    written.map { Argument($0, value(of: $0.value)) }
  }

  /// Binds arguments to the settings.
  mutating func check(settings written: [ArgumentSyntax], of type: any Configurable.Type) {
    let arguments = values(of: written)
    _ = check(written, arguments, of: type, whole: written.first?.range ?? SourceRange(0, 0))
    for argument in arguments where canonical(option: argument.key ?? "") == "seed" {
      if case .number(let seed)? = argument.value {
        context.ledger.seed = seed.value
      } else {
        context.ledger.seed = nil
      }
    }
  }

  /// Binds arguments to a command or to the settings; returns it with what could be bound.
  private mutating func check(
    _ written: [ArgumentSyntax], _ arguments: [Argument], of type: any Configurable.Type,
    whole: SourceRange
  ) -> (root: any Configurable, bound: BoundArguments) {
    var root: any Configurable = type.init()
    var bound = BoundArguments(arguments, to: &root)
    let capabilities = checkedCalls.facts(of: type, context).capabilities
    let callProperties = context.vocabulary.callProperties
    let form = capabilities.contains(.sweep) ? callProperties(root).sweep : nil
    let problems = problems(of: &bound, form, type) + misfits(written, arguments, of: type)
    report(problems, of: written, bound, whole: whole)
    if problems.isEmpty, capabilities.contains(.contradiction),
      arguments.allSatisfy({ $0.value != nil }), let problem = callProperties(root).contradiction
    {
      diagnostics.append(problem.diagnostic(at: whole))
    }
    checkFiles(bound.arguments, written, bound.binding, of: type)
    return (root, bound)
  }

  /// The problems of a call, or of every run of one that is a sweep.
  private func problems(
    of bound: inout BoundArguments, _ form: SweepForm?, _ type: any Configurable.Type
  ) -> [(argument: Int?, problem: Problem)] {
    let problems = bound.binding.problems
    guard let form else { return problems }
    let arguments = bound.arguments
    if !problems.isEmpty, let sweep = Sweep(bound, drawing: form.draws) {
      let (first, found) = sweep.check(for: type)
      bound = first
      bound.varied = sweep.keys
      let whole = form.problem(sweep).map { [(nil as Int?, $0)] } ?? []
      return found + sweep.problems + whole
    }
    // A value that is only known at run time may turn out to be a list.
    if form.isRequired, problems.isEmpty, arguments.allSatisfy({ $0.value != nil }) {
      return [(nil, Sweep.nothingVaries)]
    }
    return problems
  }

  private mutating func report(
    _ problems: [(argument: Int?, problem: Problem)], of written: [ArgumentSyntax],
    _ bound: BoundArguments, whole: SourceRange
  ) {
    var extra = 0
    for (index, problem) in problems {
      // Reported once, for the first value that is too many.
      if problem.code == "E0206" { extra += 1 }
      if problem.code == "E0206", extra > 1 { continue }
      guard let index else {
        diagnostics.append(problem.diagnostic(at: whole))
        continue
      }
      diagnostics.append(
        optionInTwo(problem, index, of: written)
          ?? diagnostic(problem, of: written[index], takenBy: bound.binding.takers[index]))
    }
  }

  /// `seed 5`, where `seed=5` is meant.
  private func optionInTwo(
    _ problem: Problem, _ index: Int, of written: [ArgumentSyntax]
  ) -> Diagnostic? {
    guard problem.code == "E0206", index + 1 < written.count, let near = problem.suggestions.first,
      near == source.slice(written[index].range) + "=", written[index + 1].key == nil
    else { return nil }
    var problem = problem
    problem.suggestions = [near + source.slice(written[index + 1].range)]
    return problem.diagnostic(at: written[index].range.union(written[index + 1].range))
  }

  /// A problem of an argument: at its key when the key is wrong, else at its value.
  private func diagnostic(
    _ problem: Problem, of argument: ArgumentSyntax, takenBy form: ParameterForm?
  ) -> Diagnostic {
    var problem = problem
    if problem.help.isEmpty, let form {
      let values = form.namedValues.map(\.name)
      problem.help =
        values.isEmpty
        ? ["\(form.name): \(form.summary)"] : [form.name + ": " + values.joined(separator: " ")]
    }
    return problem.diagnostic(at: problem.range(in: argument))
  }

  // MARK: Step order

  /// Says when what a verb needs is missing or stale, and notes what it gives.
  private mutating func follow(
    _ call: Call, needs: [Noun], uses: [Noun], gives: [Noun], key: Int?
  ) {
    let verb = call.verb
    if needs.isEmpty, uses.isEmpty, gives.isEmpty { return }
    // Of which kind something is that is not there nobody can say.
    let missing = needs.filter { noun in
      !context.ledger.holds(noun) && noun.kindOf.map { context.ledger.holds($0) } ?? true
    }
    if let noun = missing.first(where: { noun in
      !missing.contains { $0.comes(from: noun) }
    }) {
      if !hasUnseen { report(missing: noun, for: call) }
      for link in missing.flatMap({ context.ledger.chain(to: $0) })
      where context.ledger.entry(link) == nil {
        context.ledger.assume(link, at: .here(verb.range))
      }
    } else if let noun = needs.first(where: { context.ledger.entry($0)?.isCertain == false }) {
      reportDoubtful(noun, for: verb)
    }
    if let (noun, entry, found) = context.ledger.staleness(
      needs: needs, uses: uses, gives: gives, of: verb, in: source)
    {
      diagnostics.append(found)
      context.ledger.assume(noun, at: entry.site)
    }
    context.ledger.give(gives, needs: needs, at: .here(verb.range), key: key)
  }

  private mutating func report(missing noun: Noun, for call: Call) {
    let verb = call.verb
    if let advice = noun.advice {
      diagnostics.append(
        Diagnostic(
          "E0412", "this `\(verb.text)` has no meaning: \(noun.absence)", at: verb.range,
          help: [advice]))
      return
    }
    let chain = context.ledger.chain(to: noun)
    let steps = chain.map { noun in
      firstWord(noun.remedy) + (context.ledger.entry(noun) == nil ? " ✗" : " ✓")
    }
    let first = chain.first { context.ledger.entry($0) == nil } ?? noun
    let givers = context.commands.types.filter { $0.gives.contains(first) }.map { $0.name }
    var help = ["needs: " + steps.joined(separator: " → "), "try: " + first.remedy]
    if givers.count > 1 {
      help.append("given by: " + givers.joined(separator: ", "))
    }
    // `rate 50=4`, where nobody is there yet whose ratings they are.
    let meant = meant(by: call)
    help += meant?.help.map { [$0] } ?? []
    diagnostics.append(
      Diagnostic(
        noun.sources.isEmpty ? "E0401" : "E0402", "nothing to \(verb.text): \(noun.absence)",
        at: verb.range, label: "needs `\(firstWord(noun.remedy))` before it", help: help,
        fix: meant?.fix))
  }

  private mutating func reportDoubtful(_ noun: Noun, for verb: Name) {
    guard let entry = context.ledger.entry(noun) else { return }
    let others = entry.site.range.map { [Diagnostic.Label($0, "gives it, but only sometimes")] }
    diagnostics.append(
      Diagnostic(
        "E0403", "`\(verb.text)` may find that \(noun.absence)", at: verb.range,
        label: "depends on which way the script goes", severity: .warning,
        secondary: others ?? [], help: ["put `\(noun.remedy)` where every way passes it"]))
    context.ledger.assume(noun, at: entry.site)
  }
}

extension NounLedger {
  /// The nouns that `noun` is made from, the first to be given first, and itself.
  func chain(to noun: Noun) -> [Noun] {
    var chain: [Noun] = []
    for source in noun.sources {
      for link in self.chain(to: source) where !chain.contains(link) { chain.append(link) }
    }
    return chain + [noun]
  }
}

extension Source {
  /// The names of all procedures defined at its top.
  fileprivate var definitions: [String: SourceRange] {
    var found: [String: SourceRange] = [:]
    for statement in parse(text).script.statements {
      if case .definition(let definition) = statement.kind {
        found[definition.name.text] = definition.name.range
      }
    }
    return found
  }
}

/// The procedures that a source defines, collected when first needed.
final class Definitions {
  private var known: [String: SourceRange]?

  /// Where it defines a verb, be it after its use.
  func range(of verb: String, in source: Source) -> SourceRange? {
    let all = known ?? source.definitions
    known = all
    return all[verb]
  }
}
