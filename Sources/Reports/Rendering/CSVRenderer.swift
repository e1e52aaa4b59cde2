import Language

/// The tables alone, as comma-separated values with all digits of their numbers (RFC 4180).
package struct CSVRenderer: Renderer {
  package var page = Page()

  package init() {}

  package static let signature = Signature<Self>(
    "csv", "Tables alone, as comma-separated values with all digits.",
    [.width], examples: [Example("mrs run --format csv quickstart.mrs")])

  package func text(_ report: Report) -> String {
    let tables = report.blocks.compactMap { block -> String? in
      guard case .table(let table) = block else { return nil }
      return rows(of: table).map { $0.map(quoted).joined(separator: ",") + "\n" }.joined()
    }
    return tables.joined(separator: "\n")
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
    return [header] + body
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
