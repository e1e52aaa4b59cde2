import Datasets
import Kernels
import Language

/// Bayesian personalised ranking (Rendle et al. 2009) on the pairs of a user's ratings.
package struct PairwiseRanking: Loss {
  package init() {}

  package static let signature = Signature<Self>(
    "bpr", "The mean logistic loss of all pairs in which one item is rated higher.",
    details: "Scores only order items then; they are no ratings, and MAE has no meaning.",
    examples: [Example("meta-train maml loss=bpr epochs=1")])

  package var predictsRatings: Bool { false }

  package func outputs(_ scale: RatingScale) -> Int { 1 }

  package func value(
    _ tape: Tape, _ scores: TapeValue, _ ratings: Matrix, scale: RatingScale
  ) -> TapeValue {
    // log(1 + exp(−(s_i − s_j))), each pair with r_i > r_j
    let count = ratings.rows
    var weights = [Float](repeating: 0, count: count * count)
    var pairs: Float = 0
    for i in 0..<count {
      for j in 0..<count where ratings[i, 0] > ratings[j, 0] {
        weights[i * count + j] = 1
        pairs += 1
      }
    }
    let differences = tape.subtract(
      tape.repeatRow(tape.transpose(scores), rows: count),
      tape.repeatColumn(scores, columns: count))
    let total = tape.sumProduct(
      tape.map(.softplus, differences), tape.constant(weights, rows: count, columns: count))
    return tape.scale(1 / max(1, pairs), total)
  }

  package func predictions(
    _ scores: Matrix, scale: RatingScale, _ kernels: KernelSet
  ) -> [Float] { scores.array }
  package var predictsScores: Bool { true }

  package func scores(
    ofRating rating: Float, scale: RatingScale, _ kernels: KernelSet
  ) -> (values: [Float], slopes: [Float]) { ([rating], [1]) }
}
