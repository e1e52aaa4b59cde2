/// What has to happen to a text before it may go to a terminal.
package enum LineText {
  /// The lines of a text; an empty last one is left out.
  package static func split(_ text: String) -> [String] {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if lines.last == "" { lines.removeLast() }
    return lines
  }

  /// The text without control characters: titles in data must not steer the terminal.
  package static func cleaned(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isControl) else { return text }
    return String(
      String.UnicodeScalarView(text.unicodeScalars.map { isControl($0) ? "\u{FFFD}" : $0 }))
  }

  /// The block without control characters in any of its texts.
  static func cleaned(_ block: Report.Block) -> Report.Block {
    switch block {
    case .text(let text): .text(cleaned(text))
    case .note(let text): .note(cleaned(text))
    case .warning(let text): .warning(cleaned(text))
    case .code(let text): .code(cleaned(text))
    case .heading(let text): .heading(cleaned(text))
    case .curve(var curve):
      .curve(
        {
          curve.title = cleaned(curve.title)
          curve.xLabel = cleaned(curve.xLabel)
          curve.yLabel = cleaned(curve.yLabel)
          curve.names = curve.names.map { cleaned($0) }
          for index in curve.series.indices {
            curve.series[index].name = cleaned(curve.series[index].name)
          }
          return curve
        }())
    case .graph(let graph): .graph(graph.cleaned)
    case .table(var table):
      .table(
        {
          table.title = cleaned(table.title)
          for row in table.rows.indices {
            for column in table.rows[row].indices {
              if case .text(let text) = table.rows[row][column] {
                table.rows[row][column] = .text(cleaned(text))
              }
            }
          }
          return table
        }())
    }
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    (scalar.value < 32 && scalar != "\n") || (0x7F..<0xA0).contains(scalar.value)
  }
}
