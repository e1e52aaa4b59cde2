import Datasets
import Kernels
import Language
import Models

/// How a recommender takes part in a prequential evaluation.
package enum SequentialRecommender {
  /// What it knows of others stays as it is; a user's own ratings are given to it when it is asked.
  case fixed(any Recommender)
  /// It learns from every event.
  case online(any OnlineRecommender)
  /// It is fitted anew now and then, to training and the rows of all events so far.
  case refitted(Refitting)

  package typealias Refitting = @Sendable ([Int32]) -> any Recommender
}

/// Prequential evaluation: each event is predicted from all that came before it, and then learnt from.
package struct PrequentialTrial: Sendable {
  package let dataset: Dataset
  package let stream: EventStream
  package let metrics: [any Metric]
  package let candidates: Candidates
  /// How older ratings of a user count less when they ask.
  package let forgetting: Forgetting?
  /// How often those are fitted anew that do not learn from every event.
  package let refits: Int
  private let key: RandomKey
  private let threads: Int

  package init(
    _ dataset: Dataset, _ stream: EventStream, metrics: [any Metric], candidates: Candidates,
    forgetting: Forgetting? = nil, refits: Int = 20, key: RandomKey = RandomKey(seed: 0),
    threads: Int = 1
  ) {
    self.dataset = dataset
    self.stream = stream
    self.metrics = metrics
    self.candidates = candidates
    self.forgetting = forgetting
    self.refits = refits
    self.key = key
    self.threads = threads
  }

  /// How a recommender does on every event.
  package func course(
    of recommender: SequentialRecommender, titled title: String, weighs: Bool
  ) throws(ScoreError) -> PrequentialCourse {
    var course = PrequentialCourse(title: title, trial: self)
    switch recommender {
    case .fixed(let fixed):
      try judge(0..<stream.count, by: fixed, weighs, into: &course)
    case .refitted(let fit):
      for part in parts where !Cancellation.isRequested {
        try judge(part, by: fit(Array(stream.rows[..<part.lowerBound])), weighs, into: &course)
      }
    case .online(var online):
      for block in stream.blocks where !Cancellation.isRequested {
        for event in block { course.add(try values(of: event, by: online, weighs)) }
        for event in block {
          let user = context(of: event, weighs, after: true)
          guard let rating = user.support.last else { continue }
          online.learn(rating, of: user)
        }
      }
    }
    return course
  }

  /// The expected course of scores that know nothing.
  package func chance() -> PrequentialCourse {
    var course = PrequentialCourse(title: Trial.chanceTitle, trial: self)
    for event in 0..<stream.count {
      let items = items(of: event, taken: context(of: event, false).support)
      let query = query(event, items, Array(repeating: 0, count: items.count))
      course.add(
        metrics.map { metric in
          guard let error = metric as? any ErrorMetric else { return metric.chance(of: query) }
          return error.chanceCost(Double(query.ratings[0]), on: dataset.scale)
        })
    }
    return course
  }

  /// Stretches of events of about the same length, none of which divides events of one time.
  private var parts: [Range<Int>] {
    let length = max(1, (stream.count + refits - 1) / refits)
    var parts: [Range<Int>] = []
    var start = 0
    for block in stream.blocks where block.upperBound - start >= length {
      parts.append(start..<block.upperBound)
      start = block.upperBound
    }
    if start < stream.count { parts.append(start..<stream.count) }
    return parts
  }

  private func judge(
    _ events: Range<Int>, by recommender: any Recommender, _ weighs: Bool,
    into course: inout PrequentialCourse
  ) throws(ScoreError) {
    let none = metrics.map { _ in Double?.none }
    let outcomes = spreadMap(
      events.count, threads: threads, abandoned: .success(none),
      write: { outcome, message in
        guard case .success(let values) = outcome else { return false }
        message.put(values)
        return true
      }, read: { .success($0.take([Double?].self)) }
    ) { place -> Result<[Double?], ScoreError> in
      Result { () throws(ScoreError) in
        try values(of: events.lowerBound + place, by: recommender, weighs)
      }
    }
    for outcome in outcomes { course.add(try outcome.get()) }
  }

  private func context(of event: Int, _ weighs: Bool, after: Bool = false) -> UserContext {
    let context = stream.context(of: event, in: dataset.interactions, after: after)
    guard weighs else { return context }
    return context.forgetting(
      by: forgetting, at: dataset.interactions.times[Int(stream.rows[event])])
  }

  private func values(
    of event: Int, by recommender: any Recommender, _ weighs: Bool
  ) throws(ScoreError) -> [Double?] {
    let user = context(of: event, weighs)
    let items = items(of: event, taken: user.support)
    let scores = try recommender.finiteScores(for: user, items: items)
    let query = query(event, items, scores)
    return metrics.map { metric in
      guard let error = metric as? any ErrorMetric else { return metric.value(of: query) }
      guard recommender.predictsRatings else { return nil }
      return error.cost(
        Double(dataset.scale.clamped(scores[0])), Double(query.ratings[0]), on: dataset.scale)
    }
  }

  private func query(_ event: Int, _ items: [Int32], _ scores: [Float]) -> JudgedQuery {
    JudgedQuery(
      items: items, scores: scores,
      ratings: [dataset.interactions.ratings[Int(stream.rows[event])]], scale: dataset.scale)
  }

  /// The candidates, the event's own item first: what its user had not taken by then.
  private func items(of event: Int, taken: [UserContext.Rating]) -> [Int32] {
    let row = stream.rows[event]
    let own = dataset.interactions.items[Int(row)]
    guard candidates != .query else { return [own] }
    var isTaken = [Bool](repeating: false, count: dataset.items.count)
    for rating in taken { isTaken[Int(rating.item)] = true }
    isTaken[Int(own)] = true
    var others = (0..<Int32(isTaken.count)).filter { !isTaken[Int($0)] }
    if case .sampled(let wanted) = candidates {
      var chance = key.derived(Int(row)).stream
      let drawn = min(wanted, others.count)
      for place in 0..<drawn { others.swapAt(place, place + chance.below(others.count - place)) }
      others.removeLast(others.count - drawn)
    }
    return [own] + others
  }
}
