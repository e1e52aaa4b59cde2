import Commands
import Language
import Reports

/// Completion, help, and whether a text is whole.
extension Kernel {
  /// The content of `complete_reply`.
  func completions(_ content: JSON) -> JSON {
    let place = TextPlace(content)
    let assistance = bench.notebook.interpreter.assistance(
      live: surroundings.live(bench.notebook.interpreter.session))
    let found = Language.completions(in: place.text, at: place.bytes, context: assistance)
    let range = found.first?.range ?? SourceRange(place.bytes, place.bytes)
    let same = found.filter { $0.range == range }.prefix(1000)
    let (start, end) = (place.characters(at: range.lower), place.characters(at: range.upper))
    return .object([
      "status": .string("ok"), "matches": .strings(same.map(\.text)),
      "cursor_start": .number(start), "cursor_end": .number(end),
      "metadata": .object([
        "_jupyter_types_experimental": .array(
          same.map {
            .object([
              "start": .number(start), "end": .number(end), "text": .string($0.text),
              "type": .string($0.summary),
            ])
          })
      ]),
    ])
  }

  /// The content of `inspect_reply`: the help of what stands at a place.
  func inspection(_ content: JSON) -> JSON {
    let place = TextPlace(content)
    let report = topic(at: place).map { aside("help \($0)").0 }
    let found = report ?? variable(at: place).map { aside($0).0 }
    return .object([
      "status": .string("ok"), "found": .truth(found != nil),
      "data": found.map { Bundles.data(of: $0) } ?? .object([]), "metadata": .object([]),
    ])
  }

  /// The page that a cell such as `?evaluate` or `evaluate?` asks for.
  func page(_ code: String) -> JSON? {
    let text = code.trimmingSpaces
    guard text.hasPrefix("?") != text.hasSuffix("?") else { return nil }
    let name = text.hasPrefix("?") ? text.dropFirst() : text.dropLast()
    let topic = String(name).trimmingSpaces
    guard isTopic(topic) else { return nil }
    return .object([
      "source": .string("page"), "start": .number(0),
      "data": Bundles.data(of: aside("help \(topic)").0),
    ])
  }

  /// The content of `is_complete_reply`.
  func completeness(_ content: JSON) -> JSON {
    let text = content["code"]?.string ?? ""
    if isIncomplete(text) {
      return .object(["status": .string("incomplete"), "indent": .string("  ")])
    }
    let isInvalid = parse(text).diagnostics.contains { $0.severity == .error }
    return .object(["status": .string(isInvalid ? "invalid" : "complete")])
  }

  private func isTopic(_ name: String) -> Bool {
    TopicGroup.topics(bench.notebook.interpreter.catalog.members).contains { $0.name == name }
  }

  /// The word at a place if there is help on it, else the verb of its statement.
  private func topic(at place: TextPlace) -> String? {
    let source = Source(text: place.text)
    let script = source.parsed.script
    let touching = script.tokens.filter {
      $0.kind == .word && $0.range.lower <= place.bytes && place.bytes <= $0.range.upper
    }
    if let word = touching.map({ source.slice($0.range) }).last(where: isTopic) { return word }
    guard variable(at: place) == nil else { return nil }
    let statement = script.statements.last { $0.range.lower <= place.bytes }
    let call = statement?.calls.last { $0.verb.range.lower <= place.bytes }
    return call.flatMap { isTopic($0.verb.text) ? $0.verb.text : nil }
  }

  private func variable(at place: TextPlace) -> String? {
    let source = Source(text: place.text)
    let token = source.parsed.script.tokens.last {
      $0.kind == .variable && $0.range.lower <= place.bytes && place.bytes <= $0.range.upper
    }
    return token.map { source.slice($0.range) }
  }
}

/// A text with a cursor in it. Jupyter counts Unicode scalars where we count bytes.
struct TextPlace {
  let text: String
  /// Where the cursor is.
  let bytes: Int

  init(_ content: JSON) {
    text = content["code"]?.string ?? ""
    let scalars = content.whole("cursor_pos") ?? Int.max
    bytes = text.unicodeScalars.prefix(max(0, scalars)).reduce(0) { $0 + UTF8.width($1) }
  }

  /// How many Unicode scalars end before a byte.
  func characters(at byte: Int) -> Int {
    var rest = byte
    return text.unicodeScalars.prefix { scalar in
      rest -= UTF8.width(scalar)
      return rest >= 0
    }.count
  }
}
