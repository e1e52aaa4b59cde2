import Evaluation
import Kernels
import Language
import Reports

/// `significance $a $b`: whether two results on the same users differ by more than luck.
package struct Significance: Command {
  package var first = EvaluationResult()
  package var second = EvaluationResult()

  package init() {}

  package static let signature = Signature<Self>(
    "significance", "Tests whether two results on the same users differ by more than chance.",
    details: """
      For every metric of both results: the mean difference with bootstrap interval, the paired t \
      test and Wilcoxon's signed-rank test, and the p-values of the t test corrected for the number \
      of metrics (Holm).
      """,
    [
      .positional("first", \.first, "a result"),
      .positional("second", \.second, "the result it is compared with"),
    ],
    needs: [.tasks],
    examples: [
      Example("let r = evaluate ndcg@5 mae; significance $r.bias $r.item-mean")
    ])

  package func run(in session: inout Session, host: any Host) throws -> Report {
    guard let a = UserValues(result: first.record), let b = UserValues(result: second.record) else {
      throw CommandFailure("E0304", "a result of `evaluate` is needed")
    }
    let shared = Set(a.users).intersection(b.users).count
    guard shared > 1 else {
      throw CommandFailure(
        "E0411", "the two results share \(counted(shared, "user")), and a test needs two",
        help: ["evaluate both on the same split and part"])
    }
    let fields = a.fields.filter { b[$0] != nil }
    let key = session.settings.key.derived("significance")
    let differences = fields.compactMap { field in
      Difference(field, a.paired(with: b, field), key: key.derived(field))
    }
    var result = Record([.init("users", .number(Double(shared)))])
    for field in Difference.records(differences).fields { result[field.name] = field.value }
    return Report(
      [
        .table(
          Difference.table("first − second, \(counted(shared, "user"))", "metric", differences))
      ],
      result: result)
  }
}
