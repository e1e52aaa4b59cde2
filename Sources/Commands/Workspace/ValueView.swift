import Language
import Reports

/// A value by its fields: what `let r = …` has bound, or `$_3`, the result of a cell.
package struct ValueView: View {
  private var value: Value?

  package init() {}

  init(_ value: Value) { self.value = value }

  package static let signature = Signature<Self>(
    "value", "What a name stands for, field by field.",
    details: "The value itself is written: a result that `let` has bound, or `$_`, the last one.",
    examples: [Example("let k = 5; show $k")])

  package func report(of session: Session) -> Report {
    guard let value else {
      return Report([.text("Write the value: `show $_` shows the last result.")])
    }
    guard case .record(let record) = value else { return Report([.text(text(value, most: 100))]) }
    guard !record.fields.isEmpty else { return Report([.note("The result has no fields.")]) }
    let table = Table(
      columns: [.init("field"), .init("value")],
      rows: record.fields.map { [.text($0.name), .text(text($0.value, most: 10))] })
    return Report([.table(table)], result: record)
  }

  /// A value in a line: of a list the first elements, of a result what is one number or word in it.
  private func text(_ value: Value, most: Int) -> String {
    switch value {
    case .number(let number):
      return number.unit == nil && number.value != number.value.rounded()
        ? short(number.value) : number.spelling
    case .list(let values):
      let first = values.prefix(most).map { text($0, most: 0) }
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
}
