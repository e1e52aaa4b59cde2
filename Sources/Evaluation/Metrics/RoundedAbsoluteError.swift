import Datasets
import Language

/// The mean of |rating − prediction| with every prediction moved to the nearest rating of the scale.
///
/// The absolute error is least at a median, which is a rating: whoever predicts means can gain by rounding.
/// This gives every model that gain, so that only what it knows of the user is compared.
package struct RoundedAbsoluteError: ErrorMetric {
  package var over: Averaging?

  package init() {}

  package static let signature = Signature<Self>(
    "rounded-mae", "Mean absolute error of predictions rounded to whole ratings; lower is better.",
    [.option("over", \.over, "what the mean is over")],
    needs: [.scale],
    examples: [Example("evaluate mae rounded-mae")])

  package var title: String { "rounded MAE" }

  package func cost(_ prediction: Double, _ rating: Double, on scale: RatingScale) -> Double {
    let low = Double(scale.lowest)
    return abs(rating - min(Double(scale.highest), low + (prediction - low).rounded()))
  }

  package func chanceCost(_ rating: Double, on scale: RatingScale) -> Double {
    evenAbsoluteError(rating, on: scale)
  }
}
