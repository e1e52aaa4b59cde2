import Language
import Reports

/// One line that shows how far a command is, drawn over itself.
package struct ProgressLine {
  private var title = ""
  private var start = 0.0
  private var first = 0.0
  private var drawn = -1.0
  private var isShown = false

  package init() {}

  /// Ten times a second is as often as anyone can read.
  private static let interval = 0.1

  /// What a terminal is sent to show this progress, or nil when it is too soon to draw again.
  package mutating func update(_ progress: Progress, at now: Double, width: Int, page: Page)
    -> String?
  {
    next(progress, at: now, width: width, page: page).map { "\r" + $0 + "\u{1B}[K" }
  }

  /// The line for this progress, or nil when it is too soon for another one.
  package mutating func next(_ progress: Progress, at now: Double, width: Int, page: Page)
    -> String?
  {
    if progress.title != title || progress.done < first {
      (title, start, first, drawn) = (progress.title, now, progress.done, now)
    }
    guard now - drawn >= ProgressLine.interval else { return nil }
    drawn = now
    isShown = true
    return text(progress, elapsed: now - start, width: width, page: page)
  }

  /// The text that takes the line away, or nil when there is none.
  package mutating func clear() -> String? {
    title = ""
    guard isShown else { return nil }
    isShown = false
    return "\r\u{1B}[K"
  }

  /// The line, never wider than the width less one so that it never wraps. Where room is short the drawings
  /// shrink first, then the later details go.
  package func text(_ progress: Progress, elapsed: Double, width: Int, page: Page) -> String {
    let details = progress.detail.split(separator: " · ").map(String.init)
    for kept in stride(from: details.count, through: 0, by: -1) {
      for drawing in ProgressLine.drawings where drawing.bar > 0 || kept <= 1 {
        let line = parts(progress, elapsed, details.prefix(kept), drawing).joined(separator: "  ")
        if displayWidth(line) < width { return line }
      }
    }
    return fitted(parts(progress, elapsed, [], (bar: 0, sparks: 0)), to: width - 1)
  }

  /// How many cells the bar and the sparkline take.
  private static let drawings = [
    (bar: 20, sparks: 16), (bar: 10, sparks: 12), (bar: 6, sparks: 8), (bar: 0, sparks: 8),
  ]

  private func parts(
    _ progress: Progress, _ elapsed: Double, _ details: ArraySlice<String>,
    _ drawing: (bar: Int, sparks: Int)
  ) -> [String] {
    var parts = [progress.title]
    if progress.total > 0 {
      if drawing.bar > 0 { parts.append(bar(progress.done / progress.total, cells: drawing.bar)) }
      parts.append("\(count(progress.done))/\(count(progress.total)) \(progress.unit)")
    } else {
      parts.append("\(count(progress.done)) \(progress.unit)")
    }
    let rate = (progress.done - first) / elapsed
    if elapsed > 0.2, rate > 0 {
      parts.append("\(rate >= 10 ? grouped(Int(rate)) : short((rate * 100).rounded() / 100))/s")
      if progress.total > progress.done {
        parts.append("ETA \(duration((progress.total - progress.done) / rate))")
      }
    }
    parts += details
    if drawing.sparks > 0, !progress.recent.isEmpty {
      parts.append(sparkline(progress.recent, width: drawing.sparks))
    }
    return parts
  }

  /// The parts that fit, the first ones before the last ones.
  private func fitted(_ parts: [String], to width: Int) -> String {
    var line = ""
    for part in parts {
      let next = line.isEmpty ? part : line + "  " + part
      if displayWidth(next) > width { return line.isEmpty ? clipped(part, to: width) : line }
      line = next
    }
    return line
  }

  private func bar(_ fraction: Double, cells: Int) -> String {
    let filled = min(cells, max(0, Int((fraction * Double(cells)).rounded(.down))))
    return String(repeating: "━", count: filled) + String(repeating: "┄", count: cells - filled)
  }

  private func count(_ value: Double) -> String {
    value == value.rounded() && value.magnitude < 1e15 ? grouped(Int(value)) : short(value)
  }
}
