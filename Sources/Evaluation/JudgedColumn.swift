/// A column of a judgement: a metric, in one phase where the same users are judged in several.
package struct JudgedColumn: Sendable {
  package let metric: any Metric
  /// The name of the phase: "cold", "after-20".
  package var phase: String?
  /// Whether it is the only one of its metric, or that of the first phase.
  package var isFirst = true

  /// "AUC cold"
  package var title: String { metric.title + (phase.map { " \($0)" } ?? "") }
  /// "auc-cold"
  package var field: String { metric.field + (phase.map { "-\($0)" } ?? "") }
}

extension Judgement {
  /// The judgements of the same metrics and users in several phases as one, whose columns are those of each metric in
  /// every phase.
  init?(phases: [Judgement]) {
    guard let first = phases.first else { return nil }
    let count = Double(phases.count)
    self.init(
      title: first.title,
      values: first.values.indices.flatMap { metric in phases.map { $0.values[metric] } },
      totals: first.totals.indices.flatMap { metric in phases.map { $0.totals[metric] } },
      tieRate: phases.reduce(0) { $0 + $1.tieRate } / count,
      flatTasks: phases.reduce(0) { $0 + $1.flatTasks } / phases.count, taskCount: first.taskCount)
  }
}
