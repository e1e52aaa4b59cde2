import Evaluation
import Language
import Reports

extension Run {
  /// `expect $a.ndcg@10 > $b.ndcg@10 over users p<0.01`: the difference has the wanted sign, and a
  /// paired t test over the users of both results finds it with a p below the level.
  func expect(
    _ left: Expression, _ mark: Operator, _ right: Expression, over: PairedTestClause,
    _ statement: Statement
  ) throws(Stop) {
    guard over.units.text == "users" else {
      throw .failed(
        placed(
          Diagnostic(
            "E0703", "results are kept for `users`, not for `\(over.units.text)`",
            at: over.units.range)))
    }
    guard mark == .greater || mark == .less else {
      throw .failed(
        placed(
          Diagnostic(
            "E0703", "a paired test is of `<` or `>`", at: left.range.union(right.range))))
    }
    let level = try number(over.level).value
    guard let first = try judged(left), let second = try judged(right),
      first.field == second.field,
      let test = pairedTest(of: first.field, first.result, second.result)
    else {
      throw .failed(
        placed(
          Diagnostic(
            "E0703", "these results hold no values of the same metric for each user",
            at: left.range.union(right.range),
            help: ["a paired test compares `$a.ndcg@10` with `$b.ndcg@10`, both of `evaluate`"])))
    }
    let difference = test.difference.mean
    let isOnSide = mark == .greater ? difference > 0 : difference < 0
    guard !(isOnSide && test.pValue < level) else { return }
    let p = test.pValue < 0.0001 ? "p < 0.0001" : "p = \(fixed(test.pValue, digits: 4))"
    throw fault(
      left.range.union(over.range),
      "the mean difference over \(test.count) users is \(fixed(difference, digits: 4)), \(p)",
      statement)
  }

  /// The result that `$r.ndcg@10` reads from, and the field; nil for other expressions.
  private func judged(
    _ expression: Expression
  ) throws(Stop) -> (result: Record, field: String)? {
    guard case .variable(let name, let fields) = expression.kind, let last = fields.last else {
      return nil
    }
    let parent = Expression(
      .variable(name, fields: Array(fields.dropLast())), expression.range)
    guard case .record(let record) = try value(of: parent) else { return nil }
    return (record, last.text)
  }
}
