import Datasets
import Language

/// The expected calibration error of predicted ratings: predictions of all users are sorted into ten
/// bins of equal size, and the gaps between mean prediction and mean rating averaged (Naeini, Cooper
/// and Hauskrecht 2015, for ratings).
package struct Calibration: Metric {
  private static let bins = 10

  package init() {}

  package static let signature = Signature<Self>(
    "calibration", "How far predictions are from the ratings they stand for; lower is better.",
    needs: [.scale],
    examples: [Example("evaluate calibration")])

  package var title: String { "calibration" }
  package var field: String { Self.name }
  package var higherIsBetter: Bool { false }
  package var needsRatings: Bool { true }
  package var isPooled: Bool { true }

  package func value(of query: JudgedQuery) -> Double? { nil }
  package func chance(of query: JudgedQuery) -> Double? { nil }

  package func total(of queries: [JudgedQuery]) -> Double? {
    var pairs: [(prediction: Float, rating: Float)] = []
    for query in queries {
      for (score, rating) in zip(query.scores, query.ratings) {
        pairs.append((query.scale.clamped(score), rating))
      }
    }
    guard !pairs.isEmpty else { return nil }
    pairs.sort { ($0.prediction, $0.rating) < ($1.prediction, $1.rating) }
    let bins = min(Self.bins, pairs.count)
    let gaps = (0..<bins).reduce(0.0) { sum, bin in
      let range = bin * pairs.count / bins..<(bin + 1) * pairs.count / bins
      return sum + abs(pairs[range].reduce(0.0) { $0 + Double($1.prediction) - Double($1.rating) })
    }
    return gaps / Double(pairs.count)
  }

  package func definition(on scale: RatingScale) -> String {
    "calibration: mean gap between prediction and rating over ten bins of predictions"
  }
}
