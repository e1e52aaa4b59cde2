import Datasets
import Language

/// Average precision: the mean, over the positives, of the precision at each one's place, 0 beyond
/// the cutoff; its mean over users is MAP (Buckley and Voorhees 2000).
package struct AveragePrecision: PositivesMetric {
  package static let label = "MAP"
  package var cutoff: Int?
  package var positives: Positives?

  package init() {}

  package static let signature = Signature<Self>(
    "map", "Mean over the positives of the precision at their places.",
    [
      .option("cutoff", \.cutoff, in: 1...1_000_000, "how many places count; also `map@5`"),
      .option("positives", \.positives, "which ratings are positive"),
    ],
    examples: [Example("evaluate map@5 positives=4")])

  package func value(of query: JudgedQuery) -> Double? {
    guard let set = positiveSet(of: query) else { return nil }
    let chance = set.contested > 0 ? Double(set.drawn) / Double(set.contested) : 0
    var earlier = KindCounts()
    var sum = 0.0
    for (tie, reached) in query.reachedTies(places(of: query)) {
      let size = Double(tie.count)
      let here = set.counts(tie, in: query)
      let (sure, maybe) = (here.positive, here.contested)
      // E[positive at a rank here], and with each of the ranks before this run positive as well.
      let single = (sure + maybe * chance) / size
      let across =
        (sure * (earlier.positive + earlier.contested * chance)
          + maybe * (chance * earlier.positive + set.bothDrawn * earlier.contested)) / size
      let pairs =
        sure * (sure - 1) + 2 * sure * maybe * chance + maybe * (maybe - 1) * set.bothDrawn
      let within = tie.count > 1 ? pairs / (size * (size - 1)) : 0
      for offset in 0..<reached {
        let rank = Double(tie.lowerBound + offset + 1)
        sum += (single + across + Double(offset) * within) / rank
      }
      earlier = earlier + here
    }
    return sum / Double(min(set.count, cutoff ?? set.count))
  }
}
