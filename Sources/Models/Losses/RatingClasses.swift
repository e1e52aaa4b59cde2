import Datasets
import Kernels
import Language

/// Cross-entropy over the ratings as classes; the predicted rating is their mean.
package struct RatingClasses: Loss {
  package init() {}

  package static let signature = Signature<Self>(
    "ce", "Cross-entropy over the ratings as classes, one score for each.",
    details: "The predicted rating is the mean of the ratings under the predicted probabilities.",
    needs: [.scale],
    examples: [Example("meta-train maml loss=ce epochs=1")])

  /// One class for each whole step of the scale, at least two and at most a hundred.
  package func outputs(_ scale: RatingScale) -> Int {
    min(100, max(2, Int((scale.highest - scale.lowest).rounded()) + 1))
  }

  /// The rating that a class stands for.
  private func rating(_ number: Int, _ scale: RatingScale) -> Float {
    let steps = Float(outputs(scale) - 1)
    return scale.lowest + (scale.highest - scale.lowest) * Float(number) / steps
  }

  package func value(
    _ tape: Tape, _ scores: TapeValue, _ ratings: Matrix, scale: RatingScale
  ) -> TapeValue {
    let classes = outputs(scale)
    var chosen = [Float](repeating: 0, count: ratings.rows * classes)
    for row in 0..<ratings.rows {
      let share = (ratings[row, 0] - scale.lowest) / max(scale.highest - scale.lowest, 1e-6)
      let place = min(max(share * Float(classes - 1), 0), Float(classes - 1))
      // A rating between two classes belongs to both.
      let lower = Int(place)
      chosen[row * classes + lower] += 1 - (place - Float(lower))
      if place > Float(lower) { chosen[row * classes + lower + 1] += place - Float(lower) }
    }
    let likelihood = tape.map(.log, tape.softmax(scores))
    let total = tape.sumProduct(
      likelihood, tape.constant(chosen, rows: ratings.rows, columns: classes))
    return tape.scale(-1 / Float(max(1, ratings.rows)), total)
  }

  package func predictions(
    _ scores: Matrix, scale: RatingScale, _ kernels: KernelSet
  ) -> [Float] {
    (0..<scores.rows).map { row in
      let top = (0..<scores.columns).map { scores[row, $0] }.max() ?? 0
      var total: Float = 0
      var mean: Float = 0
      for number in 0..<scores.columns {
        let weight = kernels.exponential(scores[row, number] - top)
        total += weight
        mean += weight * rating(number, scale)
      }
      return mean / total
    }
  }

  /// Scores of a bell around the rating.
  package func scores(
    ofRating rating: Float, scale: RatingScale, _ kernels: KernelSet
  ) -> (values: [Float], slopes: [Float]) {
    let distances = (0..<outputs(scale)).map { self.rating($0, scale) - rating }
    return (distances.map { -0.5 * $0 * $0 }, distances)
  }
}
