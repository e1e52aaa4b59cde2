import Datasets
import Language

/// The area under the ROC curve over all pairs of a user and an item at once, as papers on click-through rates report
/// it: a positive of one user is compared with the negatives of all. What a user rates on average, and an item is rated,
/// counts there; within one user nothing but the order does.
package struct PooledAreaUnderCurve: SharedMetric {
  package var positives: Positives?

  package init() {}

  package static let signature = Signature<Self>(
    "pooled-auc", "How often a positive scores higher than a negative of any user.",
    [.option("positives", \.positives, "which ratings are positive")],
    examples: [Example("evaluate pooled-auc auc"), Example("evaluate auc pooled=yes")])

  package var title: String { "pooled AUC" }
  package var field: String { Self.name }

  package mutating func adopt(_ defaults: MetricDefaults) {
    if positives == nil { positives = defaults.positives }
  }

  package func definition(on scale: RatingScale) -> String {
    "pooled AUC: all candidates of all users at once, ± by each user's part in it (DeLong 1988, Obuchowski 1997); "
      + "positive: " + (positives ?? .high).definition(on: scale)
  }

  package var definitionOfInteractions: String? {
    "pooled AUC: query items of all users against the other candidates of all"
  }

  package func shares(of queries: [JudgedQuery]) -> [Double?]? {
    let pairs = ScoredPairs(queries, positives ?? .high)
    let order = pairs.scores.indices.sorted {
      (pairs.scores[$0], $0) < (pairs.scores[$1], $1)
    }
    let positive = pairs.positives.reduce(0, +)
    let negative = Double(pairs.count) - positive
    var upper = Array(repeating: 0.0, count: queries.count)
    var lower = upper
    // What lies below, of either kind.
    var (positivesBelow, negativesBelow) = (0.0, 0.0)
    var start = 0
    while start < order.count {
      var end = start
      var (positivesHere, negativesHere) = (0.0, 0.0)
      while end < order.count, pairs.scores[order[end]] == pairs.scores[order[start]] {
        positivesHere += pairs.positives[order[end]]
        negativesHere += 1 - pairs.positives[order[end]]
        end += 1
      }
      let positivesAbove = positive - positivesBelow - positivesHere
      for place in start..<end {
        let pair = order[place]
        let (own, query) = (pairs.positives[pair], pairs.queries[pair])
        // A candidate is not compared with itself; equal scores count half.
        upper[query] +=
          own * (negativesBelow + (negativesHere - (1 - own)) / 2)
          + (1 - own) * (positivesAbove + (positivesHere - own) / 2)
        lower[query] += own * (negative - (1 - own)) + (1 - own) * (positive - own)
      }
      positivesBelow += positivesHere
      negativesBelow += negativesHere
      start = end
    }
    return Evaluation.shares(
      of: queries.indices.map { queries[$0].count > 0 ? (upper[$0], lower[$0]) : nil }, order: 2)
  }
}

/// The candidates of all queries, with how likely each is positive.
struct ScoredPairs {
  private(set) var scores: [Float] = []
  private(set) var positives: [Double] = []
  private(set) var queries: [Int] = []

  init(_ queries: [JudgedQuery], _ rule: Positives) {
    let total = queries.reduce(0) { $0 + $1.count }
    scores.reserveCapacity(total)
    positives.reserveCapacity(total)
    self.queries.reserveCapacity(total)
    for (number, query) in queries.enumerated() {
      let set = PositiveSet(rule, of: query, cutoff: nil)
      for index in 0..<query.count {
        // A score that is no number ranks last, as it does for one user.
        scores.append(query.scores[index].isNaN ? -.infinity : query.scores[index])
        positives.append(set.probability(index))
        self.queries.append(number)
      }
    }
  }

  var count: Int { scores.count }

  /// The mean score, which of equal scores is that score exactly.
  var mean: Double {
    guard let first = scores.first else { return 0 }
    let start = Double(first)
    return start + scores.reduce(0) { $0 + (Double($1) - start) } / Double(count)
  }
}
