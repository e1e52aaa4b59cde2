/// Where printed output first departs from what was recorded.
package struct OutputDifference: Sendable, Equatable {
  /// The recorded line, from 0; one past the last when more was printed than recorded.
  package var line: Int
  /// The word of the line that differs, as it was recorded; the whole line when the lines have
  /// nothing in common.
  package var recorded: String
  package var seen: String
}

/// The first difference between recorded and printed lines; nil when they agree.
///
/// Words are compared exactly, numbers by the places they were recorded to: 0.4123 stands for all
/// that prints so. `± 0.002` or `± 1%` behind a number allows more. `<time> <path> <mem> <hash>` and
/// `<*>` stand for one such word, `...` for the rest of a line or, alone, for any lines. Widths of
/// columns and lines that are drawn mean nothing.
/// - Parameter slack: by how many units of the last place numbers may differ.
package func firstDifference(
  recorded: [String], printed: [String], slack: Double = 0.5
) -> OutputDifference? {
  let recorded = recorded.enumerated()
    .map { (line: $0.offset, tokens: OutputToken.tokens(of: $0.element)) }
    .filter { !$0.tokens.isEmpty }
  let printed = printed.map { OutputToken.tokens(of: $0) }.filter { !$0.isEmpty }
  return difference(recorded[...], printed[...], slack)
}

private typealias RecordedLine = (line: Int, tokens: [OutputToken])

private func difference(
  _ recorded: ArraySlice<RecordedLine>, _ printed: ArraySlice<[OutputToken]>, _ slack: Double
) -> OutputDifference? {
  var recorded = recorded
  var printed = printed
  while let line = recorded.first {
    if line.tokens.count == 1, line.tokens[0].text == "..." {
      recorded = recorded.dropFirst()
      guard let next = recorded.first else { return nil }
      // The first printed line that agrees with the next recorded one goes on from here.
      guard
        let start = printed.firstIndex(where: {
          OutputLine(next.tokens).difference($0, slack) == nil
        })
      else {
        return OutputDifference(
          line: next.line, recorded: text(next.tokens), seen: "nothing like it")
      }
      printed = printed[start...]
      continue
    }
    guard let seen = printed.first else {
      return OutputDifference(line: line.line, recorded: text(line.tokens), seen: "nothing more")
    }
    if let (wanted, found) = OutputLine(line.tokens).difference(seen, slack) {
      return OutputDifference(line: line.line, recorded: wanted, seen: found)
    }
    recorded = recorded.dropFirst()
    printed = printed.dropFirst()
  }
  guard let more = printed.first else { return nil }
  return OutputDifference(line: recorded.endIndex, recorded: "nothing more", seen: text(more))
}

private func text(_ tokens: [OutputToken]) -> String { tokens.map(\.text).joined(separator: " ") }

/// A recorded line, with the signs in it that stand for more than themselves.
struct OutputLine {
  var tokens: [OutputToken]

  init(_ tokens: [OutputToken]) { self.tokens = tokens }

  /// Whether it holds a sign that only a person can have put there.
  var hasSigns: Bool {
    tokens.contains { $0.text == "..." || $0.sign != nil }
  }

  /// The first recorded word that the seen ones do not agree with, and the one seen.
  func difference(_ seen: [OutputToken], _ slack: Double) -> (String, String)? {
    var at = 0
    var index = 0
    while index < tokens.count {
      let token = tokens[index]
      if token.text == "..." { return nil }
      guard at < seen.count else { return (token.text, "the end of the line") }
      if let width = token.placeholderWidth(seen[at...]) {
        at += width
        index += 1
        continue
      }
      if let (tolerance, width) = tolerance(behind: index, seen, at) {
        guard tolerance(token, seen[at]) else {
          return (tokens[index..<index + width].map(\.text).joined(separator: " "), seen[at].text)
        }
        index += width
      } else {
        guard token.matches(seen[at], slack: slack) else { return (token.text, seen[at].text) }
        index += 1
      }
      at += 1
    }
    return at < seen.count ? ("the end of the line", seen[at].text) : nil
  }

  /// The tolerance written behind a number, where the output itself has none there, and how many
  /// words it takes with the number: `0.41 ± 0.02`, `0.41 ±1%`, `0.41±0.02`.
  func tolerance(
    behind index: Int, _ seen: [OutputToken], _ at: Int
  ) -> ((OutputToken, OutputToken) -> Bool, Int)? {
    if at + 1 < seen.count, seen[at + 1].text.hasPrefix("±") {
      // The output has an interval there; only one written close to its sign is a tolerance of ours.
      guard index + 2 < tokens.count, tokens[index + 1].text.utf8.count > "±".utf8.count,
        tokens[index + 1].text.hasPrefix("±"), tokens[index + 2].text.hasPrefix("±")
      else { return nil }
    }
    let token = tokens[index].text
    if let sign = token.firstIndex(of: "±"), sign != token.startIndex, !seen[at].text.contains("±")
    {
      let amount = OutputToken(String(token[token.index(after: sign)...]))
      let number = OutputToken(String(token[..<sign]))
      return OutputLine.within(amount).map { within in ({ _, seen in within(number, seen) }, 1) }
    }
    guard index + 1 < tokens.count, tokens[index + 1].text.hasPrefix("±") else { return nil }
    let attached = tokens[index + 1].text.dropFirst()
    if !attached.isEmpty {
      return OutputLine.within(OutputToken(String(attached))).map { ($0, 2) }
    }
    guard index + 2 < tokens.count else { return nil }
    return OutputLine.within(tokens[index + 2]).map { ($0, 3) }
  }

  /// Whether two numbers differ by no more; marks that end the sentence stand behind the amount.
  private static func within(
    _ amount: OutputToken
  ) -> ((OutputToken, OutputToken) -> Bool)? {
    guard let allowed = amount.number else { return nil }
    let tail = allowed.suffix.suffix(amount.text.closingMarks)
    let unit = allowed.suffix.dropLast(tail.count)
    guard unit.isEmpty || unit == "%" else { return nil }
    return { recorded, seen in
      guard let a = recorded.number, let b = seen.number, a.suffix + tail == b.suffix else {
        return false
      }
      let limit = unit == "%" ? abs(a.value) * allowed.value / 100 : allowed.value
      return abs(a.value - b.value) <= limit * (1 + 1e-9)
    }
  }
}

extension String {
  /// How many marks at its end close a sentence or a part of one.
  var closingMarks: Int { reversed().prefix { ".,;:!?)]".contains($0) }.count }
}

extension OutputToken {
  private static let times: Set<String> = ["ns", "us", "µs", "ms", "s", "m", "min", "h", "d"]
  private static let sizes: Set<String> = [
    "B", "kB", "KB", "MB", "GB", "TB", "KiB", "MiB", "GiB", "bytes",
  ]

  /// The sign that this word is, and the marks behind it: `<time>;`.
  fileprivate var sign: (name: Substring, tail: Substring)? {
    guard text.hasPrefix("<"), let end = text.firstIndex(of: ">") else { return nil }
    let tail = text[text.index(after: end)...]
    return tail.allSatisfy(\.isPunctuation) ? (text[...end], tail) : nil
  }

  /// How many of the seen words this sign stands for: a number and its unit may be two words.
  func placeholderWidth(_ seen: ArraySlice<OutputToken>) -> Int? {
    guard let first = seen.first, let sign else { return nil }
    if first.text == text { return 1 }
    func measured(_ units: Set<String>) -> Int? {
      guard let number = first.number else { return nil }
      func isUnit(_ text: some StringProtocol) -> Bool {
        text.hasSuffix(sign.tail) && units.contains(String(text.dropLast(sign.tail.count)))
      }
      if isUnit(number.suffix) { return 1 }
      guard number.suffix.isEmpty, let next = seen.dropFirst().first else { return nil }
      // `1 min 05 s` is one length of time.
      if next.text == "min" || next.text == "h", let rest = placeholderWidth(seen.dropFirst(2)) {
        return 2 + rest
      }
      return isUnit(next.text) ? 2 : nil
    }
    switch sign.name {
    case "<*>": return 1
    case "<time>": return measured(OutputToken.times)
    case "<mem>": return measured(OutputToken.sizes)
    case "<path>":
      return first.text.contains("/") || first.text.contains(".")
        ? 1 : nil
    case "<hash>":
      let isHash =
        first.text.utf8.count >= 6
        && first.text.utf8.allSatisfy { $0.isDigit || ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x66 }
      return isHash ? 1 : nil
    default: return nil
    }
  }
}
