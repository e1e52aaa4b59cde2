/// The output that is recorded under a line of a script, in lines that begin with `#>`.
package struct Recording: Sendable, Equatable {
  /// The statements of the line, blocks included.
  package var statements: SourceRange
  /// What is recorded, without the marks; nil when nothing is.
  package var lines: [String]?
  /// The state recorded behind `#@`; nil when none is.
  package var state: String?
  /// The recorded lines in the source; empty where they would begin.
  package var range: SourceRange
}

/// For each line of statements of a script the output recorded under it, in order.
package func recordings(in source: Source) -> [Recording] {
  var recordings: [Recording] = []
  for statement in source.parsed.script.statements {
    let line = source.line(of: max(statement.range.upper - 1, statement.range.lower))
    if let last = recordings.last, source.line(of: last.statements.upper - 1) == line {
      recordings[recordings.count - 1].statements = last.statements.union(statement.range)
      continue
    }
    recordings.append(recording(of: statement.range, behind: line, in: source))
  }
  return recordings
}

private func recording(of range: SourceRange, behind line: Int, in source: Source) -> Recording {
  var lines: [String] = []
  var state: String?
  var next = line + 1
  while next <= source.lineStarts.count {
    let text = source.text(ofLine: next)
    if let output = text.behind(mark: "#>") {
      lines.append(output)
    } else if let recorded = text.behind(mark: "#@") {
      state = recorded
    } else {
      break
    }
    next += 1
  }
  func start(_ line: Int) -> Int {
    line <= source.lineStarts.count ? source.lineStarts[line - 1] : source.text.utf8.count
  }
  return Recording(
    statements: range, lines: lines.isEmpty ? nil : lines, state: state,
    range: SourceRange(start(line + 1), start(next)))
}

/// The lines, counted from 1, with recorded output that is not compared: it stands under no statement, or
/// within one.
package func looseOutputs(in source: Source) -> [Int] {
  let places = recordings(in: source).map(\.range)
  var at = 0
  return source.parsed.script.tokens.compactMap { token in
    guard token.kind == .output else { return nil }
    while at < places.count, places[at].upper <= token.range.lower { at += 1 }
    let isHeld = at < places.count && places[at].lower <= token.range.lower
    return isHeld ? nil : source.line(of: token.range.lower)
  }
}

extension String {
  /// What stands in the line behind a mark; nil when it does not begin with it.
  fileprivate func behind(mark: String) -> String? {
    let text = drop { $0 == " " || $0 == "\t" }
    guard text.hasPrefix(mark) else { return nil }
    let rest = text.dropFirst(mark.count)
    return String(rest.hasPrefix(" ") ? rest.dropFirst() : rest)
  }
}

extension Source {
  /// How recorded lines end: each as the one that stood in its place, those beyond as the line before the
  /// recording, so that what is recorded anew belongs to its statement whatever ends the lines.
  func ends(of place: Recording) -> (_ row: Int) -> String {
    let first = line(of: place.range.lower)
    let isThere = place.range.upper > place.range.lower
    let before = place.range.lower == lineStarts[first - 1] ? first - 1 : first
    let usual = [end(ofLine: before), end(ofLine: 1), "\n"].first { !$0.isEmpty } ?? "\n"
    return { row in
      let line = first + row
      guard isThere, line <= lineStarts.count, lineStarts[line - 1] < place.range.upper else {
        return usual
      }
      let own = end(ofLine: line)
      return own.isEmpty ? usual : own
    }
  }
}

/// The text of a source with new output recorded under its lines; `outputs` belongs to
/// `recordings(in:)`, nil leaves a recording as it is. Tolerances and signs that a person has put
/// there stay, and lines end as they did.
///
/// - Parameter states: what to record behind `#@`, by the same places; nil records none there.
package func recorded(
  _ outputs: [[String]?], states: [String?] = [], in source: Source, slack: Double = 0.5
) -> String {
  let places = recordings(in: source)
  var text = ""
  var end = 0
  for (index, (place, output)) in zip(places, outputs).enumerated() {
    text += source.slice(SourceRange(end, place.range.lower))
    end = place.range.upper
    let state = index < states.count ? states[index] : nil
    guard output != nil || state != nil else {
      text += source.slice(place.range)
      continue
    }
    let ends = source.ends(of: place)
    if let last = text.utf8.last, last != UInt8(ascii: "\n") { text += ends(0) }
    let start = source.lineStarts[source.line(of: place.statements.lower) - 1]
    let indent = source.slice(SourceRange(start, place.statements.lower))
      .prefix { $0 == " " || $0 == "\t" }
    let lines = output.map { merged(place.lines ?? [], $0, slack) } ?? place.lines ?? []
    for (row, line) in lines.enumerated() {
      text += indent + (line.isEmpty ? "#>" : "#> " + line) + ends(row)
    }
    if let state { text += indent + "#@ " + state + ends(lines.count) }
  }
  return text + source.slice(SourceRange(end, source.text.utf8.count))
}

/// New lines in which the signs of the old ones are kept.
private func merged(_ old: [String], _ new: [String], _ slack: Double) -> [String] {
  let trimmed = Array(new.map { trimmingEnd($0) })
  let lines = old.map { OutputLine(OutputToken.tokens(of: $0)) }
  if !old.isEmpty, firstDifference(recorded: old, printed: new, slack: slack) == nil {
    let isPlain = zip(old, lines).allSatisfy { !$1.hasSigns && !$0.contains("±") }
    // What agrees is left alone when a person has worked on it, and is refreshed when not.
    return isPlain ? trimmed : old
  }
  guard old.count == trimmed.count else { return trimmed }
  return zip(zip(old, lines), trimmed).map { pair, new in merged(pair.0, pair.1, new, slack) }
}

private func trimmingEnd(_ line: String) -> String {
  String(line.reversed().drop { $0 == " " || $0 == "\t" || $0 == "\r" }.reversed())
}

private func merged(_ old: String, _ line: OutputLine, _ new: String, _ slack: Double) -> String {
  let seen = OutputToken.tokens(of: new)
  if line.difference(seen, slack) == nil { return old.contains("±") || line.hasSigns ? old : new }
  guard line.hasSigns || old.contains("±") else { return new }
  var words: [String] = []
  var at = 0
  var index = 0
  while index < line.tokens.count {
    let token = line.tokens[index]
    if token.text == "..." { return (words + ["..."]).joined(separator: " ") }
    guard at < seen.count else { return new }
    if let width = token.placeholderWidth(seen[at...]) {
      words.append(token.text)
      at += width
      index += 1
    } else if let (_, width) = line.tolerance(behind: index, seen, at) {
      let kept = line.tokens[index..<index + width].map(\.text).joined(separator: " ")
      let tail = kept.firstIndex(of: "±").map { " " + kept[$0...] } ?? ""
      words.append(seen[at].text.dropLast(seen[at].text.closingMarks) + tail)
      index += width
      at += 1
    } else {
      words.append(seen[at].text)
      index += 1
      at += 1
    }
  }
  return at == seen.count ? words.joined(separator: " ") : new
}
