import Datasets
import Kernels
import Language
import Models

/// The tasks, the metrics and the data that recommenders are judged on: the same for all of them.
package struct Trial: Sendable {
  package let dataset: Dataset
  package private(set) var tasks: [UserTask]
  package let metrics: [any Metric]
  /// The parts in which the same users are judged, one after the other; none where there is one alone.
  private var phases: [TaskSplit.NamedPart]
  package let candidates: Candidates
  /// How ratings of a support count less the older they are than its newest; nil where all count alike.
  package var forgetting: Forgetting?
  let background: Background
  private let rated: RatedItems
  /// For each item whether no training task has it, where only those are candidates.
  private let isNew: [Bool]
  private let key: RandomKey
  /// How many threads to use; the values are the same on any number of them.
  private let threads: Int

  /// - Parameters:
  ///   - phases: the parts in which the tasks' users are judged, with different supports and the same queries.
  ///   - training: the tasks that popularity is counted on.
  ///   - isNew: for each item whether no training task has it; of `.cold` those alone are candidates, and
  ///     tasks without one in their query are left out.
  ///   - key: what sampled candidates are drawn by.
  package init(
    dataset: Dataset, tasks: [UserTask], phases: [TaskSplit.NamedPart] = [], metrics: [any Metric],
    training: [UserTask] = [], candidates: Candidates = .query, isNew: [Bool] = [],
    key: RandomKey = RandomKey(seed: 0), threads: Int = 1
  ) {
    self.dataset = dataset
    self.tasks = candidates == .cold ? tasks.asking(for: isNew, in: dataset) : tasks
    self.phases =
      candidates == .cold
      ? phases.map { .init(name: $0.name, tasks: $0.tasks.asking(for: isNew, in: dataset)) }
      : phases
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
    try judgements(of: recommender)[0]
  }

  /// How it does in this trial, and in others of some of its users that ask for some of their candidates in the same
  /// order: it scores each user once.
  package func judgements(
    of recommender: any Recommender, and narrower: [Trial] = []
  ) throws(ScoreError) -> [Judgement] {
    let reading = Reading(
      title: recommender.title, predictsRatings: recommender.predictsRatings,
      scores: { task, items throws(ScoreError) in
        let scores = try recommender.finiteScores(
          for: UserContext(task, in: dataset.interactions).forgetting(by: forgetting), items: items)
        precondition(scores.count == items.count, "\(recommender.title) must score every item")
        return scores
      }, value: { $0.value(of: $1) }, total: { $0.total(of: $1) }, shares: { $0.shares(of: $1) })
    return try judgements(reading, and: narrower)
  }

  /// The title of the row of scores that know nothing.
  package static let chanceTitle = "chance"

  /// The same trial of other tasks, which ask for all that they say.
  package func restarted(on tasks: [UserTask]) -> Trial {
    var trial = Trial(
      dataset: dataset, tasks: tasks, phases: phases, metrics: metrics, candidates: candidates,
      isNew: isNew,
      key: key, threads: threads)
    trial.forgetting = forgetting
    trial.tasks = tasks
    return trial
  }

  /// The same trial of some of its tasks, or of parts of their query ratings.
  package func restricted(to tasks: [UserTask]) -> Trial {
    var part = self
    part.tasks = tasks
    let queries = Dictionary(tasks.map { ($0.user, $0.query) }) { first, _ in first }
    for phase in phases.indices {
      part.phases[phase].tasks = phases[phase].tasks.compactMap { task in
        queries[task.user].map { UserTask(user: task.user, support: task.support, query: $0) }
      }
    }
    return part
  }

  /// The columns of a judgement: every metric, in each phase where there are any.
  package var columns: [JudgedColumn] {
    metrics.flatMap { metric in
      phases.isEmpty
        ? [JudgedColumn(metric: metric)]
        : phases.map {
          JudgedColumn(metric: metric, phase: $0.name, isFirst: $0.name == phases[0].name)
        }
    }
  }

  /// The trial of one phase alone.
  private func only(_ phase: Int) -> Trial {
    var trial = self
    (trial.tasks, trial.phases) = (phases[phase].tasks, [])
    return trial
  }

  /// The expected values of scores that know nothing.
  package func chance() -> Judgement {
    let reading = Reading(
      title: Self.chanceTitle, predictsRatings: true,
      scores: { (_, items) -> [Float] in Array(repeating: 0, count: items.count) },
      value: { $0.chance(of: $1) }, total: { $0.totalChance(of: $1) },
      shares: { $0.chanceShares(of: $1) })
    return judgements(reading, and: [])[0]
  }

  /// How a row comes to its values.
  private struct Reading<Failure: Error>: Sendable {
    let title: String
    let predictsRatings: Bool
    let scores: @Sendable (UserTask, [Int32]) throws(Failure) -> [Float]
    let value: @Sendable (any Metric, JudgedQuery) -> Double?
    let total: @Sendable (any Metric, [JudgedQuery]) -> Double?
    let shares: @Sendable (any SharedMetric, [JudgedQuery]) -> [Double?]?

    func isAsked(for metric: any Metric) -> Bool { predictsRatings || !metric.needsRatings }
  }

  private func judgements<Failure: Error>(
    _ reading: Reading<Failure>, and narrower: [Trial]
  ) throws(Failure) -> [Judgement] {
    let trials = [self] + narrower
    guard phases.isEmpty else {
      let judged = try phases.indices.map { phase throws(Failure) in
        try only(phase).judgements(reading, and: narrower.map { $0.only(phase) })
      }
      return trials.indices.compactMap { trial in Judgement(phases: judged.map { $0[trial] }) }
    }
    let places = narrower.map { trial in
      Dictionary(trial.tasks.enumerated().map { ($1.user, $0) }) { first, _ in first }
    }
    let abandoned =
      [Verdict(values: metrics.map { _ in nil }, tieRate: 0, isFlat: false, query: nil)]
      + narrower.map { _ in nil }
    let outcomes = orderedMap(tasks.count, threads: threads, abandoned: .success(abandoned)) {
      index -> Result<[Verdict?], Failure> in
      let (task, items) = (tasks[index], items(of: tasks[index]))
      return Result { () throws(Failure) in try reading.scores(task, items) }.map { scores in
        [verdict(on: task, items, scores, reading)]
          + zip(narrower, places).map { trial, places in
            places[task.user].map { place in
              let asked = trial.items(of: trial.tasks[place])
              return trial.verdict(
                on: trial.tasks[place], asked, picked(asked, of: items, scores), reading)
            }
          }
      }
    }
    let verdicts = try outcomes.map { outcome throws(Failure) in try outcome.get() }
    return trials.indices.map { trial in
      trials[trial].judgement(of: verdicts.compactMap { $0[trial] }, reading)
    }
  }

  /// What the scores of a task's candidates come to.
  private func verdict<Failure: Error>(
    on task: UserTask, _ items: [Int32], _ scores: [Float], _ reading: Reading<Failure>
  ) -> Verdict {
    let query = query(task, items, scores: scores)
    let keepsQueries = metrics.contains { $0.isPooled || $0 is any SharedMetric }
    return Verdict(
      values: metrics.map {
        reading.isAsked(for: $0) && !$0.isPooled ? reading.value($0, query) : nil
      },
      tieRate: query.tieRate, isFlat: query.isFlat(asRatings: reading.predictsRatings),
      query: keepsQueries ? query : nil)
  }

  /// What the verdicts on all tasks come to.
  private func judgement<Failure: Error>(
    of verdicts: [Verdict], _ reading: Reading<Failure>
  ) -> Judgement {
    let queries = verdicts.compactMap(\.query)
    let ties = verdicts.reduce(0.0) { $0 + $1.tieRate }
    let none = Array(repeating: Double?.none, count: verdicts.count)
    return Judgement(
      title: reading.title,
      values: metrics.enumerated().map { index, metric in
        guard let shared = metric as? any SharedMetric else {
          return verdicts.map { $0.values[index] }
        }
        return queries.count == verdicts.count ? reading.shares(shared, queries) ?? none : none
      },
      totals: metrics.map {
        reading.isAsked(for: $0) && $0.isPooled ? reading.total($0, queries) : nil
      },
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

/// The scores of some of the items, which stand in the same order.
private func picked(_ some: [Int32], of items: [Int32], _ scores: [Float]) -> [Float] {
  var place = -1
  return some.map { item in
    repeat { place += 1 } while items[place] != item
    return scores[place]
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
