import Datasets
import Kernels
import Language

/// The mean absolute error, which the metric of that name counts.
package struct AbsoluteError: WeighableLoss {
  package init() {}

  package static let signature = Signature<Self>(
    "mae", "The mean absolute error of the predicted rating.",
    details: "Far-off ratings pull less than with mse; the best prediction is a median.",
    needs: [.scale],
    examples: [Example("meta-train maml loss=mae epochs=1")])

  package func outputs(_ scale: RatingScale) -> Int { 1 }

  package func value(
    _ tape: Tape, _ scores: TapeValue, _ ratings: Matrix, scale: RatingScale
  ) -> TapeValue {
    // |e| = e · sign(e)
    let error = tape.subtract(scores, tape.leaf(ratings))
    return tape.scale(1 / Float(ratings.rows), tape.sumProduct(error, tape.map(.sign, error)))
  }

  package func weightedSum(
    _ tape: Tape, _ scores: TapeValue, _ ratings: Matrix, _ weights: TapeValue, scale: RatingScale
  ) -> TapeValue {
    let error = tape.subtract(scores, tape.leaf(ratings))
    return tape.sumProduct(tape.multiply(weights, error), tape.map(.sign, error))
  }

  package func predictions(
    _ scores: Matrix, scale: RatingScale, _ kernels: KernelSet
  ) -> [Float] { scores.array }
  package var predictsScores: Bool { true }

  package func scores(
    ofRating rating: Float, scale: RatingScale, _ kernels: KernelSet
  ) -> (values: [Float], slopes: [Float]) { ([rating], [1]) }
}
