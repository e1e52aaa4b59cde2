import Datasets
import Language

/// The root of the mean of (rating − prediction)² over the rated candidates.
package struct RootMeanSquaredError: ErrorMetric {
  package var over: Averaging?

  package init() {}

  package static let signature = Signature<Self>(
    "rmse", "Root mean squared error of the predicted ratings; lower is better.",
    [.option("over", \.over, "what the mean is over")],
    needs: [.scale],
    examples: [Example("evaluate rmse")])

  package var title: String { "RMSE" }

  package func cost(_ prediction: Double, _ rating: Double, on scale: RatingScale) -> Double {
    (rating - prediction) * (rating - prediction)
  }

  /// E(y − U)² over [l, h] is (y − (l + h) / 2)² + (h − l)² / 12.
  package func chanceCost(_ rating: Double, on scale: RatingScale) -> Double {
    let (low, high) = (Double(scale.lowest), Double(scale.highest))
    let offset = rating - (low + high) / 2
    return offset * offset + (high - low) * (high - low) / 12
  }

  package func error(ofMeanCost cost: Double) -> Double { cost.squareRoot() }
}
