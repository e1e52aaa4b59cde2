import Datasets
import Language

/// Recall that a perfect order reaches whatever the number of positives: the positives in the first k places
/// as a share of min(k, positives) (Liang et al. 2018, "Variational Autoencoders for Collaborative
/// Filtering", §4.2, where it is called Recall@R).
package struct CappedRecall: PositivesMetric {
  package static let label = "capped recall"
  package var cutoff: Int?
  package var positives: Positives?

  package init() {}

  package static let signature = Signature<Self>(
    "capped-recall", "Positives that the first places hold, of as many as they could hold.",
    [
      .option(
        "cutoff", \.cutoff, in: 1...1_000_000, "how many places count; also `capped-recall@20`"),
      .option("positives", \.positives, "which ratings are positive"),
    ],
    examples: [Example("evaluate capped-recall@20")])

  package func value(of query: JudgedQuery) -> Double? {
    guard let set = positiveSet(of: query) else { return nil }
    let places = places(of: query)
    let hits = query.expectedSum(to: places, of: set.probability, weight: { _ in 1 })
    return hits / Double(min(places, set.count))
  }

  package var definitionOfInteractions: String? {
    "capped recall: hits divided by the query items, but at most by the number of places"
  }

  package func definition(on scale: RatingScale) -> String {
    "capped recall: hits divided by the positives, but at most by the number of places; "
      + "positive: " + (positives ?? .high).definition(on: scale)
  }
}
