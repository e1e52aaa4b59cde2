/// A text of the language with its name, and where its lines begin.
package struct Source: Sendable {
  /// How many bytes a script may have.
  package static let longest = 16 << 20

  /// What a message calls it: the file as the user wrote it, or `[3]` for a cell of the prompt.
  package let name: String
  package let text: String
  /// The UTF-8 offset of the first byte of each line.
  package let lineStarts: [Int]
  private let parsing = Memo<Parsed>()

  package init(name: String = "", text: String) {
    self.name = name
    self.text = text
    var text = text
    lineStarts = text.withUTF8 { bytes in
      var starts = [0]
      for place in 0..<bytes.count where bytes[place] == UInt8(ascii: "\n") {
        starts.append(place + 1)
      }
      return starts
    }
  }

  /// Its statements and everything wrong with its form: read once for all copies, by whoever asks first.
  package var parsed: Parsed {
    parsing.value {
      let (script, diagnostics) = parse(text)
      return Parsed(script: script, diagnostics: diagnostics)
    }
  }

  package struct Parsed: Sendable {
    package let script: Script
    package let diagnostics: [Diagnostic]
  }

  /// Where the text begins: behind a byte order mark, if there is one.
  package var textStart: Int { text.utf8.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0 }

  /// A place in a text as people count: from 1, columns in characters.
  package struct Position: Sendable, Equatable {
    package var line: Int
    package var column: Int
  }

  /// The number of the line, from 1, that a UTF-8 offset lies in. Complexity: O(log lines).
  package func line(of offset: Int) -> Int {
    var low = 0
    var high = lineStarts.count
    while low + 1 < high {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    return low + 1
  }

  /// The line and column of a UTF-8 offset.
  package func position(of offset: Int) -> Position {
    let line = line(of: offset)
    let before = slice(SourceRange(max(lineStarts[line - 1], textStart), offset))
    return Position(line: line, column: before.count + 1)
  }

  /// The UTF-8 offsets of a line counted from 1, without its end.
  package func range(ofLine line: Int) -> SourceRange {
    guard line >= 1, line <= lineStarts.count else { return SourceRange(0, 0) }
    let lower = lineStarts[line - 1]
    var upper = line < lineStarts.count ? lineStarts[line] - 1 : text.utf8.count
    if upper > lower, byte(at: upper - 1) == UInt8(ascii: "\r") { upper -= 1 }
    return SourceRange(lower, upper)
  }

  /// The text of a line counted from 1, without its end.
  package func text(ofLine line: Int) -> String { slice(range(ofLine: line)) }

  /// What ends a line counted from 1: LF or CR LF; nothing where the text ends without either.
  package func end(ofLine line: Int) -> String {
    guard line >= 1, line < lineStarts.count else { return "" }
    return slice(SourceRange(range(ofLine: line).upper, lineStarts[line]))
  }

  /// The texts of all lines, without their ends; behind a last end there is one more, which is empty.
  package var lines: [String] { (1...lineStarts.count).map { text(ofLine: $0) } }

  /// The text within a range; what lies outside the source is left out.
  package func slice(_ range: SourceRange) -> String {
    let count = text.utf8.count
    let lower = min(max(range.lower, 0), count)
    let upper = min(max(range.upper, lower), count)
    let start = text.utf8.index(text.startIndex, offsetBy: lower)
    let end = text.utf8.index(start, offsetBy: upper - lower)
    return String(decoding: text.utf8[start..<end], as: UTF8.self)
  }

  private func byte(at offset: Int) -> UInt8 {
    text.utf8[text.utf8.index(text.startIndex, offsetBy: offset)]
  }
}
