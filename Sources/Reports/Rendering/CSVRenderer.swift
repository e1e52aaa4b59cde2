import Language

/// The tables alone, as comma-separated values with all digits of their numbers (RFC 4180).
package struct CSVRenderer: Renderer {
  package var page = Page()

  package init() {}

  package static let signature = Signature<Self>(
    "csv", "Tables alone, as comma-separated values with all digits.",
    [.width], examples: [Example("mrs run --format csv quickstart.mrs")])

  package func text(_ report: Report) -> String {
    tables(in: report).map { $0.map(line).joined() }.joined(separator: "\n")
  }

  /// Rows under the header that the report before ended with go on without another.
  package func text(_ report: Report, after previous: Report?) -> String {
    let tables = tables(in: report)
    guard let first = tables.first, let last = previous.flatMap({ self.tables(in: $0).last }),
      first.first == last.first
    else { return text(report) }
    return ([Array(first.dropFirst())] + tables.dropFirst()).map { $0.map(line).joined() }
      .joined(separator: "\n")
  }

  private func tables(in report: Report) -> [[[String]]] {
    report.blocks.compactMap { block in
      guard case .table(let table) = block else { return nil }
      return rows(of: table)
    }
  }

  private func line(_ row: [String]) -> String {
    row.map(quoted).joined(separator: ",") + "\n"
  }

  package func text(_ diagnostic: Diagnostic, in source: Source) -> String {
    PlainRenderer().text(diagnostic, in: source)
  }

  /// The header and the cells; an interval has a column of its own for its half width.
  private func rows(of table: Table) -> [[String]] {
    let isInterval = table.columns.indices.map { column in
      table.rows.contains { row in
        if case .interval? = row.indices.contains(column) ? row[column] : nil {
          true
        } else {
          false
        }
      }
    }
    let header = zip(table.columns, isInterval).flatMap { column, hasWidth -> [String] in
      let name = column.unit.isEmpty ? column.title : "\(column.title) (\(column.unit))"
      return hasWidth ? [name, name + " ±"] : [name]
    }
    let body = table.rows.map { row in
      zip(row, isInterval).flatMap { cell, hasWidth -> [String] in
        let (value, width) = text(of: cell)
        return hasWidth ? [value, width] : [value]
      }
    }
    let keys = table.keys ?? []
    return [keys.map(\.name) + header] + body.map { keys.map(\.value) + $0 }
  }

  private func text(of cell: Table.Cell) -> (value: String, halfWidth: String) {
    switch cell {
    case .text(let text): (text, "")
    case .count(let count): ("\(count)", "")
    case .number(let value, _): (Number.text(value), "")
    case .interval(let value, let halfWidth, _): (Number.text(value), Number.text(halfWidth))
    case .missing: ("", "")
    }
  }

  private func quoted(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy { !"\",\r\n".utf8.contains($0) }
    return isPlain ? text : "\"" + text.replacing("\"", with: "\"\"") + "\""
  }
}
