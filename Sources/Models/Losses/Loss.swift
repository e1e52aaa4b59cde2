import Datasets
import Kernels
import Language

/// What training makes small: how scores become ratings, and how far they are off.
package protocol Loss: Configurable {
  /// Numbers that the network gives for each row.
  func outputs(_ scale: RatingScale) -> Int
  /// The mean loss over the rows, a scalar. Shapes: scores (n × outputs), ratings (n × 1).
  func value(_ tape: Tape, _ scores: TapeValue, _ ratings: Matrix, scale: RatingScale) -> TapeValue
  /// The rating that scores stand for, for each row.
  func predictions(
    _ scores: Matrix, scale: RatingScale, _ kernels: KernelSet
  ) -> [Float]
  /// The scores that stand for a constant rating, and their slope against the rating.
  func scores(
    ofRating rating: Float, scale: RatingScale, _ kernels: KernelSet
  ) -> (values: [Float], slopes: [Float])
  /// Whether predictions are on the scale of the ratings.
  var predictsRatings: Bool { get }
  /// Whether predictions are the scores themselves.
  var predictsScores: Bool { get }
  /// Whether it has a meaning where items are only taken (1) or drawn as not taken (0).
  var comparesWithNegatives: Bool { get }
}

extension Loss {
  package var comparesWithNegatives: Bool { false }
  package var predictsRatings: Bool { true }
  package var predictsScores: Bool { false }
}

/// A loss that can be a weighted mean over the rows.
package protocol WeighableLoss: Loss {
  /// Σ weight · loss over the rows, a scalar. Shapes: scores (n × 1), ratings (n × 1), weights (n × 1).
  func weightedSum(
    _ tape: Tape, _ scores: TapeValue, _ ratings: Matrix, _ weights: TapeValue, scale: RatingScale
  ) -> TapeValue
}

extension Loss {
  /// The mean loss over rows, weighted where they have weights.
  package func value(
    _ tape: Tape, _ scores: TapeValue, of rows: EncodedRows, scale: RatingScale
  ) -> TapeValue {
    guard let weights = rows.weights, let own = self as? any WeighableLoss else {
      return value(tape, scores, rows.ratings, scale: scale)
    }
    let sum = own.weightedSum(tape, scores, rows.ratings, tape.leaf(weights), scale: scale)
    return tape.scale(1 / weights.array.reduce(0, +), sum)
  }
}

/// A loss that is the mean of a function of each row's own score.
package protocol PointwiseLoss: WeighableLoss {
  /// Writes the loss' first and second derivatives with respect to each score; returns the loss. Shapes:
  /// (n × 1).
  func derivatives(
    _ scores: Matrix, _ ratings: Matrix, scale: RatingScale, first: Matrix, second: Matrix,
    _ kernels: KernelSet
  ) -> Float
}

/// A loss of which scores only put items in order: they are no ratings, and stand for themselves.
package protocol RankingLoss: Loss {}

extension RankingLoss {
  package var predictsRatings: Bool { false }
  package var predictsScores: Bool { true }
  package var comparesWithNegatives: Bool { true }
  package func outputs(_ scale: RatingScale) -> Int { 1 }

  package func predictions(
    _ scores: Matrix, scale: RatingScale, _ kernels: KernelSet
  ) -> [Float] { scores.array }

  package func scores(
    ofRating rating: Float, scale: RatingScale, _ kernels: KernelSet
  ) -> (values: [Float], slopes: [Float]) { ([rating], [1]) }
}

/// Every loss that `loss=` can name.
package let losses = Catalog<any Loss>(
  "loss",
  [
    SquaredError.self, AbsoluteError.self, Ordinal.self, CrossEntropy.self, RatingClasses.self,
    PairwiseRanking.self, SampledSoftmax.self,
  ])

/// The mean squared error.
package struct SquaredError: PointwiseLoss {
  package init() {}

  package static let signature = Signature<Self>(
    "mse", "The mean squared error of the predicted rating.",
    needs: [.scale], examples: [Example("meta-train maml loss=mse epochs=1")])

  package func outputs(_ scale: RatingScale) -> Int { 1 }

  package func value(
    _ tape: Tape, _ scores: TapeValue, _ ratings: Matrix, scale: RatingScale
  ) -> TapeValue {
    let error = tape.subtract(scores, tape.leaf(ratings))
    return tape.scale(1 / Float(ratings.rows), tape.sumProduct(error, error))
  }

  package func weightedSum(
    _ tape: Tape, _ scores: TapeValue, _ ratings: Matrix, _ weights: TapeValue, scale: RatingScale
  ) -> TapeValue {
    let error = tape.subtract(scores, tape.leaf(ratings))
    return tape.sumProduct(tape.multiply(weights, error), error)
  }

  package func derivatives(
    _ scores: Matrix, _ ratings: Matrix, scale: RatingScale, first: Matrix, second: Matrix,
    _ kernels: KernelSet
  ) -> Float {
    let share = 1 / Float(ratings.rows)
    var squares: Float = 0
    for row in 0..<ratings.rows {
      let error = scores.base[row] - ratings.base[row]
      squares += error * error
      first.base[row] = 2 * share * error
      second.base[row] = 2 * share
    }
    return share * squares
  }

  package func predictions(
    _ scores: Matrix, scale: RatingScale, _ kernels: KernelSet
  ) -> [Float] { scores.array }
  package var predictsScores: Bool { true }

  package func scores(
    ofRating rating: Float, scale: RatingScale, _ kernels: KernelSet
  ) -> (values: [Float], slopes: [Float]) { ([rating], [1]) }
}

/// Binary cross-entropy of the rating's place between the lowest and the highest.
package struct CrossEntropy: PointwiseLoss {
  package init() {}

  package static let signature = Signature<Self>(
    "bce", "Binary cross-entropy of the rating's place on its scale, or of taken and drawn items.",
    examples: [Example("meta-train maml loss=bce epochs=1")])

  package var comparesWithNegatives: Bool { true }

  package func outputs(_ scale: RatingScale) -> Int { 1 }

  package func value(
    _ tape: Tape, _ scores: TapeValue, _ ratings: Matrix, scale: RatingScale
  ) -> TapeValue {
    // −y log σ(s) − (1 − y) log(1 − σ(s)) = log(1 + eˢ) − y·s
    let cost = tape.subtract(
      tape.sum(tape.map(.softplus, scores)),
      tape.sumProduct(scores, targets(tape, ratings, scale)))
    return tape.scale(1 / Float(ratings.rows), cost)
  }

  package func weightedSum(
    _ tape: Tape, _ scores: TapeValue, _ ratings: Matrix, _ weights: TapeValue, scale: RatingScale
  ) -> TapeValue {
    tape.subtract(
      tape.sumProduct(weights, tape.map(.softplus, scores)),
      tape.sumProduct(scores, tape.multiply(weights, targets(tape, ratings, scale))))
  }

  /// The places of ratings between the lowest and the highest.
  private func targets(_ tape: Tape, _ ratings: Matrix, _ scale: RatingScale) -> TapeValue {
    let targets = tape.arena.matrix(rows: ratings.rows, columns: 1)
    let span = max(scale.highest - scale.lowest, 1e-6)
    for row in 0..<ratings.rows { targets[row, 0] = (ratings[row, 0] - scale.lowest) / span }
    return tape.leaf(targets)
  }

  package func derivatives(
    _ scores: Matrix, _ ratings: Matrix, scale: RatingScale, first: Matrix, second: Matrix,
    _ kernels: KernelSet
  ) -> Float {
    let share = 1 / Float(ratings.rows)
    let span = max(scale.highest - scale.lowest, 1e-6)
    kernels.map(.sigmoid, scores, into: first)
    kernels.map(.softplus, scores, into: second)
    var cost: Float = 0
    for row in 0..<ratings.rows {
      let target = (ratings.base[row] - scale.lowest) / span
      let chance = first.base[row]
      cost += second.base[row] - target * scores.base[row]
      first.base[row] = share * (chance - target)
      second.base[row] = share * chance * (1 - chance)
    }
    return share * cost
  }

  package func predictions(
    _ scores: Matrix, scale: RatingScale, _ kernels: KernelSet
  ) -> [Float] {
    scores.array.map { score in
      let e = kernels.exponential(-abs(score))
      let share = score < 0 ? e / (1 + e) : 1 / (1 + e)
      return scale.lowest + (scale.highest - scale.lowest) * share
    }
  }

  package func scores(
    ofRating rating: Float, scale: RatingScale, _ kernels: KernelSet
  ) -> (values: [Float], slopes: [Float]) {
    let span = max(scale.highest - scale.lowest, 1e-6)
    let share = min(max((rating - scale.lowest) / span, 0.01), 0.99)
    return ([kernels.logarithm(share / (1 - share))], [1 / (span * share * (1 - share))])
  }
}
