import Datasets
import Language

/// The reciprocal rank of the first positive, 0 when it lies beyond the cutoff (Voorhees 1999).
package struct ReciprocalRank: PositivesMetric {
  package static let label = "MRR"
  package var cutoff: Int?
  package var positives: Positives?

  package init() {}

  package static let signature = Signature<Self>(
    "mrr", "One over the place of the first positive; 0 if it comes too late.",
    [
      .option("cutoff", \.cutoff, in: 1...1_000_000, "how many places count; also `mrr@5`"),
      .option("positives", \.positives, "which ratings are positive"),
    ],
    examples: [Example("evaluate mrr@5 positives=4")])

  package func value(of query: JudgedQuery) -> Double? {
    guard let set = positiveSet(of: query) else { return nil }
    let misses = set.missProbabilities(to: places(of: query), in: query)
    // The first positive has rank r with the probability that r − 1 places miss but r do not.
    return misses.indices.dropFirst().reduce(0.0) { sum, rank in
      sum + (misses[rank - 1] - misses[rank]) / Double(rank)
    }
  }
}
