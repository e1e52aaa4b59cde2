import Datasets
import Language

/// What a mean error is a mean over.
package enum Averaging: String, ArgumentChoice {
  case users, ratings

  package var summary: String {
    switch self {
    case .users: "each user's error counts the same"
    case .ratings: "each rating's error counts the same, as in Surprise"
    }
  }
}

/// A metric of how far predicted ratings are off, over users or over all ratings at once.
package protocol ErrorMetric: Metric {
  var over: Averaging? { get set }
  /// What a prediction costs.
  func cost(_ prediction: Double, _ rating: Double, on scale: RatingScale) -> Double
  /// The expected cost of a prediction drawn evenly from the scale.
  func chanceCost(_ rating: Double, on scale: RatingScale) -> Double
  /// The error that a mean cost stands for.
  func error(ofMeanCost cost: Double) -> Double
}

extension ErrorMetric {
  package var higherIsBetter: Bool { false }
  package var needsRatings: Bool { true }
  package var isPooled: Bool { over == .ratings }
  package var field: String { Self.name }

  package mutating func adopt(_ defaults: MetricDefaults) {
    if over == nil { over = defaults.over }
  }

  package func error(ofMeanCost cost: Double) -> Double { cost }

  package func value(of query: JudgedQuery) -> Double? { mean([query], cost) }
  package func total(of queries: [JudgedQuery]) -> Double? { mean(queries, cost) }
  package func chance(of query: JudgedQuery) -> Double? { totalChance(of: [query]) }

  package func totalChance(of queries: [JudgedQuery]) -> Double? {
    mean(queries) { chanceCost($1, on: $2) }
  }

  /// The error over all rated candidates; predictions off the scale are moved to its ends.
  private func mean(
    _ queries: [JudgedQuery], _ cost: (Double, Double, RatingScale) -> Double
  ) -> Double? {
    var sum = 0.0
    var count = 0
    for query in queries {
      for (score, rating) in zip(query.scores, query.ratings) {
        sum += cost(Double(query.scale.clamped(score)), Double(rating), query.scale)
      }
      count += query.ratings.count
    }
    return count > 0 ? error(ofMeanCost: sum / Double(count)) : nil
  }

  package func definition(on scale: RatingScale) -> String {
    let low = Number.text(scale.lowest.asWritten)
    let high = Number.text(scale.highest.asWritten)
    return "errors: predictions are kept within \(low)…\(high); chance draws them evenly from it"
      + (isPooled ? "; over all ratings at once" : "")
  }

  /// E|y − U| over [l, h]: ((y − l)² + (h − y)²) / 2(h − l).
  func evenAbsoluteError(_ rating: Double, on scale: RatingScale) -> Double {
    let (down, up) = (rating - Double(scale.lowest), Double(scale.highest) - rating)
    guard scale.highest > scale.lowest else { return abs(down) }
    return (down * down + up * up) / (2 * Double(scale.highest - scale.lowest))
  }
}
