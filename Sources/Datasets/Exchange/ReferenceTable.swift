/// Numbers that others printed: a delimited file with a header, whose first column names the rows.
package struct ReferenceTable: Sendable {
  /// The names of the columns after the first.
  package let columns: [String]
  package let rows: [Row]

  package struct Row: Sendable {
    package var name: String
    /// One for each column; nil where the field is empty.
    package var values: [Double?]
  }

  package init(_ contents: FileContents) throws(DatasetError) {
    let header = try DelimitedHeader(contents)
    guard let first = header.names.first, header.names.count > 1 else {
      throw DatasetError(
        "the header must name the rows' column and at least one metric", file: contents.path,
        line: 1, code: "E0511")
    }
    let table = try header.layout { $0 == first ? .id : .text }.scan(contents, from: header.next)
    let names = try table.texts(first)
    columns = Array(header.names.dropFirst())
    var columnTexts: [[String]] = []
    for column in columns { columnTexts.append(try table.texts(column)) }
    var rows: [Row] = []
    for (row, name) in names.enumerated() {
      var values: [Double?] = []
      for (column, texts) in zip(columns, columnTexts) {
        let value = number(in: texts[row])
        guard texts[row].isEmpty || value.isFinite else {
          throw DatasetError(
            "`\(column)` must be a number, not `\(texts[row].prefix(40))`", file: contents.path,
            line: table.line(ofRow: row), code: "E0512")
        }
        values.append(texts[row].isEmpty ? nil : value)
      }
      rows.append(Row(name: name, values: values))
    }
    self.rows = rows
  }
}
