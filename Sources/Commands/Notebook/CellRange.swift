import Language

/// Cells from one number to another, both among them, or the stale ones.
package struct CellRange: ArgumentReadable, Equatable {
  package var low: Int
  package var high: Int
  package var isStale = false

  package init(_ low: Int, _ high: Int) {
    self.low = low
    self.high = high
  }

  package static var expectation: String {
    "the number of a cell, a range such as 3..7, or `stale`"
  }
  package static var namedValues: [NamedValue] {
    [NamedValue("stale", "all that `history` shows as stale")]
  }
  package var argumentText: String {
    isStale ? "stale" : low > high ? "" : low == high ? "\(low)" : "\(low)..\(high)"
  }

  package static func read(_ value: Value) -> CellRange? {
    if case .word("stale") = value {
      var range = CellRange(1, 0)
      range.isStale = true
      return range
    }
    if let number = Int.read(value) { return number > 0 ? CellRange(number, number) : nil }
    guard case .range(let low, let high, 1) = value, let first = Int(exactly: low),
      let last = Int(exactly: high), first > 0, last >= first, last - first < 10_000
    else { return nil }
    return CellRange(first, last)
  }
}

/// Any value, as it would be written.
package struct WrittenValue: ArgumentReadable, Equatable {
  package var text: String

  package static var expectation: String { "a value" }
  package var argumentText: String { text }

  package static func read(_ value: Value) -> WrittenValue? {
    switch value {
    case .number(let number): WrittenValue(text: number.spelling)
    case .word(let word): WrittenValue(text: word)
    case .text(let text):
      text.contains("\"") ? WrittenValue(text: "'\(text)'") : WrittenValue(text: "\"\(text)\"")
    case .truth(let truth): WrittenValue(text: truth ? "yes" : "no")
    case .range(let low, let high, let step):
      WrittenValue(
        text: "\(Number.text(low))..\(Number.text(high))"
          + (step == 1 ? "" : " step \(Number.text(step))"))
    case .list(let values):
      WrittenValue(text: "[" + values.compactMap { read($0)?.text }.joined(separator: ", ") + "]")
    case .record: nil
    }
  }
}

extension Call {
  /// The argument that gives an option its value.
  func argument(ofOption option: String) -> ArgumentSyntax? {
    let name = canonical(option: option)
    return arguments.last { $0.key.map { canonical(option: $0.text) } == name }
  }
}

extension Source {
  /// A text made from this one by changes behind a range, with that range replaced.
  func replacing(_ range: SourceRange, in changed: String, with replacement: String) -> String {
    let head = slice(SourceRange(0, range.lower))
    let tail = changed.utf8.dropFirst(range.upper)
    return head + replacement + String(decoding: tail, as: UTF8.self)
  }

  /// A text made from this one by changes behind a call, with an option of that call set.
  func setting(_ option: String, to value: String, in changed: String, of call: Call) -> String {
    if let written = call.argument(ofOption: option) {
      return replacing(written.value.range, in: changed, with: value)
    }
    let end = call.arguments.last?.range.upper ?? call.verb.range.upper
    return replacing(SourceRange(end, end), in: changed, with: " \(option)=\(value)")
  }
}
