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
    if case .graph(let graph) = block { return .graph(graph.cleaned) }
    return changed(block) { cleaned($0) }
  }

  /// A block with its texts changed; graphs stay as they are.
  static func changed(
    _ block: Report.Block, by change: (String) -> String
  ) -> Report.Block {
    switch block {
    case .text(let text): return .text(change(text))
    case .note(let text): return .note(change(text))
    case .warning(let text): return .warning(change(text))
    case .code(let text): return .code(change(text))
    case .heading(let text): return .heading(change(text))
    case .graph: return block
    case .curve(var curve):
      curve.title = change(curve.title)
      curve.xLabel = change(curve.xLabel)
      curve.yLabel = change(curve.yLabel)
      curve.names = curve.names.map(change)
      for index in curve.series.indices {
        curve.series[index].name = change(curve.series[index].name)
      }
      return .curve(curve)
    case .table(var table):
      table.title = change(table.title)
      for row in table.rows.indices {
        for column in table.rows[row].indices {
          if case .text(let text) = table.rows[row][column] {
            table.rows[row][column] = .text(change(text))
          }
        }
      }
      return .table(table)
    }
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    (scalar.value < 32 && scalar != "\n") || (0x7F..<0xA0).contains(scalar.value)
  }
}
