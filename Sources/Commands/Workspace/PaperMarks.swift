import Evaluation
import Language
import Reports

/// What is marked in the tables of a report when it goes into a paper.
struct PaperMarks {
  let bold: SaveReport.BoldCells
  let stars: Bool

  /// The marks by the places of the tables among the blocks.
  func marks(of report: Report) -> [Int: TableMarks] {
    var found: [Int: TableMarks] = [:]
    for (place, block) in report.blocks.enumerated() {
      guard case .table(let table) = block else { continue }
      var marks = bold == .emphasis ? TableMarks(emphasisOf: table) : TableMarks()
      if bold == .best { marks.bold = best(of: table) }
      if stars { mark(&marks, in: table, of: report) }
      found[place] = marks
    }
    return found
  }

  /// The best values of each column that is a metric; several where they are shown alike.
  private func best(of table: Table) -> Set<TableMarks.Place> {
    var places: Set<TableMarks.Place> = []
    for (column, head) in table.columns.enumerated() {
      guard let metric = metric(head.title) else { continue }
      let values = table.rows.map { column < $0.count ? $0[column].value : nil }
      let known = values.compactMap(\.self)
      guard let best = metric.higherIsBetter ? known.max() : known.min() else { continue }
      let text = table.rows.lazy.filter { $0[column].value == best }.map { $0[column].shown }.first
      for (row, cells) in table.rows.enumerated()
      where values[row] != nil && cells[column].shown == text {
        places.insert(.init(row, column))
      }
    }
    return places
  }

  /// The metric that a column has for its title, in any phase.
  private func metric(_ title: String) -> (any Metric)? {
    let name = title.lowercased().split(separator: " ").joined(separator: "-")
    return try? metrics.make(name).get()
  }

  /// Stars at the values of rows that differ from the one that was tested, in the metric that was.
  private func mark(_ marks: inout TableMarks, in table: Table, of report: Report) {
    guard case .record(let tests)? = report.result["tests"], !tests.fields.isEmpty,
      let (subject, metric) = tested(in: report),
      let column = table.columns.firstIndex(where: { $0.title == metric }),
      table.columns.first?.title == "model"
    else { return }
    for (row, cells) in table.rows.enumerated() {
      let name = cells[0].shown.replacing(" ", with: "-")
      guard case .record(let test)? = tests[name],
        case .number(let p)? = test["p-holm"]
      else { continue }
      let count = [0.05, 0.01, 0.001].count { p.value < $0 }
      if count > 0 { marks.stars[.init(row, column)] = String(repeating: "*", count: count) }
    }
    marks.footnotes.append(
      "stars: \(metric) differs from that of \(subject), paired t test, p corrected (Holm): "
        + "* p < 0.05, ** p < 0.01, *** p < 0.001")
  }

  /// Which row was tested against the others, and in what.
  private func tested(in report: Report) -> (subject: String, metric: String)? {
    for case .table(let table) in report.blocks {
      let parts = table.title.split(separator: " − other, ", maxSplits: 1)
      if parts.count == 2 { return (String(parts[0]), String(parts[1])) }
    }
    return nil
  }
}

extension Table.Cell {
  fileprivate var value: Double? {
    switch self {
    case .number(let value, _), .interval(let value, _, _): value
    case .count(let count): Double(count)
    case .text, .missing: nil
    }
  }

  /// The value without how sure it is.
  fileprivate var shown: String {
    if case .interval(let value, _, let digits) = self {
      fixed(value, digits: digits)
    } else {
      text
    }
  }
}
