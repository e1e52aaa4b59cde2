import Language
import Reports

/// A script as the cells of a notebook and back.
///
/// Text cells are `##` lines; cells are parted by empty lines between statements. Where that would not
/// give the same cells again, each begins with a line `# %%`, and a text cell with `# %% [markdown]`.
package struct ScriptCells: Sendable, Equatable {
  package struct Part: Sendable, Equatable {
    /// The code, or the text without its marks.
    package var text: String
    package var isCode: Bool
    /// What is recorded of its lines of statements, by their places among those.
    package var outputs: [Int: String] = [:]

    package init(_ text: String, isCode: Bool, outputs: [Int: String] = [:]) {
      self.text = text
      self.isCode = isCode
      self.outputs = outputs
    }
  }

  package var parts: [Part]
  /// The lines of the script that the parts begin in, where they come from one.
  package private(set) var starts: [Int] = []

  package init(_ parts: [Part]) { self.parts = parts }

  /// Where they come from is no part of what they are.
  package static func == (one: ScriptCells, other: ScriptCells) -> Bool { one.parts == other.parts }

  private static let mark = "# %%"
  private static let textMark = "# %% [markdown]"

  // MARK: From a script

  package init(_ source: Source) {
    let lines = source.lines
    parts = []
    if lines.contains(where: { $0.hasPrefix(Self.mark) }) {
      readMarked(lines)
    } else {
      readPlain(lines, source)
    }
  }

  private mutating func readMarked(_ lines: [String]) {
    var isCode = true
    var start = 1
    var body: [String]?
    func close() -> Part? {
      guard var body else { return nil }
      // The empty line before the next mark only parts the cells.
      if body.last == "" { body.removeLast() }
      return Self.part(body, isCode: isCode)
    }
    for (index, line) in lines.enumerated() {
      if line.hasPrefix(Self.mark) {
        if let part = close() { add(part, start) }
        isCode = !line.hasPrefix(Self.textMark)
        (body, start) = ([], index + 1)
      } else if body != nil || !line.isEmpty {
        if body == nil { start = index + 1 }
        body = (body ?? []) + [line]
      }
    }
    if let part = close() { add(part, start) }
  }

  private mutating func readPlain(_ lines: [String], _ source: Source) {
    // Lines that a statement goes on over, where an empty one parts nothing.
    var inner = Set<Int>()
    for statement in source.parsed.script.statements {
      let (first, last) = (
        source.line(of: statement.range.lower), source.line(of: max(statement.range.upper - 1, 0))
      )
      if last > first { inner.formUnion((first + 1)...last) }
    }
    var body: [String] = []
    var isCode = true
    var start = 1
    for (index, line) in lines.enumerated() {
      let isText = line.hasPrefix("##") && !inner.contains(index + 1)
      let isGap = line.isEmpty && !inner.contains(index + 1)
      if !body.isEmpty, isGap || isText == isCode {
        add(Self.part(body, isCode: isCode), start)
        body = []
      }
      if isGap { continue }
      if body.isEmpty { start = index + 1 }
      isCode = !isText
      body.append(line)
    }
    if !body.isEmpty { add(Self.part(body, isCode: isCode), start) }
  }

  private mutating func add(_ part: Part, _ start: Int) {
    parts.append(part)
    starts.append(start)
  }

  private static func part(_ lines: [String], isCode: Bool) -> Part {
    guard isCode else {
      return Part(lines.map { withoutMark($0) }.joined(separator: "\n"), isCode: false)
    }
    let text = lines.joined(separator: "\n")
    var outputs: [Int: String] = [:]
    for (place, recording) in recordings(in: Source(text: text)).enumerated() {
      outputs[place] = recording.lines?.joined(separator: "\n")
    }
    let code = lines.filter { line in
      let start = line.drop { $0 == " " || $0 == "\t" }
      return !start.hasPrefix("#>") && !start.hasPrefix("#@")
    }
    return Part(code.joined(separator: "\n"), isCode: true, outputs: outputs)
  }

  private static func withoutMark(_ line: String) -> String {
    guard line.hasPrefix("##") else { return line }
    let rest = line.dropFirst(2)
    return String(rest.first == " " ? rest.dropFirst() : rest)
  }

  // MARK: As a script

  /// The script; reading it gives the same cells.
  package var script: String {
    let plain = parts.map { Self.written($0) + "\n" }.joined(separator: "\n")
    if ScriptCells(Source(text: plain)).parts == parts { return plain }
    return parts.map { part in
      let body = Self.written(part)
      return (part.isCode ? Self.mark : Self.textMark) + "\n" + (body.isEmpty ? "" : body + "\n")
    }.joined(separator: "\n")
  }

  private static func written(_ part: Part) -> String {
    guard part.isCode else {
      guard !part.text.isEmpty else { return "" }
      return Source(text: part.text).lines.map { $0.isEmpty ? "##" : "## " + $0 }
        .joined(separator: "\n")
    }
    let source = Source(text: part.text)
    guard !part.outputs.isEmpty else { return part.text }
    let outputs = recordings(in: source).indices.map { place in
      part.outputs[place].map { Source(text: $0).lines }
    }
    let text = recorded(outputs, in: source)
    return text.hasSuffix("\n") && !part.text.hasSuffix("\n") ? String(text.dropLast()) : text
  }

  /// As the cells of a session that did not run: what is recorded stands for what they said.
  package var cells: [Cell] {
    parts.enumerated().map { index, part in
      let text = part.isCode ? part.text : Self.written(part)
      // A text cell without text is one all the same.
      var cell = Cell(number: index + 1, text: text.isEmpty && !part.isCode ? "##" : text)
      cell.recorded = part.outputs
      return cell
    }
  }
}

extension ScriptCells {
  /// What a cell has said, by lines of statements. Where that is not known, it belongs to each of them if
  /// there are as many, else to the last.
  static func outputs(_ said: [(String, Int?)], of code: String) -> [Int: String] {
    let lines = recordings(in: Source(text: code)).count
    var outputs: [Int: String] = [:]
    for (index, (text, place)) in said.enumerated() where lines > 0 {
      let place = min(place ?? (said.count == lines ? index : lines), lines - 1)
      outputs[place] = outputs[place].map { "\($0)\n\(text)" } ?? text
    }
    return outputs
  }
}

extension JSON {
  /// What a notebook says of an output that a line of statements has made, by its place among those.
  static func metadata(place: Int) -> JSON {
    .object(["mrs": .object(["line": .number(place + 1)])])
  }

  var place: Int? {
    self["mrs"]?["line"]?.number.flatMap { Int(exactly: $0) }.flatMap { $0 > 0 ? $0 - 1 : nil }
  }
}
