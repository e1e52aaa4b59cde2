import Datasets
import Language

/// What `evaluate` uses where a metric's own options are left open.
package struct MetricDefaults: Sendable, Equatable {
  package var cutoff: Int
  package var gain: Gain
  package var positives: Positives
  package var over: Averaging
  package var threshold: ScoreThreshold

  package init(
    cutoff: Int = 5, gain: Gain = .exponential, positives: Positives = .high,
    over: Averaging = .users, threshold: ScoreThreshold = .mean
  ) {
    self.cutoff = cutoff
    self.gain = gain
    self.positives = positives
    self.over = over
    self.threshold = threshold
  }
}

/// A number that says how good the scores of one task are.
///
/// Ranking metrics give the exact expectation over all orders of equal scores, never the luck of a
/// sort (McSherry and Najork 2008, "Computing Information Retrieval Performance Measures
/// Efficiently in the Presence of Tied Scores").
package protocol Metric: Configurable {
  /// The column's title: "nDCG@5".
  var title: String { get }
  /// The result's field: "ndcg@5".
  var field: String { get }
  var higherIsBetter: Bool { get }
  /// Whether the scores must be predicted ratings, not only an order.
  var needsRatings: Bool { get }
  /// The value on one task; nil where it has no meaning, such as recall without a positive.
  func value(of query: JudgedQuery) -> Double?
  /// The expected value of scores that know nothing; nil where there is no such level.
  func chance(of query: JudgedQuery) -> Double?
  /// Whether it has one value for all tasks together, and none for each.
  var isPooled: Bool { get }
  /// The value over all tasks, for a pooled metric.
  func total(of queries: [JudgedQuery]) -> Double?
  /// The same of scores that know nothing.
  func totalChance(of queries: [JudgedQuery]) -> Double?
  /// How it is defined, in one line for a footnote; metrics of one definition share the line.
  func definition(on scale: RatingScale) -> String
  /// The same where every query item counts alike, as interactions do; nil where nothing else is to be said.
  var definitionOfInteractions: String? { get }
  /// Takes the defaults for all that is left open.
  mutating func adopt(_ defaults: MetricDefaults)
}

extension Metric {
  package var higherIsBetter: Bool { true }
  package var needsRatings: Bool { false }
  package func chance(of query: JudgedQuery) -> Double? { value(of: query.shuffled) }
  package var isPooled: Bool { false }
  package var definitionOfInteractions: String? { nil }
  package func total(of queries: [JudgedQuery]) -> Double? { nil }
  package func totalChance(of queries: [JudgedQuery]) -> Double? { nil }
  package mutating func adopt(_ defaults: MetricDefaults) {}
}

/// A metric of the first places only: `ndcg@10` reads the ten highest scores.
package protocol CutoffMetric: Metric {
  static var label: String { get }
  /// How many places count; all of them when nil.
  var cutoff: Int? { get set }
}

extension CutoffMetric {
  package var title: String { Self.label + suffix }
  package var field: String { Self.name + suffix }
  private var suffix: String { cutoff.map { "@\($0)" } ?? "" }

  /// How many places of this query count.
  func places(of query: JudgedQuery) -> Int { min(cutoff ?? query.count, query.count) }
}

extension CutoffMetric {
  package mutating func adopt(_ defaults: MetricDefaults) {
    if cutoff == nil { cutoff = defaults.cutoff }
  }
}

/// A metric that tells positives from the rest.
package protocol PositivesMetric: CutoffMetric {
  var positives: Positives? { get set }
}

extension PositivesMetric {
  package mutating func adopt(_ defaults: MetricDefaults) {
    if cutoff == nil { cutoff = defaults.cutoff }
    if positives == nil { positives = defaults.positives }
  }

  package func definition(on scale: RatingScale) -> String {
    "positive: " + (positives ?? .high).definition(on: scale)
      + "; users without one are left out"
  }

  package var definitionOfInteractions: String? { "positive: every query item" }

  /// The positives of the query; nil when there are none.
  func positiveSet(of query: JudgedQuery) -> PositiveSet? {
    let set = PositiveSet(positives ?? .high, of: query, cutoff: cutoff)
    return set.count > 0 ? set : nil
  }
}
