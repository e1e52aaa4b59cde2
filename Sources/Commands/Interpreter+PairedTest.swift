import Evaluation
import Language
import Reports

extension Run {
  /// `expect $a.ndcg@10 > $b.ndcg@10 over users p<0.01`: the difference has this direction, and a
  /// paired t test over the users that both results judged finds it significant at this level.
  mutating func expect(
    _ left: Expression, _ mark: Operator, _ right: Expression, over: PairedTestClause,
    _ statement: Statement
  ) throws(Stop) {
    let first = try judged(left)
    let second = try judged(right)
    let level = try number(over.level).value
    guard first.field == second.field, ["users", "items"].contains(over.units.text),
      let test = pairedTest(of: first.field, first.result, second.result)
    else {
      throw .failed(
        placed(
          Diagnostic(
            "E0703", "these results cannot be compared user by user",
            at: left.range.union(over.range),
            help: [
              "both sides are the same metric of two results of `evaluate`, "
                + "with at least two users in common, over `users` (or `items`, where tasks are theirs)"
            ])))
    }
    let mean = test.difference.mean
    let hasDirection =
      switch mark {
      case .greater, .atLeast: mean > 0
      case .less, .atMost: mean < 0
      default: mean != 0
      }
    guard !hasDirection || test.pValue >= level else { return }
    throw fault(
      left.range.union(over.range),
      "mean difference \(shown(mean)) over \(counted(test.count, "user")), p=\(shown(test.pValue))",
      statement)
  }

  /// The result, or the row of one, that a field is read from, and the field.
  private mutating func judged(
    _ expression: Expression
  ) throws(Stop) -> (result: Record, field: String) {
    if case .variable(let name, let fields) = expression.kind, let field = fields.last,
      case .record(var record)? = interpreter.variables[name.text]?.value
    {
      access.add(Access(reads: [.variable(name.text)]))
      var isThere = true
      for row in fields.dropLast() {
        if case .record(let inner)? = record[row.text] { record = inner } else { isThere = false }
      }
      if isThere { return (record, field.text) }
    }
    throw .failed(
      placed(
        Diagnostic(
          "E0703", "a paired test needs a metric of a result", at: expression.range,
          help: ["for example: $a.ndcg@10, or $a.item-mean.ndcg@10 for a row of it"])))
  }

  /// Four places are enough to see why an expectation failed.
  private func shown(_ value: Double) -> String { Number.text((value * 1e4).rounded() / 1e4) }
}
