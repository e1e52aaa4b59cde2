import Datasets
import Kernels

/// The approximate posterior of the vectors of all users or of all items: a normal distribution for each, and
/// the prior that they share, whose mean may depend on side features.
///
/// A vector is a bias and then factors, `size` numbers in all: r = μ + b + b′ + z · z′ for both sides.
package struct GaussianFactors {
  let count: Int
  let size: Int
  /// Posterior means. Shape: (entities × size).
  package var means: [Double]
  /// Posterior covariances as packed lower triangles. Shape: (entities × size·(size + 1)/2).
  package var covariances: [Double]
  /// Prior means, as the side features predict them. Shape: (entities × size).
  package var expected: [Double]
  /// The prior's precision, as a packed lower triangle; the same for all entities.
  package var precision: [Double]
  /// The precision of each entity's ratings relative to the average, which is 1.
  package var confidences: [Double]

  /// - Parameter factor: draws the initial mean of each factor of each entity.
  package init(count: Int, factors: Int, factor: () -> Double) {
    self.count = count
    size = factors + 1
    expected = Array(repeating: 0, count: count * size)
    let vague = PackedSymmetric.diagonal((0..<size).map { $0 == 0 ? 0.2 : 0.1 })
    precision = PackedSymmetric.diagonal((0..<size).map { $0 == 0 ? 5 : 10 })
    confidences = Array(repeating: 1, count: count)
    // Appended, not overwritten: zeros for a gigabyte take long, and nobody could stop that.
    covariances = []
    covariances.reserveCapacity(count * vague.count)
    for _ in (0..<count).whileWanted(asking: 0x40) { covariances += vague }
    means = Array(repeating: 0, count: count * size)
    for entity in 0..<count {
      for index in 1..<size { means[entity * size + index] = factor() }
    }
  }

  /// Vectors that are known for certain.
  ///
  /// - Parameters:
  ///   - biases: a bias for each entity.
  ///   - others: their factors. Shape: (entities × factors).
  init(vectors biases: [Double], _ others: [Double], factors: Int) {
    self.init(count: biases.count, factors: factors) { 0 }
    covariances = Array(repeating: 0, count: covariances.count)
    for (entity, bias) in biases.enumerated() {
      means[entity * size] = bias
      means.replaceSubrange(
        entity * size + 1..<(entity + 1) * size,
        with: others[entity * factors..<(entity + 1) * factors])
    }
  }

  var triangle: Int { PackedSymmetric.count(size) }

  /// What an update of the other side needs of this one.
  package func moments() -> Moments { Moments(self) }

  /// The posterior of an entity given its ratings less μ, in closed form: Λ = Λ₀ + c/σ² Σ E[x xᵀ],
  /// m = Λ⁻¹ (Λ₀ m₀ + c/σ² Σ E[x (r − b′)]), with x = (1, z′) of the other side.
  package func posterior(
    of entity: Int, _ ratings: some Sequence<(other: Int, value: Double)>, given others: Moments,
    noise: Double
  ) -> (mean: [Double], covariance: [Double]) {
    var square = Array(repeating: 0.0, count: triangle)
    var moment = Array(repeating: 0.0, count: size)
    for (other, value) in ratings { others.add(other, value, &square, &moment) }
    let expected = Array(expected[entity * size..<(entity + 1) * size])
    let prior = PackedSymmetric.product(precision, expected)
    let weight = confidences[entity] / noise
    for index in square.indices { square[index] = square[index] * weight + precision[index] }
    for index in moment.indices { moment[index] = moment[index] * weight + prior[index] }
    let covariance = PackedSymmetric.inverse(square, size: size)
    return (PackedSymmetric.product(covariance, moment), covariance)
  }

  /// Updates the posterior of every entity by its ratings.
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

  /// One entity without ratings, of which only the prior is known.
  var newcomer: GaussianFactors {
    var newcomer = GaussianFactors(count: 1, factors: size - 1) { 0 }
    newcomer.precision = precision
    return newcomer
  }

  /// Fits the noise precision of each entity's ratings to E[(r − μ − b − b′ − z · z′)²], under a gamma prior
  /// worth `penalty` average ratings; returns the mean noise variance σ².
  mutating func fitNoise(
    _ ratings: RatingIndex, given others: GaussianFactors, penalty: Double
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

  /// Fits the prior's covariance to E[(v − m₀)(v − m₀)ᵀ] over the entities with ratings, times `inflation`.
  mutating func fitSpread(to ratings: RatingIndex, inflation: Double = 1) {
    let rated = (0..<count).filter { !ratings.range($0).isEmpty }
    guard !rated.isEmpty else { return }
    var spread = Array(repeating: 0.0, count: triangle)
    for entity in rated.whileWanted(asking: 0x40) {
      let (row, square) = (entity * size, entity * triangle)
      for i in 0..<size {
        let deviation = means[row + i] - expected[row + i]
        for j in 0...i {
          let place = PackedSymmetric.place(i, j)
          spread[place] +=
            deviation * (means[row + j] - expected[row + j]) + covariances[square + place]
        }
      }
    }
    for index in spread.indices { spread[index] = spread[index] / Double(rated.count) * inflation }
    // Keeps the covariance invertible where a factor is unused and its variance goes to 0.
    for i in 0..<size { spread[PackedSymmetric.place(i, i)] += 1e-6 }
    precision = PackedSymmetric.inverse(spread, size: size)
  }
}

/// Moments of Gaussian factors that the other side's update needs: with x = (1, z) and the bias b, E[b],
/// E[x], E[x xᵀ], Cov(b, x) and Var(b) of each entity.
package struct Moments: Sendable {
  private let size: Int
  private let triangle: Int
  private var rows: [Double]
  private var squares: [Double]
  private var deviations: [Double] = []
  private var covariances: [Double]
  private var variances: [Double] = []
  private let confidences: [Double]

  /// Covers fewer entities if the work is cancelled meanwhile; the result is then thrown away.
  init(_ factors: GaussianFactors) {
    size = factors.size
    triangle = factors.triangle
    rows = factors.means
    squares = []
    squares.reserveCapacity(factors.covariances.count)
    confidences = factors.confidences
    covariances = Array(repeating: 0, count: factors.means.count)
    for entity in (0..<factors.count).whileWanted(asking: 0x40) {
      let (row, square) = (entity * size, entity * triangle)
      squares += factors.covariances[square..<square + triangle]
      deviations.append(rows[row])
      variances.append(squares[square])
      rows[row] = 1
      squares[square] = 1
      for i in 1..<size {
        covariances[row + i] = squares[square + PackedSymmetric.place(i, 0)]
        squares[square + PackedSymmetric.place(i, 0)] = rows[row + i]
        for j in 1...i {
          squares[square + PackedSymmetric.place(i, j)] += rows[row + i] * rows[row + j]
        }
      }
    }
  }

  /// Adds one rating of an entity to the sums of normal equations.
  func add(_ entity: Int, _ value: Double, _ square: inout [Double], _ moment: inout [Double]) {
    let (row, start) = (entity * size, entity * triangle)
    let weight = confidences[entity]
    for index in 0..<triangle { square[index] += weight * squares[start + index] }
    let rest = value - deviations[entity]
    for index in 0..<size {
      moment[index] += weight * (rows[row + index] * rest - covariances[row + index])
    }
  }

  /// The expected rating less μ, from one whose mean vector is given.
  func expectation(_ entity: Int, for mean: [Double]) -> Double {
    (0..<size).reduce(deviations[entity]) { $0 + mean[$1] * rows[entity * size + $1] }
  }

  /// The variance of the noise of an entity's ratings, when `mean` is that of all.
  func noise(of entity: Int, mean: Double) -> Double { mean / confidences[entity] }

  /// x = (1, E[z]) of an entity.
  func vector(_ entity: Int) -> [Double] { Array(rows[entity * size..<(entity + 1) * size]) }

  /// Σ w E[x xᵀ] over all entities, as a packed lower triangle.
  func secondMoment(weights: [Double]) -> [Double] {
    var sum = Array(repeating: 0.0, count: triangle)
    for (entity, weight) in weights.enumerated().whileWanted(asking: 0x100) where weight > 0 {
      for index in 0..<triangle { sum[index] += weight * squares[entity * triangle + index] }
    }
    return sum
  }

  /// The variance of a rating of an entity for whoever knows the other side: that of its noise and of its bias.
  func unexplained(_ entity: Int, noise: Double) -> Double {
    self.noise(of: entity, mean: noise) + variances[entity]
  }

  /// E[(r − b − b′ − z · z′)²] = (r − b̄ − b̄′ − z̄ · z̄′)² + the variance of b + b′ + z · z′, which follows
  /// from the moments of both sides.
  func squaredError(_ entity: Int, _ value: Double, _ other: Int, of others: Moments) -> Double {
    let (row, otherRow) = (entity * size, other * size)
    var dot = 0.0
    // Cov(b, z) · z̄′ + Cov(b′, z′) · z̄, which counts twice.
    var mixed = 0.0
    for i in 1..<size {
      dot += rows[row + i] * others.rows[otherRow + i]
      mixed += covariances[row + i] * others.rows[otherRow + i]
      mixed += others.covariances[otherRow + i] * rows[row + i]
    }
    // E[(z · z′)²] = Σ E[z zᵀ] ∘ E[z′ z′ᵀ], the sum over all elements of the product.
    var squared = 0.0
    for i in 1..<size {
      for j in 1...i {
        let place = PackedSymmetric.place(i, j)
        let product = squares[entity * triangle + place] * others.squares[other * triangle + place]
        squared += i == j ? product : 2 * product
      }
    }
    let rest = value - deviations[entity] - others.deviations[other] - dot
    return rest * rest + variances[entity] + others.variances[other] + squared - dot * dot
      + 2 * mixed
  }
}
