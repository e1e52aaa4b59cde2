extension Parser {
  /// `verb … | verb …`
  mutating func pipeline() -> [Call] {
    var calls = [call()]
    while at(.pipe) {
      step()
      guard token().kind == .word else {
        report(
          "E0102", "a verb is expected behind `|`", at: here, label: seen,
          help: ["for example: evaluate | plot"])
        break
      }
      if beginsStatement("behind `|`") {
        skipStatement()
        break
      }
      calls.append(call())
    }
    return calls
  }

  private mutating func call() -> Call {
    let verb = Name(text(token().range), token().range)
    step()
    let arguments = arguments()
    return Call(verb: verb, arguments: arguments, range: verb.range.union(last.range))
  }

  /// Everything up to the end of the call.
  mutating func arguments() -> [ArgumentSyntax] {
    var arguments: [ArgumentSyntax] = []
    while !atEndOfStatement, !at(.pipe) {
      if let argument = argument(afterVerb: arguments.isEmpty) {
        if isAdjacent, !atEndOfStatement, !at(.pipe) { missingSpace() }
        arguments.append(argument)
      } else {
        if !isReported(token().range), token().kind != .invalid { notAnArgument() }
        step()
      }
    }
    return arguments
  }

  private mutating func notAnArgument() {
    var help = ["`help` shows what the verb takes"]
    if operatorAt(0) != nil { help = ["put a computed value in brackets: k=(2 * 5)"] }
    if at(.openBrace) {
      help = ["a block follows only `if`, `else`, `for`, `def` and `expect error`"]
    }
    report("E0102", "this cannot be an argument", at: token().range, label: seen, help: help)
    if at(.openBrace) { skipStatement() }
  }

  /// `data/$name`: two arguments that the user meant as one.
  private mutating func missingSpace() {
    guard !isReported(token().range), token().kind != .invalid else { return }
    report(
      "E0106", "a space is missing here", at: token().range,
      label: "touches what stands before it",
      help: ["put a space between, or write one text: \"data/{$name}\""])
  }

  private mutating func argument(afterVerb: Bool) -> ArgumentSyntax? {
    let first = token()
    switch first.kind {
    case .word, .number, .text, .rawText:
      if token(1).kind == .symbol(.assign) { return option() }
      if first.kind == .word, let dashed = dashedOption() { return dashed }
    case .variable, .symbol(.openBracket), .symbol(.openParenthesis), .symbol(.minus): break
    case .symbol(.assign) where !afterVerb:
      report(
        "E0102", "`=` needs a name before it", at: first.range,
        help: ["an option is written `name=value`"])
      return nil
    default: return nil
    }
    let value = value()
    return ArgumentSyntax(key: nil, value: value, range: first.range.union(last.range))
  }

  /// The name before `=`: a word, or the id or title of something.
  private mutating func option() -> ArgumentSyntax {
    let first = token()
    var key = Name(text(first.range), first.range)
    if first.kind == .text || first.kind == .rawText {
      key.text = plainText(first)
      key.isQuoted = true
    }
    step()
    let assign = token().range
    let spaced = !isAdjacent
    step()
    guard !atEndOfStatement, !at(.pipe) else {
      report(
        "E0110", "`\(key.text)=` needs a value", at: first.range.union(assign), label: seen,
        help: ["an option is written `name=value`"])
      return ArgumentSyntax(
        key: key, value: Expression(.invalid, assign), range: first.range.union(assign))
    }
    let isSpaced = spaced || !isAdjacent
    let value = cell() ?? value()
    let range = first.range.union(value.range)
    if isSpaced {
      let mended = text(first.range) + "=" + text(value.range)
      report(
        "E0105", "no spaces around `=` in an option", at: range, label: "write `\(mended)`",
        fix: .init(range, mended, isCertain: true))
    }
    return ArgumentSyntax(key: key, value: value, range: range)
  }

  /// `Out[17]`, the result of a cell as the prompt numbers it, as one word.
  private mutating func cell() -> Expression? {
    guard at(word: "Out") else { return nil }
    let places = (0...3).map { token($0) }
    guard
      places[1].kind == .symbol(.openBracket), places[2].kind == .number,
      places[3].kind == .symbol(.closeBracket),
      zip(places, places.dropFirst()).allSatisfy({ $0.range.upper == $1.range.lower })
    else { return nil }
    for _ in places { step() }
    let range = places[0].range.union(places[3].range)
    return Expression(.word(text(range)), range)
  }

  /// `--steps 5` and `--steps=5`, as other programs write options.
  private mutating func dashedOption() -> ArgumentSyntax? {
    let first = token()
    guard bytes[first.range.lower] == UInt8(ascii: "-") else { return nil }
    let spelled = text(first.range)
    guard spelled.utf8.contains(where: { $0.isLetter }) else { return nil }
    step()
    let key = String(spelled.drop { $0 == "-" })
    var value = Expression(.invalid, first.range)
    if !atEndOfStatement, !at(.pipe), token(1).kind != .symbol(.assign) { value = self.value() }
    let range = first.range.union(value.range)
    let shown = value.range == first.range ? "…" : text(value.range)
    report(
      "E0105", "an option is written `name=value`", at: range, label: "write `\(key)=\(shown)`",
      fix: shown == "…" ? nil : .init(range, "\(key)=\(shown)", isCertain: true))
    return ArgumentSyntax(
      key: Name(key, first.range), value: value, range: range)
  }

  /// A value of a call: a primary, a range, or primaries with commas between: `64,64`.
  private mutating func value() -> Expression {
    let first = ranged()
    guard at(.comma), isAdjacent else { return first }
    var elements = [first]
    while at(.comma), isAdjacent {
      step()
      guard isAdjacent, !atEndOfStatement else {
        report(
          "E0106", "no spaces in a list without brackets", at: last.range, label: "ends here",
          help: ["write `64,64` or `[64, 64]`"])
        break
      }
      elements.append(ranged())
    }
    return Expression(.list(elements), first.range.union(last.range))
  }
}
