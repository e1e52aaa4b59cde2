import Commands
import Language
import Reports

/// What stands at a place, and what could.
extension LanguageServer {
  private func assistance(_ document: TextDocument) -> AssistanceContext {
    let live = LiveValues(session: Session(), host: host(of: document))
    return Interpreter().assistance(live: { live.values($0, prefix: $1) })
  }

  func completion(_ document: TextDocument, _ offset: Int) -> JSON {
    let found = completions(in: document.text, at: offset, context: assistance(document))
    let items = found.enumerated().map { place, found -> JSON in
      .object([
        "label": .string(found.text), "kind": .number(kind(of: found)),
        "detail": .string(found.summary), "sortText": .string(String(10_000 + place)),
        "filterText": .string(found.text),
        "textEdit": textEdit(document, found.range, found.text),
      ])
    }
    return .object(["isIncomplete": .truth(false), "items": .array(items)])
  }

  /// The kind of completion, by the numbers of the protocol.
  private func kind(of found: Completion) -> Int {
    if found.text.hasPrefix("$") { return 6 }
    if found.text.hasSuffix("=") { return 10 }
    if Keyword(rawValue: found.text) != nil { return 14 }
    return commands.types.contains { $0.name == found.text } ? 3 : 12
  }

  /// The style and the place of the word at an offset.
  func word(_ document: TextDocument, _ offset: Int) -> Highlight? {
    highlights(in: document.text, context: Interpreter().assistance()).first {
      $0.range.lower <= offset && offset <= $0.range.upper && $0.style != .symbol
    }
  }

  func hover(_ document: TextDocument, _ offset: Int) -> JSON {
    guard let word = word(document, offset) else { return .null }
    let text = document.source.slice(word.range)
    let said: String? =
      switch word.style {
      case .verb: procedureHelp(text, document) ?? help(text)
      case .keyword, .member: help(text)
      case .option: optionHelp(document, word.range)
      case .variable: binding(of: text, in: document)
      default: nil
      }
    return said.map {
      .object([
        "contents": .object(["kind": .string("markdown"), "value": .string($0)]),
        "range": document.json(word.range),
      ])
    } ?? .null
  }

  /// The page of help on a name.
  private func help(_ name: String) -> String? {
    var said: Report?
    var interpreter = Interpreter()
    _ = interpreter.run(Source(text: "help \(Value.written(name))"), host: TerminalHost()) {
      said = $0.report
    }
    return said.map { MarkdownRenderer().text($0) }
  }

  private func procedureHelp(_ name: String, _ document: TextDocument) -> String? {
    document.names.first { $0.isVerb && $0.isBinding && $0.name.text == name }.map { found in
      let head = document.source.text(ofLine: document.source.line(of: found.name.range.lower))
      return "```mrs\n\(head.trimmingSpaces)\n```\n" + found.documentation
    }
  }

  private func optionHelp(_ document: TextDocument, _ range: SourceRange) -> String? {
    let key = document.source.slice(range) + "="
    let found = possibilities(
      in: document.text, at: range.lower, context: assistance(document)
    ).first { $0.text == key }
    return found.map { "`\($0.text)` \($0.summary)" }
  }

  /// The line that binds a name, above a place that reads it or anywhere.
  private func binding(of written: String, in document: TextDocument) -> String? {
    let name = written.drop { $0 == "$" }.prefix { $0 != "." }
    guard let found = document.names.first(where: { $0.isBinding && $0.name.text == name }) else {
      return nil
    }
    let line = document.source.text(ofLine: document.source.line(of: found.name.range.lower))
    return "```mrs\n\(line.trimmingSpaces)\n```"
  }

  func signatureHelp(_ document: TextDocument, _ offset: Int) -> JSON {
    let calls = document.source.parsed.script.statements.flatMap(\.allCalls)
    let line = document.source.line(of: offset)
    guard
      let call = calls.last(where: {
        $0.verb.range.upper < offset && document.source.line(of: $0.range.upper) == line
      }),
      let type = commands.types.first(where: { $0.name == call.verb.text })
    else { return .null }
    var parameters = type.form.parameters.filter { $0.place != .filler && $0.place != .noun }
    for argument in call.arguments where argument.key == nil {
      let word = document.source.slice(argument.range)
      for list in type.form.parameters.compactMap(\.members) {
        parameters += list.type(named: word)?.form.parameters.filter { $0.place == .option } ?? []
      }
    }
    let labels = parameters.map { $0.place == .option ? "\($0.name)=" : $0.name }
    let active =
      call.arguments.first { $0.range.lower <= offset && offset <= $0.range.upper }.flatMap { now in
        parameters.firstIndex { $0.name == now.key?.text }
      } ?? 0
    let described = zip(labels, parameters).map { label, parameter -> JSON in
      .object(["label": .string(label), "documentation": .string(parameter.summary)])
    }
    return .object([
      "signatures": .array([
        .object([
          "label": .string(([call.verb.text] + labels).joined(separator: " ")),
          "documentation": .string(type.form.summary), "parameters": .array(described),
        ])
      ]), "activeSignature": .number(0), "activeParameter": .number(active),
    ])
  }

  // MARK: Colours

  /// The types of tokens, by their places in the legend.
  static let semanticTypes = [
    "function", "keyword", "type", "property", "number", "string", "variable", "comment",
  ]

  func semanticTokens(_ document: TextDocument) -> JSON {
    var data: [JSON] = []
    var last = (line: 0, column: 0)
    for part in highlights(in: document.text, context: Interpreter().assistance()) {
      guard let type = part.style.semanticType else { continue }
      let start = document.place(part.range.lower)
      let text = document.source.slice(part.range)
      let columns = start.line == last.line ? start.column - last.column : start.column
      data += [start.line - last.line, columns, text.utf16.count, type, 0].map { .number($0) }
      last = start
    }
    return .object(["data": .array(data)])
  }
}

extension Highlight.Style {
  /// The place of its type in the legend; nil for what editors colour by themselves.
  fileprivate var semanticType: Int? {
    switch self {
    case .verb: 0
    case .keyword: 1
    case .member: 2
    case .option: 3
    case .number: 4
    case .text, .word: 5
    case .variable: 6
    case .comment, .output, .heading: 7
    case .symbol, .unknown: nil
    }
  }
}

extension Statement {
  /// The calls of the statement and of its blocks, in order.
  var allCalls: [Call] { calls + blocks.flatMap { $0.statements.flatMap(\.allCalls) } }
}
