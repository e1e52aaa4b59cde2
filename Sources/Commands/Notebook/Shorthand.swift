import Language

extension Notebook {
  /// What a line stands for that is no statement, and means one at the prompt.
  ///
  /// `2 + 3`, `$r.mae` and the name of a value show it, `topk?` asks for help, words with which other prompts are
  /// left leave this one, `fix` takes the fix of the last error, and `export` with the name of a document writes
  /// one.
  package func spelledOut(_ text: String) -> String {
    if let fixed = text == "fix" ? mended : nil { return fixed }
    if let word = word(text) {
      if leaving.contains(word), word == Quit.name || !isVerb(word) { return Quit.name }
      if interpreter.variables[word] != nil, !isVerb(word) { return "\(Show.name) $\(word)" }
    }
    if text == "?" { return Help.name }
    if let topic = askedTopic(text) { return "\(Help.name) \(topic)" }
    return published(text) ?? shown(text) ?? text
  }

  /// The last cell as its fixes mend it, when it failed and there is one.
  package var mended: String? {
    guard let failed, failed.number >= number - 1 else { return nil }
    let (text, count) = applyingFixes(of: failed.faults, to: failed.text, evenUncertain: true)
    return count > 0 && text != failed.text ? text : nil
  }

  /// The word that a line is, perhaps with the brackets of a call of another language behind it.
  private func word(_ text: String) -> String? {
    var word = text[...]
    if word.hasSuffix(";") { word.removeLast() }
    if word.hasSuffix("()") { word.removeLast(2) }
    let isWord = !word.isEmpty && word.allSatisfy { !$0.isWhitespace }
    return isWord && word.utf8.count <= 200 ? String(word) : nil
  }

  private func isVerb(_ name: String) -> Bool {
    interpreter.catalog.types.contains { $0.name == name } || interpreter.procedures[name] != nil
  }

  /// The line that shows a value which stands alone.
  private func shown(_ text: String) -> String? {
    let spaced = isArithmetic(text) ? text.spacingOperators : text
    let faults = parse(spaced).diagnostics
    guard faults.count == 1, let fix = faults[0].fix, fix.replacement.hasPrefix(Show.name + " ")
    else { return nil }
    let source = Source(text: spaced)
    return source.replacing(fix.range, in: spaced, with: fix.replacement)
  }

  /// Whether nothing but numbers and operators stand in a line, whose hyphens are minus signs then.
  private func isArithmetic(_ text: String) -> Bool {
    text.utf8.count <= 1000 && text.first?.isNumber == true
      && text.allSatisfy { "0123456789.+-*/() ".contains($0) }
  }

  private func published(_ text: String) -> String? {
    guard text.hasPrefix(Export.name), let call = parse(text).script.statements.first?.calls.first,
      call.verb.text == Export.name,
      call.arguments.count == 1, case .text(let parts) = call.arguments[0].value.kind,
      case .literal(let path)? = parts.first, notebookFormat(of: path) != nil
    else { return nil }
    return Source(text: text).replacing(call.verb.range, in: text, with: Publish.name)
  }
}

/// With what other prompts are left.
private let leaving: Set = ["exit", "q", "quit", ":q", ":q!", ":wq", "bye", "logout"]

extension String {
  fileprivate var spacingOperators: String {
    map { "+-*/".contains($0) ? " \($0) " : String($0) }.joined()
  }
}
