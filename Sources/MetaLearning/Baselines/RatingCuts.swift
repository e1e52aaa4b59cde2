import Datasets
import Kernels
import Models

/// Where predictions pass from one whole rating to the next: each at a cut, above which half of the users rate higher.
/// Predictions at whole ratings are then medians of what a user may say, at which the absolute error is least.
///
/// Of items that nobody rated expectations are closer together, and cuts are others.
package struct RatingCuts: Sendable {
  let scale: RatingScale
  /// The cut above each whole rating but the highest.
  let known: [Double]
  let new: [Double]
  /// For each item whether nobody rated it.
  let isNew: [Bool]

  /// - Parameters:
  ///   - known: predictions that had no part in fitting, of items that others rated.
  ///   - new: the same of items that nobody else rated.
  package init(_ scale: RatingScale, known: [JudgedRating], new: [JudgedRating], isNew: [Bool]) {
    self.scale = scale
    self.known = Self.cuts(scale, known)
    self.new = Self.cuts(scale, new)
    self.isNew = isNew
  }

  /// The whole rating that a prediction stands for, and a hundredth of what is left: an order among items that were
  /// rated stays as it is, and one among new items.
  package func nearlyWhole(_ score: Double, item: Int32) -> Double {
    let cuts = isNew[Int(item)] ? new : known
    let whole = Double(scale.lowest) + Double(cuts.count { $0 <= score })
    return whole + 0.01 * (score - whole)
  }

  /// The slope at which a cut starts, and how many ratings' worth holds it in the middle.
  private static let (steepness, trust) = (2.0, 10.0)

  /// For each boundary the score at which logistic regression gives both sides the same chance.
  private static func cuts(_ scale: RatingScale, _ judged: [JudgedRating]) -> [Double] {
    var highest = -Double.infinity
    return (0..<max(0, Int((scale.highest - scale.lowest).rounded()))).map { step in
      let middle = Double(scale.lowest) + Double(step) + 0.5
      let cut = min(max(middle - shift(judged, from: middle), middle - 0.5), middle + 0.5)
      highest = max(highest, cut)
      return highest
    }
  }

  /// By how much to lower the cut at `middle`: b / a of P(rating > middle) = σ(a · (score − middle) + b), by Newton's
  /// method.
  private static func shift(_ judged: [JudgedRating], from middle: Double) -> Double {
    var (a, b) = (steepness, 0.0)
    for _ in 0..<20 {
      var gradient = (a: a - steepness, b: trust * b)
      var curvature = (aa: 1.0, ab: 0.0, bb: trust)
      for rating in judged {
        let x = rating.score - middle
        let chance = 1 / (1 + Elementary.exp(-(a * x + b)))
        let error = chance - (rating.rating > middle ? 1 : 0)
        let weight = chance * (1 - chance)
        gradient = (gradient.a + error * x, gradient.b + error)
        curvature.aa += weight * x * x
        curvature.ab += weight * x
        curvature.bb += weight
      }
      let determinant = curvature.aa * curvature.bb - curvature.ab * curvature.ab
      let step = (
        a: (curvature.bb * gradient.a - curvature.ab * gradient.b) / determinant,
        b: (curvature.aa * gradient.b - curvature.ab * gradient.a) / determinant
      )
      (a, b) = (a - step.a, b - step.b)
      guard a.isFinite, b.isFinite else { return 0 }
      if abs(step.a) + abs(step.b) < 1e-9 { break }
    }
    return a > 0.1 ? b / a : 0
  }
}

/// A prediction, and what the user said.
package struct JudgedRating: Sendable {
  let score: Double
  let rating: Double

  package init(score: Double, rating: Double) {
    (self.score, self.rating) = (score, rating)
  }
}
