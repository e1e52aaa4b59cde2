import Language

/// The result of an evaluation, or one row of it, as an argument: `$r`, `$r.item-mean`.
package struct EvaluationResult: ArgumentReadable {
  package var record = Record()

  package static var expectation: String { "the result of `evaluate`, such as `$r`" }
  package var argumentText: String { "" }

  package static func read(_ value: Value) -> EvaluationResult? {
    guard case .record(let record) = value, UserValues(result: record) != nil else { return nil }
    return EvaluationResult(record: record)
  }
}
