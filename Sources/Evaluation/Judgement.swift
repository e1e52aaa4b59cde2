import Language

/// What one recommender reached on every task.
package struct Judgement: Sendable {
  package var title: String
  /// One row a metric, one value a task, in the order they were given.
  package var values: [[Double?]]
  /// For each metric of all tasks together its value; nil for those that have one for each task.
  package var totals: [Double?]
  /// The mean share of candidates that share their score.
  package var tieRate: Double
  /// On how many tasks all scores are as good as equal.
  package var flatTasks: Int
  package var taskCount: Int

  package init(
    title: String, values: [[Double?]], totals: [Double?], tieRate: Double, flatTasks: Int,
    taskCount: Int
  ) {
    self.title = title
    self.values = values
    self.totals = totals
    self.tieRate = tieRate
    self.flatTasks = flatTasks
    self.taskCount = taskCount
  }

  /// The value of that metric over all tasks, if it has a meaning on any.
  package func mean(_ metric: Int) -> MeanInterval? {
    MeanInterval(totals[metric].map { [$0] } ?? values[metric])
  }

  /// Why the order says nothing about the model, if it does not: it gives (nearly) equal scores.
  package var collapse: String? {
    if flatTasks * 2 > taskCount {
      return
        "\(title) gives all candidates of \(grouped(flatTasks)) of \(counted(taskCount, "user")) the same score"
    }
    if tieRate > 0.5 {
      let percent = Int((tieRate * 100).rounded())
      return "\(title) gives \(percent) % of the candidates a score that another one has too"
    }
    return nil
  }

  package var shareOfFlatTasks: Double { Double(flatTasks) / Double(max(1, taskCount)) }
}
