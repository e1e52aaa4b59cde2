import Datasets
import Kernels
import Language

/// Bayesian personalised ranking (Rendle et al. 2009) on the pairs of a user's ratings.
package struct PairwiseRanking: RankingLoss {
  package init() {}

  package static let signature = Signature<Self>(
    "bpr", "The mean logistic loss of all pairs in which one item is rated higher.",
    details: """
      Scores only order items then; they are no ratings, and MAE has no meaning. Of interactions the pairs \
      are of an item that was taken and one that was drawn.
      """,
    examples: [Example("meta-train maml loss=bpr epochs=1")])

  package func value(
    _ tape: Tape, _ scores: TapeValue, _ ratings: Matrix, scale: RatingScale
  ) -> TapeValue {
    // log(1 + exp(−(s_i − s_j))), each pair with r_i > r_j
    let pairs = Comparisons(tape, scores, ratings, scale: scale)
    let costs = tape.map(.softplus, pairs.differences)
    let total =
      pairs.mask.map {
        tape.sumProduct(costs, tape.constant($0, rows: pairs.rows, columns: pairs.columns))
      } ?? tape.sum(costs)
    return tape.scale(1 / max(1, pairs.count), total)
  }
}
