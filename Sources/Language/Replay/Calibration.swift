/// The source with tolerances behind the recorded numbers that vary, and what could not be given one.
///
/// - Parameter runs: what each of several draws of chance printed, by the places of
///   `recordings(in:)`.
/// A number gets the largest distance seen from what is recorded. A line whose words or whole numbers
/// vary stays as it is, and so do numbers that a person has given a tolerance.
package func calibrated(
  _ source: Source, by runs: [[[String]]]
) -> (text: String, remarks: [String]) {
  var remarks: [String] = []
  var text = ""
  var end = 0
  for (index, place) in recordings(in: source).enumerated() {
    guard let lines = place.lines else { continue }
    text += source.slice(SourceRange(end, place.range.lower))
    end = place.range.upper
    let first = source.line(of: place.range.lower)
    let printed = runs.map { index < $0.count ? $0[index] : [] }
    let start = source.lineStarts[first - 1]
    let indent = String(source.slice(SourceRange(start, place.range.upper)).prefix { $0 == " " })
    if !lines.contains("..."), let other = printed.first(where: { $0.count != lines.count }) {
      remarks.append(
        "line \(first): \(counted(lines.count, "line is", "lines are")) recorded, another draw prints \(other.count)"
      )
      text += source.slice(place.range)
      continue
    }
    let ends = source.ends(of: place)
    for (row, line) in lines.enumerated() {
      let (new, remark) = calibrated(
        line, by: printed.compactMap { row < $0.count ? $0[row] : nil })
      if let remark { remarks.append("line \(first + row): \(remark)") }
      text += indent + (new.isEmpty ? "#>" : "#> " + new) + ends(row)
    }
    if let state = place.state { text += indent + "#@ " + state + ends(lines.count) }
  }
  return (text + source.slice(SourceRange(end, source.text.utf8.count)), remarks)
}

private func calibrated(_ line: String, by printed: [String]) -> (String, String?) {
  let own = OutputLine(OutputToken.tokens(of: line))
  let aligned = printed.map { own.aligned(with: OutputToken.tokens(of: $0)) }
  var tolerances: [Int: String] = [:]
  for (index, token) in own.tokens.enumerated() {
    guard aligned.allSatisfy({ $0 != nil }) else {
      return (line, "another draw prints other words")
    }
    let seen = aligned.compactMap { $0?[index] }
    if let spread = token.spread(over: seen) {
      if spread > 0 { tolerances[index] = " ±" + roundedUp(spread) }
    } else if let other = seen.first(where: { !token.matches($0, slack: 0.5) }) {
      return (line, "another draw prints `\(other.text)` for `\(token.text)`")
    }
  }
  var rest = Substring(line)
  var text = ""
  for (index, token) in own.tokens.enumerated() {
    guard let place = rest.firstRange(of: token.text) else { break }
    text += rest[..<place.upperBound] + (tolerances[index] ?? "")
    rest = rest[place.upperBound...]
  }
  let wrong = printed.lazy.compactMap { line in
    OutputLine(OutputToken.tokens(of: text)).difference(OutputToken.tokens(of: line), 0.5)
  }.first
  return (
    text + rest,
    wrong.map { "another draw gives `\($0.1)`, outside of what `\($0.0)` allows" }
  )
}

extension OutputLine {
  /// For each recorded word the seen one that it stands for; nil where a sign or a tolerance stands
  /// for it. Nil when the words do not correspond.
  fileprivate func aligned(with seen: [OutputToken]) -> [OutputToken?]? {
    var aligned = [OutputToken?](repeating: nil, count: tokens.count)
    var at = 0
    var index = 0
    while index < tokens.count {
      if tokens[index].text == "..." { return aligned }
      guard at < seen.count else { return nil }
      if let width = tokens[index].placeholderWidth(seen[at...]) {
        at += width
        index += 1
      } else if let (_, width) = tolerance(behind: index, seen, at) {
        at += 1
        index += width
      } else {
        aligned[index] = seen[at]
        at += 1
        index += 1
      }
    }
    return at == seen.count ? aligned : nil
  }
}

extension OutputToken {
  /// The largest distance of numbers from this one, which has a fraction; nil when one of them is no
  /// number of this kind. Whole numbers count something and are the same everywhere.
  fileprivate func spread(over seen: [OutputToken]) -> Double? {
    guard let own = number, own.places > 0 else { return nil }
    var spread = 0.0
    for token in seen {
      guard let other = token.number, other.suffix == own.suffix else { return nil }
      spread = max(spread, abs(other.value - own.value))
    }
    return spread
  }
}

/// The number with two digits that count, not smaller than it is.
private func roundedUp(_ value: Double) -> String {
  var unit = 1.0
  while value / unit >= 100 { unit *= 10 }
  while value / unit < 10, unit > 1e-12 { unit /= 10 }
  let count = (value / unit - 1e-9).rounded(.up)
  return Number.text((count * unit * 1e12).rounded() / 1e12)
}

extension Substring {
  /// Where a text stands first.
  fileprivate func firstRange(of text: String) -> Range<Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(text) {
        return start..<index(start, offsetBy: text.count)
      }
      start = index(after: start)
    }
    return nil
  }
}
