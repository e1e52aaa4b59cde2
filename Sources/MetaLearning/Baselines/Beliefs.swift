import Datasets
import Kernels

/// What is believed of the vectors of one side, users or items: of each a normal distribution, and a prior
/// that all of them share.
///
/// A vector is a deviation and then factors: r = μ + deviation + deviation′ + factors · factors′, so that
/// the two sides are treated alike.
struct Beliefs {
  let count: Int
  let size: Int
  /// One row an entity.
  var means: [Double]
  /// One row an entity: the lower triangle of its covariance.
  var covariances: [Double]
  /// What the features of each entity let expect of it; one row an entity.
  var expected: [Double]
  /// The lower triangle of the precision around that.
  var precision: [Double]
  /// How sure a rating of each entity is, where that of the average one is 1.
  var confidences: [Double]

  /// - Parameter factor: the first mean of each factor of each entity.
  init(count: Int, factors: Int, factor: () -> Double) {
    self.count = count
    size = factors + 1
    expected = Array(repeating: 0, count: count * size)
    let vague = Packed.diagonal((0..<size).map { $0 == 0 ? 0.2 : 0.1 })
    precision = Packed.diagonal((0..<size).map { $0 == 0 ? 5 : 10 })
    confidences = Array(repeating: 1, count: count)
    covariances = Array(repeating: 0, count: count * vague.count)
    for entity in (0..<count).whileWanted(asking: 0x40) {
      let start = entity * vague.count
      covariances.replaceSubrange(start..<start + vague.count, with: vague)
    }
    means = Array(repeating: 0, count: count * size)
    for entity in 0..<count {
      for index in 1..<size { means[entity * size + index] = factor() }
    }
  }

  var triangle: Int { Packed.count(size) }

  /// What each entity of this side is to the other.
  func moments() -> Moments { Moments(self) }

  /// The belief in an entity after its ratings, which are given less the mean of all.
  func posterior(
    of entity: Int, _ ratings: some Sequence<(other: Int, value: Double)>, given others: Moments,
    noise: Double
  ) -> (mean: [Double], covariance: [Double]) {
    var square = Array(repeating: 0.0, count: triangle)
    var moment = Array(repeating: 0.0, count: size)
    for (other, value) in ratings { others.add(other, value, &square, &moment) }
    let expected = Array(expected[entity * size..<(entity + 1) * size])
    let pull = Packed.product(precision, expected)
    let sureness = confidences[entity] / noise
    for index in square.indices { square[index] = square[index] * sureness + precision[index] }
    for index in moment.indices { moment[index] = moment[index] * sureness + pull[index] }
    let covariance = Packed.inverse(square, size: size)
    return (Packed.product(covariance, moment), covariance)
  }

  /// Believes of every entity what its ratings say.
  mutating func update(_ ratings: RatingIndex, given others: Moments, noise: Double) {
    for entity in 0..<count {
      if Cancellation.isRequested { break }
      let own = ratings.range(entity).lazy.map {
        (other: Int(ratings.others[$0]), value: ratings.values[$0])
      }
      let (mean, covariance) = posterior(of: entity, own, given: others, noise: noise)
      let (row, square) = (entity * size, entity * triangle)
      means.replaceSubrange(row..<row + size, with: mean)
      covariances.replaceSubrange(square..<square + triangle, with: covariance)
    }
  }

  /// The belief in one entity that has no ratings.
  var newcomer: Beliefs {
    var newcomer = Beliefs(count: 1, factors: size - 1) { 0 }
    newcomer.precision = precision
    return newcomer
  }

  /// Fits how sure the ratings of each entity are to E[(r − μ − deviations − factors · factors′)²], by a
  /// gamma prior as strong as `penalty` ratings of the average one; returns the mean noise.
  mutating func fitNoise(
    _ ratings: RatingIndex, given others: Beliefs, penalty: Double
  ) -> Double {
    let (own, other) = (moments(), others.moments())
    var errors = [Double](repeating: 0, count: count)
    for entity in (0..<count).whileWanted(asking: 1) {
      errors[entity] = ratings.range(entity).reduce(0.0) { sum, place in
        sum
          + own.squaredError(entity, ratings.values[place], Int(ratings.others[place]), of: other)
      }
    }
    let sum = zip(errors, confidences).reduce(0) { $0 + $1.0 * $1.1 }
    let noise = max(1e-6, sum / Double(max(1, ratings.values.count)))
    for entity in 0..<count {
      confidences[entity] =
        (penalty + Double(ratings.range(entity).count)) / (penalty + errors[entity] / noise)
    }
    return noise
  }

  /// Fits the prior's spread to how the entities with ratings lie around what is expected of them.
  mutating func fitSpread(to ratings: RatingIndex) {
    let rated = (0..<count).filter { !ratings.range($0).isEmpty }
    guard !rated.isEmpty else { return }
    var spread = Array(repeating: 0.0, count: triangle)
    for entity in rated.whileWanted(asking: 0x40) {
      let (row, square) = (entity * size, entity * triangle)
      for i in 0..<size {
        let deviation = means[row + i] - expected[row + i]
        for j in 0...i {
          let place = Packed.place(i, j)
          spread[place] +=
            deviation * (means[row + j] - expected[row + j]) + covariances[square + place]
        }
      }
    }
    for index in spread.indices { spread[index] /= Double(rated.count) }
    // A factor that nobody needs must not become infinitely sure.
    for i in 0..<size { spread[Packed.place(i, i)] += 1e-6 }
    precision = Packed.inverse(spread, size: size)
  }
}

/// What the other side needs of beliefs: with x = (1, factors), the deviation d, E[x], E[x xᵀ], Cov(d, x) and
/// Var(d) of each entity.
struct Moments: Sendable {
  private let size: Int
  private let triangle: Int
  private var rows: [Double]
  private var squares: [Double]
  private var deviations: [Double] = []
  private var covariances: [Double]
  private var variances: [Double] = []
  private let confidences: [Double]

  /// Of fewer entities when nobody wants them any more.
  init(_ beliefs: Beliefs) {
    size = beliefs.size
    triangle = beliefs.triangle
    rows = beliefs.means
    squares = []
    squares.reserveCapacity(beliefs.covariances.count)
    confidences = beliefs.confidences
    covariances = Array(repeating: 0, count: beliefs.means.count)
    for entity in (0..<beliefs.count).whileWanted(asking: 0x40) {
      let (row, square) = (entity * size, entity * triangle)
      squares += beliefs.covariances[square..<square + triangle]
      deviations.append(rows[row])
      variances.append(squares[square])
      rows[row] = 1
      squares[square] = 1
      for i in 1..<size {
        covariances[row + i] = squares[square + Packed.place(i, 0)]
        squares[square + Packed.place(i, 0)] = rows[row + i]
        for j in 1...i {
          squares[square + Packed.place(i, j)] += rows[row + i] * rows[row + j]
        }
      }
    }
  }

  /// Adds a rating of that entity to normal equations.
  func add(_ entity: Int, _ value: Double, _ square: inout [Double], _ moment: inout [Double]) {
    let (row, start) = (entity * size, entity * triangle)
    let sureness = confidences[entity]
    for index in 0..<triangle { square[index] += sureness * squares[start + index] }
    let rest = value - deviations[entity]
    for index in 0..<size {
      moment[index] += sureness * (rows[row + index] * rest - covariances[row + index])
    }
  }

  /// The expected rating, less the mean of all, by someone with that mean vector.
  func expectation(_ entity: Int, for mean: [Double]) -> Double {
    (0..<size).reduce(deviations[entity]) { $0 + mean[$1] * rows[entity * size + $1] }
  }

  /// E[(r − d − d′ − f · f′)²] = (r − d̄ − d̄′ − f̄ · f̄′)² + the variance of the prediction, where
  /// d + f · f′ and d′ have E[…²] by the moments of either side.
  func squaredError(_ entity: Int, _ value: Double, _ other: Int, of others: Moments) -> Double {
    let (row, otherRow) = (entity * size, other * size)
    var dot = 0.0
    // 2 Cov(d, f) · f̄′ and 2 Cov(d′, f′) · f̄.
    var mixed = 0.0
    for i in 1..<size {
      dot += rows[row + i] * others.rows[otherRow + i]
      mixed += covariances[row + i] * others.rows[otherRow + i]
      mixed += others.covariances[otherRow + i] * rows[row + i]
    }
    // E[(f · f′)²] = Σ E[f fᵀ] E[f′ f′ᵀ], element by element.
    var squared = 0.0
    for i in 1..<size {
      for j in 1...i {
        let place = Packed.place(i, j)
        let product = squares[entity * triangle + place] * others.squares[other * triangle + place]
        squared += i == j ? product : 2 * product
      }
    }
    let rest = value - deviations[entity] - others.deviations[other] - dot
    return rest * rest + variances[entity] + others.variances[other] + squared - dot * dot
      + 2 * mixed
  }
}
