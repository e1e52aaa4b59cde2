/// A text that could stand at the cursor.
package struct Completion: Sendable, Equatable {
  package var text: String
  package var summary: String
  /// What it replaces; empty at the cursor when nothing of it is written yet.
  package var range: SourceRange
  /// Whether the text says what is meant, such as `a number`, and is no candidate itself.
  package var isKind: Bool

  package init(_ text: String, _ summary: String, range: SourceRange, isKind: Bool = false) {
    self.text = text
    self.summary = summary
    self.range = range
    self.isKind = isKind
  }
}

/// What could stand at a UTF-8 offset of a text, best first.
package func completions(
  in text: String, at offset: Int, context: AssistanceContext
) -> [Completion] {
  completer(in: text, at: offset, context: context)?.found ?? []
}

/// What may stand at a UTF-8 offset of a text: what could be inserted, and what kind of value is meant where
/// none can be named.
package func possibilities(
  in text: String, at offset: Int, context: AssistanceContext
) -> [Completion] {
  completer(in: text, at: offset, context: context).map { $0.found + $0.kinds } ?? []
}

private func completer(
  in text: String, at offset: Int, context: AssistanceContext
) -> Completer? {
  let source = Source(text: text)
  let offset = min(max(offset, 0), text.utf8.count)
  let before = source.slice(SourceRange(0, offset))
  guard let place = CompletionPlace(in: before) else { return nil }
  var completer = Completer(context: context, place: place)
  completer.complete()
  return completer
}

/// Where in a statement the cursor stands.
struct CompletionPlace {
  /// The text of the statement before what is being typed, and all that stands before it.
  let earlier: String
  let statement: String
  /// The significant tokens of the statement, and their texts.
  let words: [(kind: Token.Kind, text: String)]
  /// What is being typed, empty when nothing is yet.
  let partial: String
  let range: SourceRange
  /// The option whose value is being typed.
  let option: String?
  /// Whether the statement stands behind `|`.
  let isPiped: Bool

  /// Nil where nothing can be completed: in a comment.
  init?(in text: String) {
    let all = tokens(of: text).tokens.dropLast()
    let end = text.utf8.count
    let source = Source(text: text)
    if let last = all.last, case .comment = last.kind { return nil }
    if let last = all.last, last.kind == .documentation || last.kind == .output { return nil }
    var written = all.filter { !$0.isTrivia }
    var partial = SourceRange(end, end)
    if let last = written.last, last.range.upper == end, last.isPartial(source) {
      partial = last.range
      written.removeLast()
    }
    // `$r.` is a variable whose field is not begun yet.
    if let dot = all.last, dot.range.upper == end, source.slice(dot.range) == ".",
      let variable = all.dropLast().last, variable.kind == .variable
    {
      partial = SourceRange(variable.range.lower, end)
      written.removeAll { $0.range.lower >= variable.range.lower }
    }
    let start = CompletionPlace.start(of: written)
    isPiped = start > 0 && written[start - 1].kind == .symbol(.pipe)
    let lower = written[start...].first?.range.lower ?? partial.lower
    earlier = source.slice(SourceRange(0, lower))
    statement = source.slice(SourceRange(lower, partial.lower))
    words = written[start...].map { ($0.kind, source.slice($0.range)) }
    self.partial = source.slice(partial)
    range = partial
    option = CompletionPlace.option(words)
  }

  /// The index of the first token of the statement that the last token belongs to.
  private static func start(of tokens: [Token]) -> Int {
    var depth = 0
    for index in tokens.indices.reversed() {
      switch tokens[index].kind {
      case .symbol(.closeBracket), .symbol(.closeParenthesis): depth += 1
      case .symbol(.openBracket), .symbol(.openParenthesis): depth -= 1
      case .newline where depth < 0: break
      case .newline, .symbol(.semicolon), .symbol(.openBrace), .symbol(.closeBrace), .symbol(.pipe):
        return index + 1
      default: break
      }
    }
    return 0
  }

  /// In `hidden=64,` and in `rate=[0.1, `, the key.
  private static func option(_ words: [(kind: Token.Kind, text: String)]) -> String? {
    guard let equals = words.lastIndex(where: { $0.kind == .symbol(.assign) }), equals > 0 else {
      return nil
    }
    let after = words[(equals + 1)...]
    let goesOn =
      after.isEmpty || after.last?.kind == .symbol(.comma)
      || after.first?.kind == .symbol(.openBracket)
        && !after.contains { $0.kind == .symbol(.closeBracket) }
    return goesOn ? words[equals - 1].text : nil
  }
}

extension Token {
  /// Whether a token at the cursor may still grow.
  fileprivate func isPartial(_ source: Source) -> Bool {
    switch kind {
    case .word, .number, .variable: return true
    case .invalid: return source.slice(range) == "$"
    case .text, .rawText:
      let text = source.slice(range)
      return text.utf8.count == 1 || text.last != text.first
    case .symbol(.range), .symbol(.divide), .symbol(.minus): return true
    default: return false
    }
  }
}
