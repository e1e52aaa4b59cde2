import Language

/// A diagnostic with the lines of the source it speaks of, underlined.
struct Excerpt {
  /// What lines and marks are drawn with.
  struct Marks {
    var bar: String
    var gap: String

    static let unicode = Marks(bar: "│", gap: "⋮")
    static let ascii = Marks(bar: "|", gap: "...")
  }

  private struct Mark {
    var range: SourceRange
    var text: String
    var isPrimary: Bool
  }

  let diagnostic: Diagnostic
  let source: Source
  let marks: Marks
  let page: Page
  /// Whether long sentences go on in further lines: for whoever reads them on a screen. Programs that read them
  /// get one line each.
  let wraps: Bool

  init(
    _ diagnostic: Diagnostic, in source: Source, marks: Marks, page: Page, wraps: Bool = false
  ) {
    self.diagnostic = diagnostic
    self.source = source
    self.marks = marks
    self.page = page
    self.wraps = wraps
  }

  /// A sentence as the lines it takes behind something of that width.
  private func sentence(_ text: String, behind width: Int) -> [String] {
    let text = LineText.cleaned(text)
    return wraps ? wrapped(text, to: max(20, page.width - width)) : [text]
  }

  /// The whole message, ending with a line end.
  var text: String {
    var lines = headlines
    if !source.name.isEmpty {
      let place = source.position(of: diagnostic.primary.range.lower)
      lines.append(page.ink("  --> \(source.name):\(place.line):\(place.column)", .dim))
    }
    lines += excerpt
    for help in diagnostic.help {
      for (index, line) in sentence(help, behind: 8).enumerated() {
        lines.append((index == 0 ? "  " + page.ink("help:", .note) + " " : "        ") + line)
      }
    }
    if let fix { lines.append("  " + page.ink("fix:", .good) + " " + fix) }
    return lines.map { $0 + "\n" }.joined()
  }

  private var ink: Ink { diagnostic.severity == .error ? .error : .warning }

  private var headlines: [String] {
    let head = "\(diagnostic.severity.rawValue)[\(diagnostic.code)]"
    return sentence(diagnostic.message, behind: head.count + 2).enumerated().map { index, line in
      index == 0
        ? page.ink(head, ink) + page.ink(": " + line, .strong) : "  " + page.ink(line, .strong)
    }
  }

  /// The corrected line, if the fault has a fix within one line.
  private var fix: String? {
    guard let fix = diagnostic.fix else { return nil }
    let line = source.range(ofLine: source.line(of: fix.range.lower))
    guard fix.range.upper <= line.upper, line.upper - line.lower <= longest else { return nil }
    let before = source.slice(SourceRange(line.lower, fix.range.lower))
    let after = source.slice(SourceRange(fix.range.upper, line.upper))
    let whole = (before + fix.replacement + after).trimmingSpaces
    return whole.count <= 2 * page.width ? LineText.cleaned(whole) : nil
  }

  private var excerpt: [String] {
    var all = diagnostic.secondary.map { Mark(range: $0.range, text: $0.text, isPrimary: false) }
    let primary = diagnostic.primary
    all.append(Mark(range: primary.range, text: primary.text, isPrimary: true))
    let byLine = Dictionary(grouping: all) { source.line(of: $0.range.lower) }
    let numbers = byLine.keys.sorted()
    let showsNumbers = source.lineStarts.count > 1
    let gutter = showsNumbers ? String(numbers.last ?? 1).count + 1 : 0
    var lines: [String] = []
    var last: Int?
    for number in numbers {
      if let last, number > last + 1 { lines.append(page.ink("  " + marks.gap, .dim)) }
      last = number
      let label = padded(showsNumbers ? "\(number) " : "", to: gutter, right: true)
      lines.append(page.ink("  \(label)\(marks.bar)", .dim) + " " + shown(number).text)
      let blank = page.ink("  " + String(repeating: " ", count: gutter) + marks.bar, .dim)
      for mark in (byLine[number] ?? []).stablySorted(descending: true, by: \.range.lower) {
        lines += underline(mark, line: number).map { blank + " " + $0 }
      }
    }
    return lines
  }

  /// The line as it is shown, and how many bytes at its start are left out: the marked part of a
  /// long line must be in sight.
  private func shown(_ number: Int) -> (text: String, skipped: Int) {
    let range = source.range(ofLine: number)
    let room = max(30, page.width - 12)
    guard range.upper - range.lower > room else {
      return (LineText.cleaned(tabless(source.slice(range))), 0)
    }
    let focus = diagnostic.primary.range.lower
    let skipped =
      focus >= range.lower && focus <= range.upper ? max(0, focus - range.lower - room / 2) : 0
    let part = start(range.lower + skipped, range.upper)
    return (LineText.cleaned(tabless(clipped(part, to: room))), skipped)
  }

  private func underline(_ mark: Mark, line number: Int) -> [String] {
    let range = source.range(ofLine: number)
    let skipped = shown(number).skipped
    let lower = min(max(mark.range.lower, range.lower + skipped), range.upper)
    let upper = min(max(mark.range.upper, lower), range.upper)
    // What lies beyond the part that is shown is marked at its end.
    let before = min(
      displayWidth(tabless(start(range.lower + skipped, lower))),
      max(30, page.width - 12))
    let room = max(1, page.width - 12 - before)
    let width = max(1, min(room, displayWidth(tabless(start(lower, upper)))))
    let line = String(repeating: mark.isPrimary ? "^" : "-", count: width)
    let words = LineText.cleaned(mark.text)
    let (blanks, ink) = (String(repeating: " ", count: before), mark.isPrimary ? self.ink : .note)
    guard wraps, before + width + 1 + displayWidth(words) + 8 > page.width else {
      return [blanks + page.ink(line + (words.isEmpty ? "" : " " + words), ink)]
    }
    return [blanks + page.ink(line, ink)] + sentence(words, behind: 10).map { page.ink($0, ink) }
  }

  /// More bytes of a line than can be seen: a line may have megabytes.
  private var longest: Int { 16 * max(30, page.width) }

  /// As much of a part of the source as can be seen.
  private func start(_ lower: Int, _ upper: Int) -> String {
    source.slice(SourceRange(lower, min(upper, lower + longest)))
  }

  /// Tabs take as many cells as one space, here and in the underline alike.
  private func tabless(_ text: String) -> String { text.replacing("\t", with: " ") }
}

extension String {
  /// The text without spaces at its start and end.
  package var trimmingSpaces: String {
    var view = self[...]
    while view.first?.isWhitespace == true { view.removeFirst() }
    while view.last?.isWhitespace == true { view.removeLast() }
    return String(view)
  }
}
