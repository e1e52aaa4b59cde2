import Datasets
import Kernels
import Language

/// Ordinal regression (McCullagh 1980, "Regression Models for Ordinal Data"): a rating is the step on which
/// a score with logistic noise falls, and the prediction is the median.
///
/// P(r ≤ k) = σ((t_k − s) / noise), with a threshold t_k half-way between neighbouring ratings. The median
/// of a rating is itself one: ŷ = lowest + Σ_k σ((s − t_k) / softness) climbs in steps so steep that it is
/// nearly that, and so gentle that the order of the scores is kept.
package struct Ordinal: Loss {
  package var noise = 0.45
  package var softness = 0.05

  package init() {}

  package static let signature = Signature<Self>(
    "ordinal", "Ordinal regression: ratings are steps on which a score with noise falls.",
    details: """
      The predicted rating is the median, near a whole step of the scale, which the mean absolute error \
      rewards and the mean squared error does not; the order of the scores is kept.
      """,
    [
      .option("noise", \.noise, in: 0.01...10, "how far ratings scatter around a score"),
      .option("softness", \.softness, in: 0.01...10, "how gently a step rises, in ratings"),
    ],
    needs: [.scale],
    examples: [Example("meta-train maml loss=ordinal epochs=1")])

  package func outputs(_ scale: RatingScale) -> Int { 1 }

  /// Half-way between whole steps of the scale.
  private func thresholds(_ scale: RatingScale) -> [Float] {
    let steps = min(100, max(1, Int((scale.highest - scale.lowest).rounded())))
    let size = (scale.highest - scale.lowest) / Float(steps)
    return (0..<steps).map { scale.lowest + (Float($0) + 0.5) * size }
  }

  package func value(
    _ tape: Tape, _ scores: TapeValue, _ ratings: Matrix, scale: RatingScale
  ) -> TapeValue {
    // With a = (t_k − s) / noise and b = (t_{k−1} − s) / noise, ±∞ beyond the ends:
    // −log(σ(a) − σ(b)) = log(1 + e⁻ᵃ) + log(1 + eᵇ) − log(1 − eᵇ⁻ᵃ), and b − a does not depend on s.
    let thresholds = thresholds(scale)
    let beyond = Float(100 * noise) + scale.highest - scale.lowest
    let above = tape.arena.matrix(rows: ratings.rows, columns: 1)
    let below = tape.arena.matrix(rows: ratings.rows, columns: 1)
    var constant: Float = 0
    for row in 0..<ratings.rows {
      let rating = ratings[row, 0]
      above[row, 0] = thresholds.first { $0 > rating } ?? scale.highest + beyond
      below[row, 0] = thresholds.last { $0 <= rating } ?? scale.lowest - beyond
      let width = (above[row, 0] - below[row, 0]) / Float(noise)
      constant += tape.kernels.logarithm(1 - tape.kernels.exponential(-width))
    }
    func distance(_ limits: Matrix, _ sign: Float) -> TapeValue {
      tape.map(
        .softplus, tape.scale(sign / Float(noise), tape.subtract(tape.leaf(limits), scores)))
    }
    let sum = tape.sum(tape.add(distance(above, -1), distance(below, 1)))
    return tape.scale(
      1 / Float(max(1, ratings.rows)), tape.addScaled(sum, -1, tape.constant(constant)))
  }

  package func predictions(
    _ scores: Matrix, scale: RatingScale, _ kernels: KernelSet
  ) -> [Float] {
    let thresholds = thresholds(scale)
    let size = (scale.highest - scale.lowest) / Float(thresholds.count)
    return scores.array.map { score in
      thresholds.reduce(scale.lowest) { sum, threshold in
        sum + size / (1 + kernels.exponential((threshold - score) / Float(softness)))
      }
    }
  }

  package func scores(
    ofRating rating: Float, scale: RatingScale, _ kernels: KernelSet
  ) -> (values: [Float], slopes: [Float]) { ([rating], [1]) }
}
