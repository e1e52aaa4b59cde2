import Language
import Reports

/// Reports in the forms that front ends choose from.
enum Bundles {
  /// How numbers and tables come to programs. A name of its own: where plain `application/json` is there, it
  /// would be shown in place of the table.
  static let programType = "application/vnd.metarec.report+json"

  /// Whether a report is but words, which go to the stream of a cell: of values, a text or a word that `show` says.
  static func isSpoken(_ report: Report) -> Bool {
    let hasData =
      switch report.result.asValue {
      case .text, .word: false
      case .record(let record): !record.fields.isEmpty
      case .number, .truth, .list, .range: true
      }
    return !hasData
      && report.blocks.allSatisfy {
        switch $0 {
        case .text, .note, .warning: true
        case .table, .curve, .graph, .code, .heading: false
        }
      }
  }

  /// The parts of a report, each the `data` of one output: a picture by itself, and what stands between
  /// pictures together.
  static func parts(of report: Report) -> [JSON] {
    var groups: [[Report.Block]] = []
    for block in report.blocks {
      if !block.isPicture, let last = groups.last?.last, !last.isPicture {
        groups[groups.count - 1].append(block)
      } else {
        groups.append([block])
      }
    }
    if groups.isEmpty, !report.result.fields.isEmpty { groups = [[]] }
    return groups.enumerated().map { index, blocks in
      data(of: Report(blocks, result: index == 0 ? report.result : Record()))
    }
  }

  /// A report in every form; none of them is a picture unless it is nothing else.
  static func data(of report: Report) -> JSON {
    // Where no picture is shown, it is drawn of dots.
    let isPicture = report.blocks.contains(where: \.isPicture)
    let words: any Renderer = isPicture ? TerminalRenderer() : PlainRenderer()
    var forms = [JSON.Member("text/plain", .string(withoutEnd(words.text(report))))]
    if case .curve(let curve)? = report.blocks.first, report.blocks.count == 1 {
      forms.append(.init("image/svg+xml", .string(onPaper(VectorPlot(curve).text))))
    } else if case .graph(let graph)? = report.blocks.first, report.blocks.count == 1 {
      forms.append(.init("image/svg+xml", .string(onPaper(VectorGraph(graph).text))))
    } else if !report.blocks.isEmpty {
      forms.append(.init("text/html", .string(aligned(HTMLRenderer().text(report)))))
    }
    if let json = JSON(parsing: withoutEnd(JSONRenderer().text(report))) {
      forms.append(.init(programType, json))
    }
    return .object(forms)
  }

  private static func withoutEnd(_ text: String) -> String {
    text.hasSuffix("\n") ? String(text.dropLast()) : text
  }

  /// A picture that stands by itself takes its colours from no page: dark on white.
  private static func onPaper(_ svg: String) -> String {
    svg.hasPrefix("<svg ")
      ? "<svg style=\"background:#fff;color:#1a1a1a\" " + svg.dropFirst(5) : svg
  }

  /// Style sheets of notebooks set all cells right; ours say themselves where they stand.
  private static func aligned(_ html: String) -> String {
    let styles: KeyValuePairs = [
      "<td": "text-align:left", "<th": "text-align:left", "<caption": "text-align:left",
      "<td class=\"number\"": "text-align:right", "<th class=\"number\"": "text-align:right",
      "<tr class=\"emphasis\"": "font-weight:bold",
    ]
    return styles.reduce(html) { html, rule in
      html.replacing(rule.key + ">", with: "\(rule.key) style=\"\(rule.value)\">")
    }
  }
}

extension Report.Block {
  fileprivate var isPicture: Bool {
    switch self {
    case .curve, .graph: true
    case .text, .note, .warning, .table, .code, .heading: false
    }
  }
}
