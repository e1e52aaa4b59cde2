import Datasets
import Kernels
import Language

/// −y log p − (1 − y) log(1 − p), where y and p are the places of the rating and of the prediction
/// on the scale, 0 to 1: on clicks (0 or 1) the usual log loss, on graded ratings its soft form.
package struct LogLoss: Metric {
  package init() {}

  package static let signature = Signature<Self>(
    "log-loss", "Cross entropy of predictions read as probabilities; lower is better.",
    needs: [.scale],
    examples: [Example("evaluate log-loss")])

  package var title: String { "log loss" }
  package var field: String { Self.name }
  package var higherIsBetter: Bool { false }
  package var needsRatings: Bool { true }

  package func value(of query: JudgedQuery) -> Double? {
    let (low, high) = (Double(query.scale.lowest), Double(query.scale.highest))
    guard !query.ratings.isEmpty, high > low else { return nil }
    var sum = 0.0
    for (score, rating) in zip(query.scores, query.ratings) {
      let y = (Double(rating) - low) / (high - low)
      let p = min(max((Double(score) - low) / (high - low), 1e-6), 1 - 1e-6)
      sum -= y * Elementary.log(p) + (1 - y) * Elementary.log(1 - p)
    }
    return sum / Double(query.ratings.count)
  }

  /// The loss of giving everything even odds.
  package func chance(of query: JudgedQuery) -> Double? {
    query.ratings.isEmpty ? nil : Elementary.log(2)
  }

  package func definition(on scale: RatingScale) -> String {
    "log loss: ratings and predictions as places on the scale, 0 to 1; chance gives even odds"
  }
}
