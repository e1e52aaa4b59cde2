import Commands
import Datasets
import Language
import Reports

/// Names: where they are bound, and how they are changed.
extension LanguageServer {
  func symbols(_ document: TextDocument) -> JSON {
    .array(
      document.names.filter { $0.isBinding && !$0.isLocal }.map { found in
        .object([
          "name": .string(found.name.text), "kind": .number(found.isVerb ? 12 : 13),
          "range": document.json(found.statement),
          "selectionRange": document.json(found.name.range),
        ])
      })
  }

  /// The name at an offset, and all places that name the same.
  func renamed(
    _ document: TextDocument, _ offset: Int
  ) -> (here: SourceRange, places: [SourceRange])? {
    let names = document.names
    guard
      let here = names.first(where: {
        $0.name.range.lower <= offset && offset <= $0.name.range.upper
      }),
      names.contains(where: { $0.isBinding && $0.isSame(as: here) })
    else { return nil }
    return (here.name.range, names.filter { $0.isSame(as: here) }.map(\.name.range))
  }

  func rename(
    _ document: TextDocument, _ offset: Int, _ parameters: JSON
  ) throws(Refusal) -> JSON {
    guard let new = parameters["newName"]?.string else { throw Refusal.parameters }
    guard let (_, places) = renamed(document, offset) else {
      throw Refusal(code: -32803, message: "nothing that a script binds stands here")
    }
    guard parse("let \(new) = 1").diagnostics.isEmpty, new.allSatisfy({ !$0.isWhitespace }),
      commands.types.allSatisfy({ $0.name != new })
    else { throw Refusal(code: -32602, message: "`\(new)` cannot be a name") }
    return edit(document, places.map { ($0, new) })
  }

  func definition(_ document: TextDocument, _ offset: Int) -> JSON {
    if let path = document.includedPath(at: offset) {
      return included(path, by: document).map { $0.location(SourceRange(0, 0)) } ?? .null
    }
    guard
      let here = document.names.first(where: {
        $0.name.range.lower <= offset && offset <= $0.name.range.upper
      })
    else { return .null }
    var seen: Set<String> = []
    return place(binding: here, in: document, before: offset, &seen) ?? .null
  }

  /// Where a name is bound: in the document, the last time before a place if there is one, or in a file that it
  /// includes.
  private func place(
    binding wanted: NameInText, in document: TextDocument, before offset: Int,
    _ seen: inout Set<String>
  ) -> JSON? {
    guard seen.insert(document.uri).inserted, seen.count <= 100 else { return nil }
    let bound = document.names.filter { $0.isBinding && $0.isSame(as: wanted) }
    let near = bound.last { $0.name.range.lower <= offset } ?? bound.first
    if let near { return document.location(near.name.range) }
    var elsewhere = wanted
    elsewhere.scope = nil
    for path in document.includedPaths {
      guard let file = included(path, by: document) else { continue }
      if let found = place(binding: elsewhere, in: file, before: Int.max, &seen) { return found }
    }
    return nil
  }

  /// A file that a document includes, as an editor has it or as it lies on the disk.
  private func included(_ path: String, by document: TextDocument) -> TextDocument? {
    guard let own = TextDocument.path(document.uri) else { return nil }
    let whole = path.hasPrefix("/") ? path : filePath(Files.folder(of: own), path)
    if let open = documents.values.first(where: { TextDocument.path($0.uri) == whole }) {
      return open
    }
    guard let source = try? Source(reading: path, host: host(of: document)) else { return nil }
    return TextDocument(uri: "file://" + whole.asReference, text: source.text)
  }
}

/// A name where it stands in a script.
struct NameInText {
  var name: Name
  /// Whether it is the name of a verb that `def` makes.
  var isVerb = false
  /// Whether it gets its value here.
  var isBinding = false
  /// The procedure whose body it stands in, which knows no names from outside.
  var scope: Int?
  /// Whether it is a parameter or the name of a loop.
  var isLocal = false
  var statement = SourceRange(0, 0)
  var documentation = ""

  func isSame(as other: NameInText) -> Bool {
    name.text == other.name.text && isVerb == other.isVerb && (isVerb || scope == other.scope)
  }
}

extension TextDocument {
  /// All names that statements bind and read, in order.
  var names: [NameInText] {
    var finder = NameFinder()
    finder.visit(source.parsed.script.statements)
    return finder.found.filter { $0.name.range.upper > $0.name.range.lower }
  }

  /// The files that it includes.
  var includedPaths: [String] { inclusions.map(\.path) }

  func includedPath(at offset: Int) -> String? {
    inclusions.first { $0.range.lower <= offset && offset <= $0.range.upper }?.path
  }

  private var inclusions: [(path: String, range: SourceRange)] {
    func all(_ statements: [Statement]) -> [(path: String, range: SourceRange)] {
      statements.flatMap { statement -> [(path: String, range: SourceRange)] in
        if case .inclusion(let path) = statement.kind, let text = path.plainText {
          return [(text, path.range)]
        }
        return statement.blocks.flatMap { all($0.statements) }
      }
    }
    return all(source.parsed.script.statements)
  }
}

/// Collects the names of statements.
private struct NameFinder {
  var found: [NameInText] = []
  private var scope: Int?

  mutating func visit(_ statements: [Statement]) {
    for statement in statements { visit(statement) }
  }

  private mutating func bind(_ name: Name, _ statement: Statement, isLocal: Bool = false) {
    found.append(
      NameInText(
        name: name, isBinding: true, scope: scope, isLocal: isLocal || scope != nil,
        statement: statement.range))
  }

  private mutating func read(_ expression: Expression) {
    for name in expression.variableNames { found.append(NameInText(name: name, scope: scope)) }
  }

  private mutating func visit(_ statement: Statement) {
    for call in statement.calls {
      found.append(NameInText(name: call.verb, isVerb: true))
      for argument in call.arguments { read(argument.value) }
    }
    switch statement.kind {
    case .settings(let arguments): for argument in arguments { read(argument.value) }
    case .assignment(let name, let value):
      if case .expression(let expression) = value { read(expression) }
      bind(name, statement)
    case .parameter(let parameter):
      if let value = parameter.defaultValue { read(value) }
      bind(parameter.name, statement)
    case .branch(let branch): read(branch.condition)
    case .loop(let loop):
      read(loop.sequence)
      bind(loop.variable, statement, isLocal: true)
    case .definition(let definition): return define(definition, statement)
    case .inclusion(let path): read(path)
    case .expectation(let expectation):
      if case .condition(let condition, let tolerance, let over) = expectation.kind {
        read(condition)
        if let tolerance { read(tolerance.amount) }
        if let over { read(over.level) }
      }
    case .version, .pipeline, .invalid: break
    }
    for block in statement.blocks { visit(block.statements) }
  }

  private mutating func define(_ definition: Definition, _ statement: Statement) {
    found.append(
      NameInText(
        name: definition.name, isVerb: true, isBinding: true, isLocal: scope != nil,
        statement: statement.range, documentation: definition.documentation))
    let outer = scope
    scope = statement.range.lower
    for parameter in definition.parameters {
      bind(parameter.name, statement, isLocal: true)
      if let value = parameter.defaultValue { read(value) }
    }
    visit(definition.body.statements)
    scope = outer
  }
}
