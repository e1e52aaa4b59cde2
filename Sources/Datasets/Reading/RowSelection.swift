import Kernels
import Language

/// `column=value`, which chooses rows.
struct RowCondition {
  let column: String
  let value: String

  init(_ text: String, columns: [String], file: String) throws(DatasetError) {
    guard let mark = text.firstIndex(of: "=") else {
      throw DatasetError(
        "where= needs a column and a value, not `\(text)`", file: file,
        help: ["such as where=\"\(columns.last ?? "kind")=view\""], argument: "where", code: "E0511"
      )
    }
    column = trimmed(text[..<mark])
    value = trimmed(text[text.index(after: mark)...])
    guard columns.contains(column) else {
      throw DatasetError(
        "where= asks for the column `\(column)`; the columns are: "
          + columns.joined(separator: ", "), file: file,
        suggestions: suggestions(for: column, among: columns), argument: "where", code: "E0511")
    }
  }
}

extension ScannedTable {
  /// Keeps the rows that meet the conditions; several of one column are alternatives. Returns what to say of
  /// the others.
  mutating func choose(_ conditions: [RowCondition]) throws(DatasetError) -> [String] {
    guard !conditions.isEmpty else { return [] }
    var keeps = [Bool](repeating: true, count: count)
    var columns: [String] = []
    for condition in conditions where !columns.contains(condition.column) {
      columns.append(condition.column)
    }
    for column in columns {
      let (codes, values) = try indexed(column)
      var isWanted = [Bool](repeating: false, count: values.count)
      for condition in conditions where condition.column == column {
        guard let code = values[condition.value] else {
          throw DatasetError(
            "no row has `\(condition.value)` in `\(column)`", file: contents.path,
            help: ["it holds: \(named(values.names, most: 12))"],
            suggestions: suggestions(for: condition.value, among: values.names.prefix(1000)),
            argument: "where", code: "E0521")
        }
        isWanted[code] = true
      }
      for row in codes.indices.whileWanted() where !isWanted[Int(codes[row])] { keeps[row] = false }
    }
    let before = count
    try keep(keeps)
    if count == 0 {
      throw DatasetError(
        "no row meets all of where=", file: contents.path, argument: "where", code: "E0521")
    }
    guard count < before else { return [] }
    return [
      "\(counted(before - count, "row")) of \(grouped(before)) left out by where="
    ]
  }

  /// Leaves out the other rows.
  mutating func keep(_ rows: [Bool]) throws(DatasetError) {
    try DatasetError.throwIfUnwanted()
    var ranges: [Range<Int>] = []
    var start: Int?
    for row in 0...rows.count {
      let isKept = row < rows.count && rows[row]
      if isKept {
        start = start ?? row
      } else if let first = start {
        ranges.append(first..<row)
        start = nil
      }
    }
    for index in columns.indices { columns[index].keep(ranges) }
    count = rows.count { $0 }
  }
}
