import Language
import Reports

extension Run {
  /// `expect $a.ndcg@10 > $b.ndcg@10 over users p<0.01`
  func expect(
    _ left: Expression, _ mark: Operator, _ right: Expression, over: PairedTestClause,
    _ statement: Statement
  ) throws(Stop) {
    throw .failed(
      placed(
        Diagnostic(
          "E0703", "these results hold no values for each of the \(over.units.text)",
          at: left.range.union(right.range))))
  }
}
