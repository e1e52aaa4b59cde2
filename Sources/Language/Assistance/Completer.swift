/// Collects what could stand at a place, best first.
struct Completer {
  let context: AssistanceContext
  let place: CompletionPlace
  /// What the checker knows after all statements before the place.
  let known: CheckContext
  private(set) var found: [Completion] = []
  private var texts: Set<String> = []
  /// What kind of value is meant where none can be named.
  private(set) var kinds: [Completion] = []

  init(context: AssistanceContext, place: CompletionPlace) {
    self.context = context
    self.place = place
    known =
      place.earlier.utf8.allSatisfy { $0 == 0x20 || $0 == 0x0A }
      ? context.checking
      : check(Source(text: place.earlier + "\n"), in: context.checking).after
  }

  mutating func complete() {
    if place.partial.hasPrefix("$") { return variables() }
    guard let first = place.words.first else { return heads() }
    if first.kind == .word, let keyword = Keyword(rawValue: first.text) {
      return complete(keyword)
    }
    arguments(of: place.statement)
  }

  // MARK: Adding

  private mutating func add(_ text: String, _ summary: String) {
    let typed = place.partial.lowercased()
    guard text.lowercased().hasPrefix(typed) else { return }
    guard texts.insert(text).inserted else { return }
    found.append(Completion(text, summary, range: place.range))
  }

  private mutating func add(kind expectation: String, _ summary: String) {
    kinds.append(Completion(expectation, summary, range: place.range, isKind: true))
  }

  /// Adds a value, in quotes where it is not one word or where quotes were begun.
  private mutating func add(value: String, _ summary: String, suffix: String = "") {
    let typed = place.partial
    let quote = typed.hasPrefix("'") ? "'" : "\""
    let isQuoted = typed.hasPrefix("\"") || typed.hasPrefix("'")
    let needsQuotes = isQuoted || !value.isOneWord
    let bare = isQuoted ? String(typed.dropFirst()) : typed
    guard value.lowercased().hasPrefix(bare.lowercased()) else { return }
    // An open folder goes on.
    let close = value.hasSuffix("/") ? "" : quote
    let text = (needsQuotes ? quote + value + close : value) + suffix
    guard texts.insert(text).inserted else { return }
    found.append(Completion(text, summary, range: place.range))
  }

  // MARK: Heads

  /// Verbs that can run now come first.
  ///
  /// - Parameter keywords: those that may stand here, too.
  private mutating func heads(_ keywords: [Keyword] = Keyword.allCases.filter { $0 != .else }) {
    var forms = known.commands.forms
    if place.isPiped {
      let receivers = known.commands.types.filter { known.capabilities($0).contains(.input) }
      if !receivers.isEmpty { forms = receivers.map { $0.form } }
    }
    let nouns = known.ledger.nouns
    let ready = forms.filter { $0.needs.allSatisfy(nouns.contains) }
    let others = forms.filter { !$0.needs.allSatisfy(nouns.contains) }
    for form in ready { add(form.name, form.summary) }
    if !place.isPiped {
      procedures()
      for keyword in keywords { add(keyword.rawValue, keyword.summary) }
    }
    for form in others { add(form.name, form.summary) }
    guard found.isEmpty else { return }
    for name in suggestions(for: place.partial, among: known.commands.names) {
      found.append(
        Completion(name, known.command(name)?.form.summary ?? "", range: place.range))
    }
  }

  private mutating func procedures() {
    for (name, procedure) in known.procedures.sorted(by: { $0.key < $1.key }) {
      let first = procedure.definition.documentation.split(separator: "\n").first
      add(name, first.map(String.init) ?? "defined in this session")
    }
  }

  private mutating func complete(_ keyword: Keyword) {
    let count = place.words.count
    switch keyword {
    case .let: completeAssignment(count)
    case .set:
      guard let type = known.settings else { return }
      if let option = place.option {
        if let form = type.form.parameters.first(where: { $0.name == option }) { values(of: form) }
      } else {
        for form in type.form.parameters { add(form.name + "=", form.summary) }
      }
    case .param, .def:
      if place.words.last?.kind == .symbol(.colon) {
        for type in ValueType.allCases { add(type.rawValue, "needs \(type.expectation)") }
      }
      if count == 1 { add(kind: "a name", keyword.summary) }
    case .for where count == 1: add(kind: "a name", keyword.summary)
    case .for: if count == 2 { add("in", "the values to go through") } else { variables() }
    case .include: live(.file(extensions: ["mrs"]))
    case .expect:
      if count == 1 { add("error", "a block that must fail: expect error E0402 { … }") }
      variables()
      add(kind: "a condition", "such as $r.mae < 0.8")
    case .if:
      variables()
      add(kind: "a condition", "such as $r.mae < 0.8")
    case .else: add("if", Keyword.if.summary)
    }
  }

  private mutating func completeAssignment(_ count: Int) {
    if count == 1 { add(kind: "a name", Keyword.let.summary) }
    if count == 2 { add("=", "and a value or a command") }
    guard count >= 3 else { return }
    if count == 3 {
      heads([])
      variables()
    } else if let equals = place.statement.firstIndex(of: "=") {
      arguments(of: String(place.statement[place.statement.index(after: equals)...]))
    }
  }

  private mutating func variables() {
    let parts = place.partial.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let typed = parts.first.map { String($0.dropFirst()) } ?? ""
    if parts.count == 2 || place.partial.hasSuffix("."), let variable = known.variables[typed] {
      for name in variable.fieldNames { add("$\(typed).\(name)", "of \(variable.origin)") }
      return
    }
    for (name, variable) in known.variables.sorted {
      add("$" + name, variable.value.map { String($0.text.prefix(40)) } ?? variable.origin)
    }
  }

  // MARK: Arguments

  private mutating func arguments(of statement: String) {
    let (script, _) = parse(statement)
    guard case .pipeline(let calls)? = script.statements.last?.kind, let call = calls.last else {
      return
    }
    if let procedure = known.procedures[call.verb.text] {
      for parameter in procedure.definition.parameters {
        add(parameter.name.text + "=", procedure.summary(of: parameter))
      }
      return
    }
    guard let type = known.command(call.verb.text) else { return }
    var written = call.arguments
    if place.option != nil { written = written.dropLast() }
    var root: any Configurable = type.init()
    let arguments = written.map { argument in
      var evaluator = Evaluator(known.variables)
      return Argument(argument, evaluator.value(of: argument.value))
    }
    let open = bind(arguments, to: &root, listsOpen: true).open
    if let option = place.option {
      let name = canonical(option: option)
      let form = open.first { $0.name == name } ?? open.first { $0.place == .pairs }
      if let form { values(of: form) }
    } else {
      positions(open, isDecided: call.arguments.contains { isFlag($0, of: type) })
    }
  }

  private func isFlag(_ argument: ArgumentSyntax, of type: any Configurable.Type) -> Bool {
    guard case .word(let word) = argument.value.kind, argument.key == nil else { return false }
    return type.form.parameters.contains { $0.place == .flag && $0.name == word }
  }

  /// What may come next: words and values in order up to the first value that must stand, then options.
  ///
  /// - Parameter isDecided: whether a flag stands there, which takes the place of the value behind it.
  private mutating func positions(_ open: [ParameterForm], isDecided: Bool) {
    var takesValue = true
    let open = open.filter { !isDecided || $0.isRequired || $0.place != .positional }
    for form in open where takesValue {
      switch form.place {
      case .flag, .filler, .noun: add(form.name, form.summary)
      case .positional, .rest:
        values(of: form)
        takesValue = form.place == .positional ? false : takesValue
      case .option, .pairs: break
      }
    }
    for form in open where form.place == .option { add(form.name + "=", form.summary) }
    for form in open where form.place == .pairs && takesValue {
      live(form.completion, suffix: "=")
    }
    if place.partial.isEmpty { return }
    // A choice may also be named like an option.
    for form in open where form.place == .positional && form.members == nil {
      add(form.name + "=", form.summary)
    }
  }

  /// The values that one parameter takes.
  private mutating func values(of form: ParameterForm) {
    for value in form.namedValues { add(value.name, value.summary) }
    for member in form.members?.values ?? [] { add(member.name, member.summary) }
    let before = found.count
    live(form.completion)
    if found.count == before, form.members == nil, !form.namesAllValues {
      add(kind: form.expectation, form.summary)
    }
  }

  private mutating func live(_ kind: CompletionKind, suffix: String = "") {
    guard kind != .nothing else { return }
    let typed = place.partial
    let isQuoted = typed.hasPrefix("\"") || typed.hasPrefix("'")
    let bare = isQuoted ? String(typed.dropFirst()) : typed
    for value in context.live(kind, bare) { add(value: value.name, value.summary, suffix: suffix) }
  }
}

extension ParameterForm {
  /// Whether its named values are all that it takes.
  fileprivate var namesAllValues: Bool {
    let words = expectation.replacing("one of ", with: "").replacing(" or ", with: ", ")
    let expected = words.filter { $0 != "`" }.split(separator: ", ")
    return !namedValues.isEmpty && Set(expected) == Set(namedValues.map { $0.name[...] })
  }
}

extension BoundValue {
  /// The fields that may stand behind its name.
  var fieldNames: [String] {
    if case .record(let record)? = value { return record.fields.map(\.name) }
    return fields?.names ?? []
  }
}

extension String {
  /// Whether a text can stand in a script without quotes.
  package var isOneWord: Bool {
    let (tokens, diagnostics) = tokens(of: self)
    guard diagnostics.isEmpty, tokens.count == 2, let first = tokens.first else { return false }
    return first.kind == .word || first.kind == .number
  }

  private func tokens(of text: String) -> ([Token], [Diagnostic]) {
    let (tokens, diagnostics) = Language.tokens(of: text)
    return (tokens, diagnostics)
  }
}
