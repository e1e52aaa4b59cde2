import Datasets
import Language

/// The area under the ROC curve: the probability that a positive candidate scores higher than
/// another one, equal scores counting half (Hanley and McNeil 1982).
package struct AreaUnderCurve: PoolableMetric {
  package var positives: Positives?

  package init() {}

  package static let signature = Signature<Self>(
    "auc", "How often a positive scores higher than a negative of the same user.",
    [.option("positives", \.positives, "which ratings are positive")],
    examples: [Example("evaluate auc positives=4")])

  package var title: String { "AUC" }
  package var field: String { Self.name }

  package var pooled: any SharedMetric {
    var pooled = PooledAreaUnderCurve()
    pooled.positives = positives
    return pooled
  }

  package mutating func adopt(_ defaults: MetricDefaults) {
    if positives == nil { positives = defaults.positives }
  }

  package func definition(on scale: RatingScale) -> String {
    "AUC: positive: "
      + (positives == .top
        ? "the better-rated half, equal ratings by expectation"
        : (positives ?? .high).definition(on: scale))
      + "; users need a positive and a negative"
  }

  package var definitionOfInteractions: String? {
    "AUC: a query item against any other candidate"
  }

  package func value(of query: JudgedQuery) -> Double? {
    let set = PositiveSet(positives ?? .high, of: query, cutoff: nil)
    let others = query.count - set.count
    guard set.count > 0, others > 0 else { return nil }
    let chance = set.contested > 0 ? Double(set.drawn) / Double(set.contested) : 0
    // Expected pairs of a positive among `high` and a negative among `low`.
    func pairs(_ high: KindCounts, _ low: KindCounts, ownContested: Double = 0) -> Double {
      high.positive * (low.negative + low.contested * (1 - chance))
        + high.contested * (chance * low.negative + set.firstDrawn * (low.contested - ownContested))
    }
    var lower = KindCounts()
    var wins = 0.0
    for tie in query.ties.reversed() {
      let here = set.counts(tie, in: query)
      wins += pairs(here, lower) + pairs(here, here, ownContested: 1) / 2
      lower = lower + here
    }
    return wins / Double(set.count * others)
  }
}
