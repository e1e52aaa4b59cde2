import Datasets
import Kernels
import Language

/// How much noise hides a user in sums that are released once.
package struct SumNoise: Sendable, Equatable {
  package var kind = Kind.gaussian
  package var epsilon = 8.0
  package var delta = 1e-5
  /// The longest contribution of a user; the kind's own if nil.
  package var userClip: Double?

  package init() {}

  package enum Kind: String, ArgumentChoice {
    case gaussian, laplace

    package var summary: String {
      switch self {
      case .gaussian: "normal noise by the L2 norm of what a user gives"
      case .laplace: "Laplace noise by its L1 norm; δ is 0"
      }
    }
  }

  /// The options of a baseline that has them at `path`.
  static func parameters<Root>(_ path: Path<Root, SumNoise>) -> [Parameter<Root>] {
    own.map { $0.lifted(along: path) }
  }

  private static let own: [Parameter<SumNoise>] = [
    .option(
      "epsilon", \.epsilon, in: 0.001...100, "the ε that fitting spends of each training user"),
    .option(
      "delta", \.delta, in: 1e-12...0.1, "the probability that ε does not hold, of normal noise"),
    .option("noise", \.kind, "what noise is added"),
    .option(
      "user-clip", \.userClip, in: 1e-3...1e6,
      "the longest contribution of one user, in ratings; 5 if not given, of Laplace noise 25"),
  ]

  package var clip: Double { userClip ?? (kind == .gaussian ? 5 : 25) }

  /// What fitting spends, for whoever reads its row.
  var remark: String {
    "ε = \(Number.text(epsilon))" + (kind == .gaussian ? " at δ = \(Number.text(delta))" : "")
      + " for each training user, simulated: its noise comes from the session's seed"
  }

  /// The length of a vector by which it is clipped.
  package func length(_ numbers: [Double]) -> Double {
    switch kind {
    case .gaussian: numbers.reduce(0) { $0 + $1 * $1 }.squareRoot()
    case .laplace: numbers.reduce(0) { $0 + abs($1) }
    }
  }

  /// The standard deviation of the noise in each number.
  package var deviation: Double {
    switch kind {
    case .gaussian: clip * Self.gaussianMultiplier(epsilon: epsilon, delta: delta)
    case .laplace: 2.0.squareRoot() * clip / epsilon
    }
  }

  func draw(_ stream: inout RandomStream) -> Double {
    guard kind == .laplace else { return deviation * stream.normal() }
    let (share, isBelow) = (1 - stream.uniform(), stream.next() & 1 == 1)
    return (isBelow ? 1 : -1) * clip / epsilon * Elementary.log(share)
  }

  /// The smallest σ, in units of the longest contribution, with which one release is (ε, δ)-private: the analytic
  /// Gaussian mechanism (Balle and Wang 2018, theorem 8).
  package static func gaussianMultiplier(epsilon: Double, delta: Double) -> Double {
    func spent(_ sigma: Double) -> Double {
      let (half, far) = (1 / (2 * sigma), epsilon * sigma)
      return StandardNormal.cumulative(half - far)
        - Elementary.exp(epsilon) * StandardNormal.cumulative(-half - far)
    }
    var high = 1.0
    while spent(high) > delta, high < 1e9 { high *= 2 }
    return bisection(1e-3, high, rounds: 100) { spent($0) > delta }.high
  }
}

/// For each item the sum of what users say of it and how many say it, in a form that hides each of them.
///
/// Ratings are turned into −1 … 1 about the middle of the scale. What a user gives, a sum and a count for each of their
/// items and one pair for all of them, is scaled down as a whole to the length `clip`; the sums over users get noise in
/// every item, rated or not (the item averages of McSherry and Mironov 2009, with users in place of ratings as units).
package struct NoisyItemSums: Sendable {
  /// For each item, and last for all of them together, what is released.
  package private(set) var sums: [Double]
  package private(set) var counts: [Double]
  private let deviation: Double
  private let middle: Double
  private let half: Double

  /// - Parameter centre: what is taken off all ratings of a user beforehand, by these alone; gives what was taken off.
  package init(
    _ training: [UserTask], in data: Dataset, _ noise: SumNoise, key: RandomKey,
    centre: (inout [Double]) -> Double
  ) {
    let everybody = data.items.count
    sums = Array(repeating: 0, count: everybody + 1)
    counts = sums
    deviation = noise.deviation
    middle = Double(data.scale.lowest + data.scale.highest) / 2
    half = max(1e-9, Double(data.scale.highest - data.scale.lowest) / 2)
    let interactions = data.interactions
    for task in training.whileWanted(asking: 0x10) {
      let rows = task.rows.stablySorted { interactions.items[Int($0)] }
      var values = rows.map { (Double(interactions.ratings[Int($0)]) - middle) / half }
      let level = centre(&values)
      var own: [(place: Int, sum: Double, count: Double)] = [(everybody, level, 1)]
      for (row, value) in zip(rows, values) {
        let (item, value) = (Int(interactions.items[Int(row)]), min(1, max(-1, value)))
        if own[own.count - 1].place == item {
          own[own.count - 1].sum += value
          own[own.count - 1].count += 1
        } else {
          own.append((item, value, 1))
        }
      }
      let length = noise.length(own.flatMap { [$0.sum, $0.count] })
      let share = min(1, noise.clip / length)
      for (place, sum, count) in own {
        sums[place] += share * sum
        counts[place] += share * count
      }
    }
    var stream = key.derived("noise").stream
    for place in sums.indices {
      sums[place] += noise.draw(&stream)
      counts[place] += noise.draw(&stream)
    }
  }

  /// The mean over all users, on the scale.
  var mean: Double { middle + half * level }

  private var level: Double {
    let all = sums.count - 1
    return min(1, max(-1, sums[all] / max(counts[all], deviation, 1e-9)))
  }

  /// How far each item is above a level of −1 … 1, on the scale: its sum over its count, shrunk as a normal mean is of
  /// which ratings and noise tell, both of known spread. Nothing but the noisy numbers is looked at.
  private func deviations(from level: Double, shrinkage: Double) -> [Double] {
    (0..<sums.count - 1).map { item in
      let count = max(counts[item], deviation, 1e-9)
      // Ratings spread by half a unit, so that items spread by a quarter over the shrinkage.
      let caution = shrinkage * (1 + 4 * deviation * deviation / count)
      return half * min(1, max(-1, (sums[item] - level * counts[item]) / (count + caution)))
    }
  }

  /// How far each item is above the mean, where values were not centred.
  func deviationsFromMean(shrinkage: Double) -> [Double] {
    deviations(from: level, shrinkage: shrinkage)
  }

  /// How far each item is above what its users give, where values were centred.
  func deviationsFromUsers(shrinkage: Double) -> [Double] {
    deviations(from: 0, shrinkage: shrinkage)
  }
}
