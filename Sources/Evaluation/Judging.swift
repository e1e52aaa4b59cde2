import Datasets
import Kernels
import Language
import Models

/// What one recommender reached on every task.
package struct Judgement: Sendable {
  package var title: String
  /// One row a metric, one value a task, in the order they were given.
  package var values: [[Double?]]
  /// The mean share of candidates that share their score.
  package var tieRate: Double
  /// On how many tasks all scores are as good as equal.
  package var flatTasks: Int
  package var taskCount: Int

  /// The mean of that metric over tasks, if it has a meaning on any.
  package func mean(_ metric: Int) -> MeanInterval? { MeanInterval(values[metric]) }

  /// Why the order says nothing about the model, if it does not: it gives (nearly) equal scores.
  package var collapse: String? {
    if flatTasks * 2 > taskCount {
      return "\(title) gives all candidates of \(flatTasks) of \(taskCount) users the same score"
    }
    if tieRate > 0.5 {
      let percent = Int((tieRate * 100).rounded())
      return "\(title) gives \(percent) % of the candidates a score that another one has too"
    }
    return nil
  }
}

/// The tasks, the metrics and the data that recommenders are judged on: the same for all of them.
package struct Trial: Sendable {
  package var dataset: Dataset
  package var tasks: [UserTask]
  package var metrics: [any Metric]
  /// How many threads to use; the values are the same on any number of them.
  package var threads: Int

  package init(dataset: Dataset, tasks: [UserTask], metrics: [any Metric], threads: Int = 1) {
    self.dataset = dataset
    self.tasks = tasks
    self.metrics = metrics
    self.threads = threads
  }

  /// How the recommender does on every task. It sees the support ratings, never the query's.
  package func judgement(of recommender: any Recommender) -> Judgement {
    let verdicts = orderedMap(tasks.count, threads: threads) { index in
      let query = query(tasks[index], scoredBy: recommender)
      return Verdict(
        values: metrics.map {
          $0.needsRatings && !recommender.predictsRatings ? nil : $0.value(of: query)
        },
        tieRate: query.tieRate, isFlat: query.count > 1 && query.scoreVariance < 1e-6)
    }
    return judgement(recommender.title, verdicts)
  }

  /// The expected values of scores that know nothing.
  package func chance() -> Judgement {
    judgement(
      "chance",
      tasks.map { task in
        let query = query(task, scores: Array(repeating: 0, count: task.query.count))
        return Verdict(values: metrics.map { $0.chance(of: query) }, tieRate: 0, isFlat: false)
      })
  }

  private struct Verdict {
    var values: [Double?]
    var tieRate: Double
    var isFlat: Bool
  }

  private func judgement(_ title: String, _ verdicts: [Verdict]) -> Judgement {
    let ties = verdicts.reduce(0.0) { $0 + $1.tieRate }
    return Judgement(
      title: title, values: metrics.indices.map { metric in verdicts.map { $0.values[metric] } },
      tieRate: verdicts.isEmpty ? 0 : ties / Double(verdicts.count),
      flatTasks: verdicts.count { $0.isFlat }, taskCount: verdicts.count)
  }

  private func query(_ task: UserTask, scoredBy recommender: any Recommender) -> JudgedQuery {
    let interactions = dataset.interactions
    let items = task.query.map { interactions.items[Int($0)] }
    let scores = recommender.scores(for: UserContext(task, in: interactions), items: items)
    precondition(scores.count == items.count, "\(recommender.title) must score every item")
    return query(task, scores: scores)
  }

  private func query(_ task: UserTask, scores: [Float]) -> JudgedQuery {
    let interactions = dataset.interactions
    return JudgedQuery(
      items: task.query.map { interactions.items[Int($0)] }, scores: scores,
      ratings: task.query.map { interactions.ratings[Int($0)] }, scale: dataset.scale)
  }
}
