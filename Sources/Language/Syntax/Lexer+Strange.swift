/// What means nothing in the language.
extension Lexer {
  /// A character that programs put in place of a plain one, with the plain one.
  func foreign(_ place: Int) -> (count: Int, plain: String, name: String)? {
    guard place < end else { return nil }
    let byte = bytes[place]
    guard byte == 0xC2 || byte == 0xE2 || byte == 0xEF, place + 1 < end else { return nil }
    if byte == 0xC2 { return bytes[place + 1] == 0xA0 ? (2, " ", "a no-break space") : nil }
    guard place + 2 < end else { return nil }
    switch (byte, bytes[place + 1], bytes[place + 2]) {
    case (0xE2, 0x80, 0x9C), (0xE2, 0x80, 0x9D): return (3, "\"", "a curly quote")
    case (0xE2, 0x80, 0x98), (0xE2, 0x80, 0x99): return (3, "'", "a curly quote")
    case (0xE2, 0x80, 0x93), (0xE2, 0x80, 0x94): return (3, "-", "a dash")
    case (0xE2, 0x88, 0x92): return (3, "-", "a minus sign")
    case (0xEF, 0xBF, 0xBD): return (3, "", "not UTF-8 text")
    default: return nil
    }
  }

  /// A character with which nothing of the language begins.
  mutating func strange() {
    if let foreign = foreign(at) { return strange(foreign) }
    let byte = peek()
    if byte < 0x20 || byte == 0x7F {
      let count = run { ($0 < 0x20 && $0 != 0x0A && $0 != 0x09) || $0 == 0x7F }
      return invalid(count, "there is a control character here", help: "delete it")
    }
    let shown = byte < 0x80 ? String(UnicodeScalar(byte)) : "this character"
    let (help, fix) = elsewhere(byte)
    invalid(
      1, "`\(shown)` has no meaning here", help: help ?? "put texts in quotes: \"…\"", fix: fix)
  }

  private mutating func strange(_ foreign: (count: Int, plain: String, name: String)) {
    guard !foreign.plain.isEmpty else {
      return invalid(
        foreign.count, "the source is not UTF-8 text here", help: "save the file as UTF-8")
    }
    let message = "this is \(foreign.name), not `\(foreign.plain)`"
    if foreign.name == "a curly quote" { return curlyText(foreign.plain, message) }
    var (count, plain, help) = (foreign.count, foreign.plain, "write `\(foreign.plain)`")
    if plain == "-" {
      // `–steps=5`: the dash before an option of other programs, which has none here.
      while self.foreign(at + count)?.plain == "-" { count += 3 }
      while peek(count) == UInt8(ascii: "-") { count += 1 }
      let isApart = at == 0 || [0x20, 0x09, 0x0A].contains(bytes[at - 1])
      if isApart, peek(count).isLetter { (plain, help) = ("", "an option is written `name=value`") }
    }
    let fix = Diagnostic.Fix(SourceRange(at, at + count), plain, isCertain: true)
    invalid(count, message, help: help, fix: fix)
  }

  /// A text between curly quotes, or between a curly one and a plain one; both ends are mended at once.
  private mutating func curlyText(_ plain: String, _ message: String) {
    let plainQuote = plain.utf8.first ?? 0
    var count = 3
    while at + count < end, peek(count) != 0x0A {
      let closing = foreign(at + count).flatMap { $0.plain == plain ? $0.count : nil }
      guard closing != nil || peek(count) == plainQuote else {
        count += 1
        continue
      }
      let inside = String(decoding: bytes[(at + 3)..<(at + count)], as: UTF8.self)
      count += closing ?? 1
      let mended = plain + inside + plain
      // What would not be the same text between plain quotes is not mended unasked, nor offered.
      let isWhole =
        !isInWord(from: at, to: at + count) && Language.tokens(of: mended).tokens.count == 2
      let fix = Diagnostic.Fix(SourceRange(at, at + count), mended, isCertain: true)
      return invalid(
        count, message, help: "write `\(plain)` at both ends", fix: isWhole ? fix : nil)
    }
    invalid(3, message, help: "write `\(plain)` at both ends")
  }

  /// What is done here in the place of `!command`, `%magic`, `?name` and `name?` of other prompts.
  private func elsewhere(_ byte: UInt8) -> (help: String?, fix: Diagnostic.Fix?) {
    switch byte {
    case UInt8(ascii: "!") where isFirst:
      return ("mrs runs no commands of the system: Ctrl-Z goes to the shell, and `fg` back", nil)
    case UInt8(ascii: "%") where isFirst:
      return ("`history` shows how long each cell took; `help` lists the verbs", nil)
    case UInt8(ascii: "?"):
      let fix = topic.map { Diagnostic.Fix($0.range, "help " + $0.name) }
      return ("`help NAME` explains something", fix)
    default: return (nil, nil)
    }
  }

  /// Whether nothing stands before this in its line.
  private var isFirst: Bool {
    guard let last = tokens.last(where: { $0.kind != .space }) else { return true }
    return last.kind == .newline || last.kind == .symbol(.semicolon)
  }

  /// The word that `?` asks about, when they are all that stands in the line.
  private var topic: (name: String, range: SourceRange)? {
    // Names are short, and a line may have megabytes.
    var lower = at
    while lower > 0, bytes[lower - 1] != 0x0A, at - lower < 200 { lower -= 1 }
    var upper = at
    while upper < end, bytes[upper] != 0x0A, upper - at < 200 { upper += 1 }
    let line = String(decoding: bytes[lower..<upper], as: UTF8.self)
    return askedTopic(line).map { ($0, SourceRange(lower, upper)) }
  }
}

extension Lexer {
  mutating func invalid(
    _ count: Int, _ message: String, help: String, fix: Diagnostic.Fix? = nil
  ) {
    let range = SourceRange(at, at + count)
    diagnostics.append(
      Diagnostic("E0101", message, at: range, label: "not understood", help: [help], fix: fix))
    emit(.invalid, count)
  }
}

/// The name that a line such as `? load` or `topk?` asks about; nil for another line.
package func askedTopic(_ line: String) -> String? {
  let text = line.trimming { $0 == " " || $0 == "\t" || $0 == "\r" }
  guard text.utf8.count <= 200, text.hasPrefix("?") || text.hasSuffix("?") else { return nil }
  let name = text.trimming { $0 == "?" || $0 == " " }
  // Another question mark would be asked about in turn.
  guard !name.contains("?") else { return nil }
  let (tokens, faults) = Language.tokens(of: name)
  guard faults.isEmpty, tokens.count == 2, tokens[0].kind == .word else { return nil }
  return name
}

extension String {
  fileprivate func trimming(_ isTaken: (Character) -> Bool) -> String {
    var view = self[...]
    while let first = view.first, isTaken(first) { view.removeFirst() }
    while let last = view.last, isTaken(last) { view.removeLast() }
    return String(view)
  }
}
