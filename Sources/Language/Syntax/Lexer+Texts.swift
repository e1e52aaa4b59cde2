extension Lexer {
  /// `"…"`: up to its closing quote on this line, over the texts within its braces.
  mutating func text() {
    if unbalanced < Self.mostUnbalanced, let count = balancedText() { return emit(.text, count) }
    unbalanced += 1
    var count = 1
    while at + count < end, peek(count) != 0x0A {
      if peek(count) == UInt8(ascii: "\"") {
        unclosed(count + 1, "`{` in this text is not closed", "close it with `}`, or write `\\{`")
        return emit(.text, count + 1)
      }
      count += peek(count) == UInt8(ascii: "\\") && peek(count + 1) != 0x0A ? 2 : 1
    }
    count = min(count, end - at)
    if count > 1, peek(count - 1) == 0x0D { count -= 1 }
    unclosed(count, "this text is not closed", "put `\"` at its end", fix: closingCurl("\"", count))
    emit(.text, count)
  }

  /// The length of the text that begins here when all its quotes and braces close on this line.
  private func balancedText() -> Int? {
    // One entry for each open text (true) or brace (false); no recursion, whatever the depth.
    var open = [true]
    var count = 1
    while at + count < end, let innermost = open.last {
      let byte = peek(count)
      if byte == 0x0A { return nil }
      count += 1
      switch byte {
      case UInt8(ascii: "\\") where innermost: count += peek(count) == 0x0A ? 0 : 1
      case UInt8(ascii: "\""): if innermost { open.removeLast() } else { open.append(true) }
      case UInt8(ascii: "{"): open.append(false)
      case UInt8(ascii: "}") where !innermost: open.removeLast()
      default: break
      }
      if open.isEmpty { return min(count, end - at) }
    }
    return nil
  }

  /// `'…'`: nothing in it has a meaning.
  mutating func rawText() {
    var count = 1
    while at + count < end, peek(count) != 0x0A {
      count += 1
      if peek(count - 1) == UInt8(ascii: "'") { return emit(.rawText, count) }
    }
    if count > 1, peek(count - 1) == 0x0D { count -= 1 }
    unclosed(count, "this text is not closed", "put `'` at its end", fix: closingCurl("'", count))
    emit(.rawText, count)
  }

  private mutating func unclosed(
    _ count: Int, _ message: String, _ help: String, fix: Diagnostic.Fix? = nil
  ) {
    diagnostics.append(
      Diagnostic(
        "E0103", message, at: SourceRange(at, at + count), label: "opened here", help: [help],
        fix: fix))
  }

  /// The plain quote in the place of a curly one that was to close the text of so many bytes; nil where there
  /// is none, or several.
  private func closingCurl(_ plain: String, _ count: Int) -> Diagnostic.Fix? {
    let places = (at + 1..<max(at + 1, at + count)).filter { place in
      bytes[place] == 0xE2 && foreign(place)?.plain == plain
    }
    guard places.count == 1, place(places[0], isEndOfWordBefore: at + count),
      !isInWord(from: at, to: at + count)
    else { return nil }
    return .init(SourceRange(places[0], places[0] + 3), plain, isCertain: true)
  }

  /// Whether a quote could close a text there: nothing of the same word follows.
  private func place(_ place: Int, isEndOfWordBefore limit: Int) -> Bool {
    place + 3 >= limit || bytes[place + 3] == 0x20
  }

  /// Whether what lies between two places goes on into a word or a text on either side.
  func isInWord(from lower: Int, to upper: Int) -> Bool {
    [lower - 1, upper].contains { place in
      guard place >= 0, place < end else { return false }
      let byte = bytes[place]
      return byte.isLetter || byte.isDigit || byte >= 0x80 || [0x22, 0x27].contains(byte)
    }
  }
}
