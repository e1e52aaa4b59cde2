import Datasets
import Kernels
import Language

/// The mean of −log2 of the share of training users who rated an item, over the first places (Zhou
/// et al. 2010); an item that nobody rated counts as if one more user had.
package struct Novelty: CutoffMetric {
  package static let label = "novelty"
  package var cutoff: Int?

  package init() {}

  package static let signature = Signature<Self>(
    "novelty", "How little known the items in the first places are, in bits.",
    [.option("cutoff", \.cutoff, in: 1...1_000_000, "how many places count; also `novelty@5`")],
    examples: [Example("evaluate novelty@5")])

  package func value(of query: JudgedQuery) -> Double? {
    let places = places(of: query)
    guard places > 0, let background = query.background, background.trainingUsers > 0 else {
      return nil
    }
    let users = Double(background.trainingUsers + 1)
    let sum = query.expectedSum(to: places) { candidate in
      let count = background.popularity[Int(query.items[candidate])]
      return Elementary.log2(users / Double(count + 1))
    } weight: { _ in
      1
    }
    return sum / Double(places)
  }

  package func definition(on scale: RatingScale) -> String {
    "novelty: −log2 of the share of training users who rated the item"
  }
}
