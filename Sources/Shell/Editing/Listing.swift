import Language
import Reports

/// Completions shown below the line: with a line of documentation each, side by side when there are many;
/// by their names alone when only so all of them fit; else the first ones.
package struct Listing {
  private let items: [Completion]
  private let kinds: [Completion]

  package init(_ items: [Completion]) {
    self.items = items.filter { !$0.isKind }
    kinds = items.filter(\.isKind)
  }

  /// The listing, ending with a line end, cut to the width and to less than the screen.
  package func text(width: Int, rows: Int) -> String {
    let said = kinds.map { clipped("  \($0.text): \($0.summary)", to: width - 1) + "\n" }
    return candidates(width: width, room: max(4, rows - 4 - kinds.count)) + said.joined()
  }

  private func candidates(width: Int, room: Int) -> String {
    guard items.contains(where: { !$0.summary.isEmpty }) else {
      return columns(width: width, rows: room)
    }
    let counts = (1...3).filter { $0 == 1 || (width - 1) / $0 >= Listing.narrowest }
    for count in counts where items.count <= count * room {
      return documented(items[...], columns: count, width: width)
    }
    let names = columns(width: width, rows: .max)
    if names.count(where: { $0 == "\n" }) <= room { return names }
    let shown = items.prefix((counts.last ?? 1) * room)
    return documented(shown, columns: counts.last ?? 1, width: width) + more(than: shown.count)
  }

  private func more(than shown: Int) -> String {
    shown < items.count ? "… and \(grouped(items.count - shown)) more\n" : ""
  }

  /// A name and its documentation are not worth showing in less.
  private static let narrowest = 36

  private func documented(
    _ items: ArraySlice<Completion>, columns: Int, width: Int
  ) -> String {
    let width = (width - 1) / columns
    let lines = (items.count + columns - 1) / columns
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

  /// Names alone, column by column, each as wide as its own longest where all fit so.
  ///
  /// - Parameter rows: how many at most.
  private func columns(width: Int, rows: Int) -> String {
    let room = max(2, width - 1)
    let sizes = items.map { min(displayWidth($0.text) + 2, room) }
    let widest = max(3, sizes.max() ?? 0)
    let most = max(1, min(items.count, room / max(3, sizes.min() ?? 0)))
    for count in (1...most).reversed() {
      let lines = (items.count + count - 1) / count
      let widths = stride(from: 0, to: items.count, by: max(1, lines)).map { start in
        sizes[start..<min(items.count, start + lines)].max() ?? 0
      }
      if lines <= rows, count == 1 || widths.reduce(0, +) <= room {
        return names(items[...], lines: lines, widths)
      }
    }
    let count = max(1, room / widest)
    let shown = items.prefix(count * rows)
    let lines = (shown.count + count - 1) / count
    return names(shown, lines: lines, Array(repeating: widest, count: count))
      + more(than: shown.count)
  }

  private func names(_ shown: ArraySlice<Completion>, lines: Int, _ widths: [Int]) -> String {
    (0..<lines).map { line in
      zip(stride(from: line, to: shown.count, by: lines), widths).map { place, width in
        padded(clipped(shown[place].text, to: width - 2), to: width)
      }.joined().trimmingTrailingSpaces + "\n"
    }.joined()
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
