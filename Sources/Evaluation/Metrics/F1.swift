import Datasets
import Language

/// From which score on a candidate is taken for positive.
package enum ScoreThreshold: Sendable, Equatable {
  /// The mean of the scores that are judged together.
  case mean
  case score(Double)
}

extension ScoreThreshold: ArgumentReadable {
  package static var expectation: String { "`mean` or a score" }
  package static var namedValues: [NamedValue] {
    [NamedValue("mean", "the mean of the scores that are judged together")]
  }

  package var argumentText: String {
    switch self {
    case .mean: "mean"
    case .score(let score): Number.text(score)
    }
  }

  package static func read(_ value: Value) -> ScoreThreshold? {
    if case .word("mean") = value { return .mean }
    return Double.read(value).map { .score($0) }
  }
}

/// A metric of what scores above a threshold.
package protocol ThresholdMetric: Metric {
  var positives: Positives? { get set }
  var threshold: ScoreThreshold? { get set }
}

extension ThresholdMetric {
  fileprivate static var thresholds: [Parameter<Self>] {
    [
      .option("positives", \.positives, "which ratings are positive"),
      .option("threshold", \.threshold, "the score to be above; `mean` if not given"),
    ]
  }

  package var field: String { Self.name }

  package mutating func adopt(_ defaults: MetricDefaults) {
    if positives == nil { positives = defaults.positives }
    if threshold == nil { threshold = defaults.threshold }
  }
}

/// What both forms of F1 count.
private struct Confusion {
  var hits = 0.0
  var predicted = 0.0
  var positives = 0.0

  /// - Parameter queries: for each pair the place to count it at.
  static func counts(_ pairs: ScoredPairs, _ threshold: ScoreThreshold, of queries: Int)
    -> [Confusion]
  {
    let edge =
      switch threshold {
      case .mean: pairs.mean
      case .score(let score): score
      }
    var counts = Array(repeating: Confusion(), count: queries)
    for index in 0..<pairs.count {
      let score = Double(pairs.scores[index])
      // At the threshold it is as likely taken as not, as of equal scores either may come first.
      let taken = score > edge ? 1 : score == edge ? 0.5 : 0
      counts[pairs.queries[index]].hits += taken * pairs.positives[index]
      counts[pairs.queries[index]].predicted += taken
      counts[pairs.queries[index]].positives += pairs.positives[index]
    }
    return counts
  }
}

/// The harmonic mean of precision and recall of the candidates above a threshold.
package struct F1: PoolableMetric, ThresholdMetric {
  package var positives: Positives?
  package var threshold: ScoreThreshold?

  package init() {}

  package static let signature = Signature<Self>(
    "f1", "Harmonic mean of precision and recall of what scores above a threshold.",
    thresholds,
    examples: [
      Example("evaluate f1 threshold=mean"), Example("evaluate f1 threshold=3.5 pooled=yes"),
    ])

  package var title: String { "F1" }

  package var pooled: any SharedMetric {
    var pooled = PooledF1()
    (pooled.positives, pooled.threshold) = (positives, threshold)
    return pooled
  }

  package func definition(on scale: RatingScale) -> String {
    "F1: candidates that score above \(Self.words(threshold, "of each user's candidates")), half of those at it; positive: "
      + (positives ?? .high).definition(on: scale) + "; users without one are left out"
  }

  /// What the threshold is, in words.
  fileprivate static func words(_ threshold: ScoreThreshold?, _ whose: String) -> String {
    switch threshold ?? .mean {
    case .mean: "the mean \(whose)"
    case .score(let score): Number.text(score)
    }
  }

  package func value(of query: JudgedQuery) -> Double? {
    let pairs = ScoredPairs([query], positives ?? .high)
    let counts = Confusion.counts(pairs, threshold ?? .mean, of: 1)[0]
    guard counts.positives > 0 else { return nil }
    return 2 * counts.hits / (counts.predicted + counts.positives)
  }

  /// Half of all candidates, where the mean decides; scores that know nothing have no place beside a fixed one.
  package func chance(of query: JudgedQuery) -> Double? {
    (threshold ?? .mean) == .mean ? value(of: query.shuffled) : nil
  }
}

/// F1 over all pairs of a user and an item at once.
package struct PooledF1: SharedMetric, ThresholdMetric {
  package var positives: Positives?
  package var threshold: ScoreThreshold?

  package init() {}

  package static let signature = Signature<Self>(
    "pooled-f1", "F1 over the candidates of all users at once.",
    thresholds,
    examples: [Example("evaluate pooled-f1 threshold=mean")])

  package var title: String { "pooled F1" }

  package func definition(on scale: RatingScale) -> String {
    "pooled F1: candidates of all users that score above \(F1.words(threshold, "of them all")), half of those at it, ± by "
      + "each user's part in it at this threshold; positive: "
      + (positives ?? .high).definition(on: scale)
  }

  package func shares(of queries: [JudgedQuery]) -> [Double?]? {
    let pairs = ScoredPairs(queries, positives ?? .high)
    let counts = Confusion.counts(pairs, threshold ?? .mean, of: queries.count)
    guard counts.contains(where: { $0.positives > 0 }) else { return nil }
    return Evaluation.shares(
      of: zip(queries, counts).map { query, counts in
        query.count > 0 ? (2 * counts.hits, counts.predicted + counts.positives) : nil
      }, order: 1)
  }

  package func chanceShares(of queries: [JudgedQuery]) -> [Double?]? {
    (threshold ?? .mean) == .mean ? shares(of: queries.map(\.shuffled)) : nil
  }
}
