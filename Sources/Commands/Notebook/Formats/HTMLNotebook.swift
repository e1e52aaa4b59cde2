import Language
import Reports

/// A session as one web page that needs nothing from outside: styles and plots are in it.
package struct HTMLNotebook: NotebookFormat {
  package init() {}

  package static let fileEnding = "html"

  package static let signature = Signature<Self>(
    "html", "One self-contained web page with tables and plots, for light and dark screens.",
    examples: [Example("publish \"morning.html\"")])

  package func text(of cells: [Cell]) -> String {
    let title = cells.lazy.compactMap(\.prose).first?.prefix { $0 != "\n" } ?? "mrs session"
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(markup(String(title.drop { $0 == "#" || $0 == " " })))</title>
      <style>
      \(HTMLNotebook.style)</style>
      </head>
      <body>
      <main>
      \(cells.map(section).joined())</main>
      </body>
      </html>

      """
  }

  private func section(_ cell: Cell) -> String {
    if let prose = cell.prose {
      return "<section class=\"prose\">\n\(paragraphs(prose))</section>\n"
    }
    let renderer = HTMLRenderer()
    let results =
      (cell.said.map { renderer.text($0, foldingAt: HTMLNotebook.paperWidth) }
      + cell.faults.map { renderer.text($0, in: cell.faultSource) }).joined()
    return """
      <section id="cell-\(cell.number)">
      <pre class="in"><span class="number">[\(cell.number)]</span><code>\(colouredMarkup(cell.text))</code></pre>
      <div class="out">
      \(results)</div>
      </section>

      """
  }

  /// Paragraphs and headings of a text in Markdown; the rest of Markdown stays as it is written.
  private func paragraphs(_ prose: String) -> String {
    var result = ""
    var paragraph: [Substring] = []
    func close() {
      if !paragraph.isEmpty { result += "<p>\(markup(paragraph.joined(separator: " ")))</p>\n" }
      paragraph = []
    }
    for line in prose.split(separator: "\n", omittingEmptySubsequences: false) {
      let level = line.prefix { $0 == "#" }.count
      if level > 0, level < 5 {
        close()
        let title = String(line.dropFirst(level)).trimmingSpaces
        result += "<h\(level)>\(markup(title))</h\(level)>\n"
      } else if line.isEmpty {
        close()
      } else {
        paragraph.append(line)
      }
    }
    close()
    return result
  }

  /// How many characters of a table fit on paper between its margins.
  private static let paperWidth = 92

  static let style = """
    :root { color-scheme: light dark; --ground: #fff; --ink: #1a1a1a; --faint: #667; --line: #ddd;
      --code: #f5f6f8; --verb: #0b57a4; --number: #8a4b00; --text: #00704d; --mark: #fff6d6; }
    @media (prefers-color-scheme: dark) {
      :root { --ground: #16181c; --ink: #e4e4e4; --faint: #99a; --line: #3a3d44;
        --code: #1f2227; --verb: #7db7ff; --number: #f0b060; --text: #6fd3ac; --mark: #3a3520; }
    }
    body { background: var(--ground); color: var(--ink); margin: 0;
      font: 16px/1.5 system-ui, "DejaVu Sans", Arial, sans-serif; }
    main { max-width: 860px; margin: 0 auto; padding: 24px; }
    pre { font: 14px/1.5 ui-monospace, "DejaVu Sans Mono", monospace; overflow-x: auto; }
    pre.error { border-left: 3px solid #c0392b; padding-left: 12px; }
    .paper { display: none; }
    .wide { overflow-x: auto; }
    pre.in { background: var(--code); border-radius: 6px; padding: 10px 12px; margin: 24px 0 8px; }
    pre.in > .number { color: var(--faint); margin-right: 12px; user-select: none; }
    .out { padding-left: 12px; }
    .verb, .keyword { color: var(--verb); font-weight: 600; }
    .member, .option { color: var(--verb); }
    code .number { color: var(--number); }
    code .text { color: var(--text); }
    .comment, .output, .note, caption { color: var(--faint); }
    table { border-collapse: collapse; margin: 12px 0; font-variant-numeric: tabular-nums; }
    caption { text-align: left; padding-bottom: 4px; }
    td:first-child { white-space: nowrap; }
    th, td { padding: 4px 12px 4px 0; border-bottom: 1px solid var(--line); text-align: left; }
    th.number, td.number { text-align: right; white-space: nowrap; }
    .out { overflow-x: auto; }
    p.note { margin: 2px 0; font-size: 14px; }
    tr.emphasis { background: var(--mark); font-weight: 600; }
    figure { margin: 16px 0; }
    svg { max-width: 100%; height: auto; }
    @media print {
      :root { color-scheme: light; --ground: #fff; --ink: #000; --faint: #444; --line: #bbb;
        --code: #f5f6f8; --verb: #0b57a4; --number: #8a4b00; --text: #00704d; --mark: #fff6d6; }
      @page { margin: 18mm 16mm; }
      body { font-size: 10.5pt; }
      main { max-width: none; padding: 0; }
      pre { font-size: 9pt; white-space: pre-wrap; overflow-wrap: anywhere; overflow: visible; }
      table { font-size: 9pt; }
      th, td { padding-right: 10px; overflow-wrap: anywhere; }
      .screen { display: none; }
      .paper { display: block; }
      .out { overflow: visible; padding-left: 0; }
      tr, figure, pre.in { break-inside: avoid; }
      thead { display: table-header-group; }
      h1, h2, h3, h4, caption, pre.in { break-after: avoid; }
      pre.in, tr.emphasis { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
    }

    """
}

/// Lines of the language with their parts in the classes that the style sheet colours.
func colouredMarkup(_ text: String) -> String {
  let source = Source(text: text)
  var (result, at) = ("", 0)
  for part in highlights(in: text, context: Interpreter().assistance()) {
    result += markup(source.slice(SourceRange(at, part.range.lower)))
    result += "<span class=\"\(part.style.rawValue)\">\(markup(source.slice(part.range)))</span>"
    at = part.range.upper
  }
  return result + markup(source.slice(SourceRange(at, text.utf8.count)))
}
