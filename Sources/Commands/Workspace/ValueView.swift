import Language
import Reports

/// A value by its fields: what `let r = …` has bound, or `$_3`, the result of a cell.
package struct ValueView: View {
  private var value: Value?

  package init() {}

  init(_ value: Value) { self.value = value }

  package static let signature = Signature<Self>(
    "value", "What a name stands for, field by field.",
    details: """
      The value itself is written: a result that `let` has bound, or `$_`, the last one. Results within it \
      are rows of a table, and lists of one length its columns; `show $r | save report "r.csv"` writes them \
      down as numbers.
      """,
    examples: [
      Example("let k = 5; show $k"), Example("let r = evaluate mae ndcg@5; show $r"),
      Example("let r = evaluate mae; show $r.item-mean.per-user | save report \"users.csv\""),
    ])

  package func report(of session: Session) -> Report {
    guard let value else {
      return Report([.text("Write the value: `show $_` shows the last result.")])
    }
    guard case .record(let record) = value else {
      return Report(
        [.text(ValueTables.text(value, most: 100))], result: Record(lone: value))
    }
    guard !record.fields.isEmpty else { return Report([.note("The result has no fields.")]) }
    return Report(ValueTables(record).tables.map { .table($0) }, result: record)
  }
}

/// The fields of a result as tables: what stands alone, lists that belong together, and results within it.
private struct ValueTables {
  private var single: [(name: String, value: Value)] = []
  private var lists: [(name: String, values: [Value?])] = []
  private var rows: [(name: String, record: Record)] = []
  private var groups: [(name: String, records: [Record])] = []

  init(_ record: Record) {
    let counts = record.fields.compactMap { Self.plainList($0.value)?.count }
    let numbered = record.fields.filter { Self.holdsNumbers($0.value) }
    for field in record.fields {
      if let list = Self.plainList(field.value), !list.isEmpty,
        counts.filter({ $0 == list.count }).count > 1, list.count == counts.max()
      {
        lists.append((field.name, list.withoutMissing))
      } else if numbered.count > 1, case .record(let inner) = field.value,
        Self.holdsNumbers(field.value)
      {
        rows.append((field.name, inner))
      } else if let records = Self.records(field.value), !records.isEmpty {
        groups.append((field.name, records))
      } else {
        single.append((field.name, field.value))
      }
    }
  }

  var tables: [Table] {
    var tables: [Table] = []
    if !single.isEmpty {
      tables.append(
        Self.table(
          ["field", "value"], single.map { [.text($0.name), Self.cell($0.value, most: 10)] }))
    }
    if let count = lists.first?.values.count {
      tables.append(
        Self.table(
          lists.map(\.name),
          (0..<count).map { row in
            lists.map { list in list.values[row].map { Self.cell($0, most: 0) } ?? .missing }
          }))
    }
    if !rows.isEmpty {
      tables.append(Self.table(of: rows.map(\.record), named: rows.map(\.name)))
    }
    return tables
      + groups.map { group in
        var table = Self.table(of: group.records, named: [])
        table.title = group.name
        return table
      }
  }

  /// A row for each result, a column for each single value that one of them has.
  private static func table(of records: [Record], named names: [String]) -> Table {
    var columns: [String] = []
    for field in records.flatMap(\.fields) where isSingle(field.value) {
      if !columns.contains(field.name) { columns.append(field.name) }
    }
    let rows = records.enumerated().map { row, record in
      (names.isEmpty ? [] : [Table.Cell.text(names[row])])
        + columns.map { column in
          record.fields.first { $0.name == column }.map { cell($0.value, most: 0) } ?? .missing
        }
    }
    return table((names.isEmpty ? [] : ["name"]) + columns, rows)
  }

  /// Columns that hold nothing but numbers stand to the right.
  private static func table(_ titles: [String], _ rows: [[Table.Cell]]) -> Table {
    let columns = titles.enumerated().map { column, title in
      let isNumeric = rows.allSatisfy { row in
        if case .text = row[column] { false } else { true }
      }
      return Table.Column(title, isNumeric ? .right : .left)
    }
    return Table(columns: columns, rows: rows)
  }

  private static func isSingle(_ value: Value) -> Bool {
    switch value {
    case .list, .record: false
    default: true
    }
  }

  /// A list of single values.
  private static func plainList(_ value: Value) -> [Value]? {
    guard case .list(let values) = value, values.allSatisfy(isSingle) else { return nil }
    return values
  }

  private static func records(_ value: Value) -> [Record]? {
    guard case .list(let values) = value else { return nil }
    let records = values.compactMap { value in
      if case .record(let record) = value { record } else { nil }
    }
    return records.count == values.count ? records : nil
  }

  /// Whether it is a result in which numbers stand.
  private static func holdsNumbers(_ value: Value) -> Bool {
    guard case .record(let record) = value else { return false }
    return record.fields.contains { if case .number = $0.value { true } else { false } }
  }

  private static func cell(_ value: Value, most: Int) -> Table.Cell {
    // What was not told, such as the loss of a private training, is no number.
    if case .number(let number) = value, number.value.isNaN { return .missing }
    guard case .number(let number) = value, number.unit == nil, number.value.isFinite else {
      return .text(text(value, most: most))
    }
    if let count = Int(exactly: number.value) { return .count(count) }
    let shown = short(number.value)
    guard shown.allSatisfy({ $0.isNumber || $0 == "." || $0 == "-" }) else {
      // Thousands keep a digit; what is tiny would be nothing but zeros.
      return number.value.magnitude > 1 ? .number(number.value, digits: 1) : .text(shown)
    }
    let digits = shown.split(separator: ".").dropFirst().first?.count ?? 0
    return .number(number.value, digits: digits)
  }

  /// A value in a line: of a list the first elements, of a result what is one number or word in it.
  static func text(_ value: Value, most: Int) -> String {
    switch value {
    case .number(let number) where number.value.isNaN: return "–"
    case .number(let number):
      return number.unit == nil && number.value != number.value.rounded()
        ? short(number.value) : number.spelling
    case .list([]): return "[]"
    case .list(let values):
      let first = values.prefix(most).map { element($0) }
      let rest = values.count > most ? ["… \(grouped(values.count)) in all"] : []
      return (first + rest).joined(separator: ", ")
    case .record(let record):
      if most == 0 { return counted(record.fields.count, "field") }
      return record.fields.map { field in
        if case .list(let values) = field.value {
          return "\(field.name) \(counted(values.count, "value"))"
        }
        return "\(field.name) \(text(field.value, most: 0))"
      }.joined(separator: ", ")
    default: return value.text
    }
  }

  /// A value within a list.
  private static func element(_ value: Value) -> String {
    guard case .list(let values) = value, !values.isEmpty else { return text(value, most: 0) }
    return "[" + text(value, most: 10) + "]"
  }
}
