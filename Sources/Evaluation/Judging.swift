import Datasets
import Kernels
import Language
import Models

/// The tasks, the metrics and the data that recommenders are judged on: the same for all of them.
package struct Trial: Sendable {
  package let dataset: Dataset
  package private(set) var tasks: [UserTask]
  package let metrics: [any Metric]
  package let candidates: Candidates
  private let background: Background
  private let rated: RatedItems
  /// For each item whether no training task has it, where only those are candidates.
  private let isNew: [Bool]
  private let key: RandomKey
  /// How many threads to use; the values are the same on any number of them.
  private let threads: Int

  /// - Parameters:
  ///   - training: the tasks that popularity is counted on.
  ///   - isNew: for each item whether no training task has it; of `.cold` those alone are candidates, and
  ///     tasks without one in their query are left out.
  ///   - key: what sampled candidates are drawn by.
  package init(
    dataset: Dataset, tasks: [UserTask], metrics: [any Metric], training: [UserTask] = [],
    candidates: Candidates = .query, isNew: [Bool] = [], key: RandomKey = RandomKey(seed: 0),
    threads: Int = 1
  ) {
    self.dataset = dataset
    self.tasks = candidates == .cold ? tasks.asking(for: isNew, in: dataset) : tasks
    self.isNew = isNew
    self.metrics = metrics
    self.candidates = candidates
    self.key = key
    self.threads = threads
    background = Background(dataset, training: training)
    rated = RatedItems(candidates == .query ? [] : tasks, in: dataset.interactions)
  }

  /// How the recommender does on every task. It sees the support ratings, never the query's.
  package func judgement(of recommender: any Recommender) throws(ScoreError) -> Judgement {
    try judgement(recommender.title, predictsRatings: recommender.predictsRatings) {
      task, items throws(ScoreError) in
      let scores = try recommender.finiteScores(
        for: UserContext(task, in: dataset.interactions), items: items)
      precondition(scores.count == items.count, "\(recommender.title) must score every item")
      return scores
    } value: { metric, query in
      metric.value(of: query)
    } total: { metric, queries in
      metric.total(of: queries)
    }
  }

  /// The title of the row of scores that know nothing.
  package static let chanceTitle = "chance"

  /// The same trial of other tasks.
  package func restarted(on tasks: [UserTask]) -> Trial {
    Trial(
      dataset: dataset, tasks: tasks, metrics: metrics, candidates: candidates, isNew: isNew,
      key: key, threads: threads)
  }

  /// The same trial of some of its tasks, or of parts of their query ratings.
  package func restricted(to tasks: [UserTask]) -> Trial {
    var part = self
    part.tasks = tasks
    return part
  }

  /// The expected values of scores that know nothing.
  package func chance() -> Judgement {
    judgement(Self.chanceTitle, predictsRatings: true) { _, items in
      Array(repeating: 0, count: items.count)
    } value: { metric, query in
      metric.chance(of: query)
    } total: { metric, queries in
      metric.totalChance(of: queries)
    }
  }

  private func judgement<Failure: Error>(
    _ title: String, predictsRatings: Bool,
    scores: @Sendable (UserTask, [Int32]) throws(Failure) -> [Float],
    value: @Sendable (any Metric, JudgedQuery) -> Double?,
    total: (any Metric, [JudgedQuery]) -> Double?
  ) throws(Failure) -> Judgement {
    let isAsked = metrics.map { predictsRatings || !$0.needsRatings }
    let keepsQueries = metrics.contains { $0.isPooled }
    let none = Verdict(values: metrics.map { _ in nil }, tieRate: 0, isFlat: false, query: nil)
    let outcomes = orderedMap(tasks.count, threads: threads, abandoned: .success(none)) {
      index -> Result<Verdict, Failure> in
      let items = items(of: tasks[index])
      return Result { () throws(Failure) in try scores(tasks[index], items) }.map { scores in
        let query = query(tasks[index], items, scores: scores)
        return Verdict(
          values: zip(metrics, isAsked).map { $1 && !$0.isPooled ? value($0, query) : nil },
          tieRate: query.tieRate, isFlat: query.count > 1 && query.scoreVariance < 1e-6,
          query: keepsQueries ? query : nil)
      }
    }
    let verdicts = try outcomes.map { outcome throws(Failure) in try outcome.get() }
    let queries = verdicts.compactMap(\.query)
    let ties = verdicts.reduce(0.0) { $0 + $1.tieRate }
    return Judgement(
      title: title, values: metrics.indices.map { metric in verdicts.map { $0.values[metric] } },
      totals: zip(metrics, isAsked).map { $1 && $0.isPooled ? total($0, queries) : nil },
      tieRate: verdicts.isEmpty ? 0 : ties / Double(verdicts.count),
      flatTasks: verdicts.count { $0.isFlat }, taskCount: verdicts.count)
  }

  /// What is put in order, in words for a footnote.
  package var candidatesDefinition: String {
    candidates.definition(
      tasks, unrated: rated.fewestUnrated(of: dataset.items.count),
      new: candidates == .query ? 0 : dataset.unratedItemCount,
      dataset.feedback)
  }

  private struct Verdict: Sendable {
    var values: [Double?]
    var tieRate: Double
    var isFlat: Bool
    var query: JudgedQuery?
  }

  /// The candidates of a task, those of its query ratings first.
  private func items(of task: UserTask) -> [Int32] {
    let items = task.query.map { dataset.interactions.items[Int($0)] }
    let count = dataset.items.count
    return switch candidates {
    case .query: items
    case .sampled(let wanted):
      items + rated.sample(wanted, for: task.user, of: count, key: key)
    case .all: items + rated.unrated(by: task.user, of: count)
    case .cold: items + rated.unrated(by: task.user, of: count).filter { isNew[Int($0)] }
    }
  }

  private func query(_ task: UserTask, _ items: [Int32], scores: [Float]) -> JudgedQuery {
    JudgedQuery(
      items: items, scores: scores,
      ratings: task.query.map { dataset.interactions.ratings[Int($0)] }, scale: dataset.scale,
      background: background)
  }
}

extension [UserTask] {
  /// The tasks with those of their query rows that are of such an item; tasks without one are left out.
  fileprivate func asking(for isWanted: [Bool], in data: Dataset) -> [UserTask] {
    compactMap { task in
      let query = task.query.filter { isWanted[Int(data.interactions.items[Int($0)])] }
      return query.isEmpty ? nil : UserTask(user: task.user, support: task.support, query: query)
    }
  }
}
