import Datasets
import Language

/// The share of positives among the first places; places that the candidates do not fill count as
/// misses.
package struct Precision: PositivesMetric {
  package static let label = "precision"
  package var cutoff: Int?
  package var positives: Positives?

  package init() {}

  package static let signature = Signature<Self>(
    "precision", "Share of the first places that hold a positive.",
    [
      .option("cutoff", \.cutoff, in: 1...1_000_000, "how many places count; also `precision@5`"),
      .option("positives", \.positives, "which ratings are positive"),
    ],
    examples: [Example("evaluate precision@5 positives=4")])

  package func value(of query: JudgedQuery) -> Double? {
    guard let set = positiveSet(of: query) else { return nil }
    let hits = query.expectedSum(to: places(of: query), of: set.probability, weight: { _ in 1 })
    return hits / Double(cutoff ?? query.count)
  }
}
