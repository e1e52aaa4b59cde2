import Datasets
import Language

/// The root of the mean of (rating − prediction)² over the rated candidates of one task; predictions
/// off the scale are moved to its ends.
package struct RootMeanSquaredError: Metric {
  package init() {}

  package static let signature = Signature<Self>(
    "rmse", "Root mean squared error of the predicted ratings; lower is better.",
    examples: [Example("evaluate rmse")])

  package var title: String { "RMSE" }
  package var field: String { Self.name }
  package var higherIsBetter: Bool { false }
  package var needsRatings: Bool { true }

  package func value(of query: JudgedQuery) -> Double? {
    guard !query.ratings.isEmpty else { return nil }
    var sum = 0.0
    for (score, rating) in zip(query.scores, query.ratings) {
      let error = Double(rating) - Double(query.scale.clamped(score))
      sum += error * error
    }
    return (sum / Double(query.ratings.count)).squareRoot()
  }

  /// The root of the expected squared error of a prediction drawn evenly from the scale.
  package func chance(of query: JudgedQuery) -> Double? {
    let (low, high) = (Double(query.scale.lowest), Double(query.scale.highest))
    guard !query.ratings.isEmpty, high > low else { return nil }
    // E(y − U)² over [l, h] is (y − (l + h) / 2)² + (h − l)² / 12.
    let sum = query.ratings.reduce(0.0) { sum, rating in
      let offset = Double(rating) - (low + high) / 2
      return sum + offset * offset + (high - low) * (high - low) / 12
    }
    return (sum / Double(query.ratings.count)).squareRoot()
  }

  package func definition(on scale: RatingScale) -> String { errorDefinition(on: scale) }
}
