import Datasets
import Language

/// The mean of |rating − prediction| over the rated candidates.
package struct MeanAbsoluteError: ErrorMetric {
  package var over: Averaging?

  package init() {}

  package static let signature = Signature<Self>(
    "mae", "Mean absolute error of the predicted ratings; lower is better.",
    [.option("over", \.over, "what the mean is over")],
    needs: [.scale],
    examples: [Example("evaluate mae")])

  package var title: String { "MAE" }

  package func cost(_ prediction: Double, _ rating: Double, on scale: RatingScale) -> Double {
    abs(rating - prediction)
  }

  package func chanceCost(_ rating: Double, on scale: RatingScale) -> Double {
    evenAbsoluteError(rating, on: scale)
  }
}
