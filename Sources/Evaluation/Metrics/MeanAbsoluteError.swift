import Datasets
import Language

/// The mean of |rating − prediction| over the rated candidates; predictions off the scale are moved
/// to its ends.
package struct MeanAbsoluteError: Metric {
  package init() {}

  package static let signature = Signature<Self>(
    "mae", "Mean absolute error of the predicted ratings; lower is better.",
    examples: [Example("evaluate mae")])

  package var title: String { "MAE" }
  package var field: String { Self.name }
  package var higherIsBetter: Bool { false }
  package var needsRatings: Bool { true }

  package func value(of query: JudgedQuery) -> Double? {
    guard !query.ratings.isEmpty else { return nil }
    var sum = 0.0
    for (score, rating) in zip(query.scores, query.ratings) {
      sum += abs(Double(rating) - Double(query.scale.clamped(score)))
    }
    return sum / Double(query.ratings.count)
  }

  /// The expected error of a prediction drawn evenly from the scale.
  package func chance(of query: JudgedQuery) -> Double? {
    let (low, high) = (Double(query.scale.lowest), Double(query.scale.highest))
    guard !query.ratings.isEmpty, high > low else { return nil }
    // E|y − U| over [l, h] is ((y − l)² + (h − y)²) / 2(h − l).
    let sum = query.ratings.reduce(0.0) { sum, rating in
      let (down, up) = (Double(rating) - low, high - Double(rating))
      return sum + (down * down + up * up) / (2 * (high - low))
    }
    return sum / Double(query.ratings.count)
  }

  package func definition(on scale: RatingScale) -> String { errorDefinition(on: scale) }
}

/// What all errors of prediction have in common, for a footnote.
func errorDefinition(on scale: RatingScale) -> String {
  let low = Number.text(Double(scale.lowest))
  let high = Number.text(Double(scale.highest))
  return "errors: predictions are kept within \(low)…\(high); chance draws them evenly from it"
}
