import Datasets
import Language

/// Whether any of the first places holds a positive: 1 or 0, or the probability where scores tie.
package struct HitRate: PositivesMetric {
  package static let label = "hit"
  package var cutoff: Int?
  package var positives: Positives?

  package init() {}

  package static let signature = Signature<Self>(
    "hit", "Whether the first places hold any positive.",
    [
      .option("cutoff", \.cutoff, in: 1...1_000_000, "how many places count; also `hit@5`"),
      .option("positives", \.positives, "which ratings are positive"),
    ],
    examples: [Example("evaluate hit@5 positives=4")])

  package func value(of query: JudgedQuery) -> Double? {
    guard let set = positiveSet(of: query) else { return nil }
    return 1 - (set.missProbabilities(to: places(of: query), in: query).last ?? 1)
  }
}
