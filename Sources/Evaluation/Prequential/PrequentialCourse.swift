import Datasets
import Language

/// What a recommender comes to on every event of a stream, in their order.
package struct PrequentialCourse: Sendable {
  package let title: String
  private let metrics: [any Metric]
  private let users: [Int32]
  /// For each metric its value on every event: of errors what each costs. Nil where it has no meaning.
  private var values: [[Double?]]

  init(title: String, trial: PrequentialTrial) {
    self.title = title
    metrics = trial.metrics
    users = trial.stream.rows.map { trial.dataset.interactions.users[Int($0)] }
    values = trial.metrics.map { _ in [] }
  }

  mutating func add(_ event: [Double?]) {
    for (metric, value) in event.enumerated() { values[metric].append(value) }
  }

  /// The mean of a metric over some events, all of them if nil, with its interval over users.
  package func mean(_ metric: Int, over events: Range<Int>? = nil) -> ClusteredMean? {
    let events = events ?? 0..<values[metric].count
    guard events.upperBound <= values[metric].count else { return nil }
    let mean = ClusteredMean(values[metric][events], clusters: users[events])
    guard let error = metrics[metric] as? any ErrorMetric else { return mean }
    return mean?.mapped { error.error(ofMeanCost: $0) }
  }
}
