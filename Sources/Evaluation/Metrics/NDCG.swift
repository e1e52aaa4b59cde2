import Datasets
import Kernels
import Language

/// What one candidate is worth in nDCG.
package enum Gain: String, ArgumentChoice {
  case exponential, linear, binary

  package var summary: String {
    switch self {
    case .exponential: "2^rating − 1 (Burges et al. 2005)"
    case .linear: "the rating itself (Järvelin and Kekäläinen 2002)"
    case .binary: "1 for a positive, 0 for the rest"
    }
  }
}

/// Normalised discounted cumulative gain (Järvelin and Kekäläinen 2002): the gains of the first
/// places, each divided by log2(rank + 1), as a share of what the best order of the same candidates
/// has. Unrated candidates gain nothing.
package struct NDCG: CutoffMetric {
  package static let label = "nDCG"
  package var cutoff: Int?
  package var gain: Gain?
  package var positives: Positives?

  package init() {}

  package static let signature = Signature<Self>(
    "ndcg", "How near the order is to the best one, with early places counting most.",
    [
      .option("cutoff", \.cutoff, in: 1...1_000_000, "how many places count; also `ndcg@5`"),
      .option("gain", \.gain, "what a rating is worth"),
      .option("positives", \.positives, "what counts as positive, for gain=binary"),
    ],
    examples: [Example("evaluate ndcg@5 gain=linear")])

  package mutating func adopt(_ defaults: MetricDefaults) {
    if cutoff == nil { cutoff = defaults.cutoff }
    if gain == nil { gain = defaults.gain }
    if positives == nil { positives = defaults.positives }
  }

  package func definition(on scale: RatingScale) -> String {
    let worth =
      switch gain ?? .exponential {
      case .exponential: "2^rating − 1"
      case .linear: "the rating"
      case .binary: "1 for a positive (" + (positives ?? .high).definition(on: scale) + ")"
      }
    return "nDCG: gain \(worth), divided by log2(rank + 1)"
  }

  package var definitionOfInteractions: String? {
    "nDCG: gain 1 for each query item, divided by log2(rank + 1)"
  }

  package func value(of query: JudgedQuery) -> Double? {
    let places = places(of: query)
    let (gains, best) = gains(of: query)
    let ideal = best.prefix(places).enumerated()
      .reduce(0.0) { $0 + $1.element * discount($1.offset + 1) }
    guard ideal > 0 else { return nil }
    let reached = query.expectedSum(
      to: places, of: { $0 < gains.count ? gains[$0] : 0 }, weight: discount)
    return reached / ideal
  }

  /// The expected gains of the rated candidates, and the gains in the best order.
  private func gains(of query: JudgedQuery) -> (each: [Double], best: [Double]) {
    // A scale that goes below zero is moved up to it: no rating gains less than nothing.
    let base = Double(min(0, query.scale.lowest))
    let gains: [Double]
    switch gain ?? .exponential {
    case .exponential: gains = query.ratings.map { Elementary.exp2(Double($0) - base) - 1 }
    case .linear: gains = query.ratings.map { Double($0) - base }
    case .binary:
      let set = PositiveSet(positives ?? .high, of: query, cutoff: cutoff)
      let each = query.ratings.indices.map { set.probability($0) }
      return (each, Array(repeating: 1, count: set.count))
    }
    return (gains, gains.sorted(by: >))
  }

  private func discount(_ rank: Int) -> Double { 1 / Elementary.log2(Double(rank) + 1) }
}
