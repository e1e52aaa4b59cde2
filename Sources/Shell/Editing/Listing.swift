import Language
import Reports

/// Completions shown below the line: with a line of documentation each, side by side when there are many,
/// and by their names alone when there are more than that.
package struct Listing {
  private let items: [Completion]

  package init(_ items: [Completion]) { self.items = items }

  /// The listing, ending with a line end, cut to the width and to less than the screen.
  package func text(width: Int, rows: Int) -> String {
    let room = max(4, rows - 4)
    let hasSummaries = items.contains { !$0.summary.isEmpty }
    if hasSummaries {
      for count in 1...3 where count == 1 || (width - 1) / count >= Listing.narrowest {
        let lines = (items.count + count - 1) / count
        if lines <= room { return documented(lines: lines, width: (width - 1) / count) }
      }
    }
    return columns(width: width, rows: room)
  }

  /// A name and its documentation are not worth showing in less.
  private static let narrowest = 36

  private func documented(lines: Int, width: Int) -> String {
    let cells = stride(from: 0, to: items.count, by: lines).flatMap { start -> [String] in
      let column = items[start..<min(items.count, start + lines)]
      let widest = min(column.map { displayWidth($0.text) }.max() ?? 0, width / 2)
      return column.map { item in
        let name = padded(clipped(item.text, to: widest), to: widest)
        return clipped("  \(name)  \(item.summary)", to: width)
      }
    }
    return (0..<lines).map { line in
      stride(from: line, to: items.count, by: lines).map { padded(cells[$0], to: width) }.joined()
        .trimmingTrailingSpaces + "\n"
    }.joined()
  }

  private func columns(width: Int, rows: Int) -> String {
    let widest = min((items.map { displayWidth($0.text) }.max() ?? 0) + 2, max(2, width - 1))
    let count = max(1, (width - 1) / widest)
    let shown = items.prefix(count * rows)
    let lines = (shown.count + count - 1) / count
    var text = ""
    for line in 0..<lines {
      let row = stride(from: line, to: shown.count, by: lines).map { shown[$0].text }
      text +=
        row.map { padded(clipped($0, to: widest - 2), to: widest) }.joined()
        .trimmingTrailingSpaces + "\n"
    }
    let more = items.count - shown.count
    return more > 0 ? text + "… and \(grouped(more)) more\n" : text
  }
}

extension String {
  /// The text without spaces at its end.
  var trimmingTrailingSpaces: String {
    var text = self
    while text.hasSuffix(" ") { text.removeLast() }
    return text
  }
}
