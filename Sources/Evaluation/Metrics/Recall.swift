import Datasets
import Language

/// The share of all positives of the query that stand in the first places.
package struct Recall: PositivesMetric {
  package static let label = "recall"
  package var cutoff: Int?
  package var positives: Positives?

  package init() {}

  package static let signature = Signature<Self>(
    "recall", "Share of the positives that the first places hold.",
    [
      .option("cutoff", \.cutoff, in: 1...1_000_000, "how many places count; also `recall@5`"),
      .option("positives", \.positives, "which ratings are positive"),
    ],
    examples: [Example("evaluate recall@5 positives=4")])

  package func value(of query: JudgedQuery) -> Double? {
    guard let set = positiveSet(of: query) else { return nil }
    let hits = query.expectedSum(to: places(of: query), of: set.probability, weight: { _ in 1 })
    return hits / Double(set.count)
  }
}
