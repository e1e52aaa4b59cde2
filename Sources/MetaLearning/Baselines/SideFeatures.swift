import Datasets
import Kernels

/// One column of a sparse feature matrix: what is known of users or items besides their ratings.
struct SideFeature: Sendable {
  /// A user or item with its value of the feature; all that have no entry have 0.
  struct Entry: Sendable {
    let entity: Int32
    let value: Double
  }

  var entries: [Entry] = []
  /// The ridge penalty of its weight, in entities: as if so many more showed no effect.
  let penalty: Double
  /// Whether only factors are regressed on it, and not the bias, which is component 0 of a vector.
  var concernsFactorsOnly = false
}

/// The sparse feature matrix (entities × features) of the users or of the items of a data set.
struct SideFeatures: Sendable {
  var all: [SideFeature] = []
  let entityCount: Int

  /// One indicator for each category.
  init(_ categories: Categories, penalty: Double) {
    entityCount = categories.entityCount
    all = categories.members.map { members in
      SideFeature(entries: members.map { .init(entity: $0, value: 1) }, penalty: penalty)
    }
  }

  /// Adds indicators of how many training ratings an entity has: 1, 2…3, 4…7 and so on.
  mutating func addCounts(of rated: [Int32], penalty: Double) {
    var counts = Array(repeating: 0, count: entityCount)
    for entity in rated { counts[Int(entity)] += 1 }
    var groups: [SideFeature] = []
    // An entity without ratings gets no indicator: it was not seen, which differs from being rarely rated.
    for (entity, count) in counts.enumerated() where count > 0 {
      let group = Int.bitWidth - count.leadingZeroBitCount - 1
      while groups.count <= group { groups.append(SideFeature(penalty: penalty)) }
      groups[group].entries.append(.init(entity: Int32(entity), value: 1))
    }
    all += groups
  }
}

/// The ridge regression that predicts an entity's vector (bias, factors) from its features: the mean of its
/// prior (Agarwal and Chen 2009, "Regression-based Latent Factor Models").
struct SideFeatureEffects: Sendable {
  private let features: SideFeatures
  private let size: Int
  /// The intercept, `size` numbers.
  private var common: [Double]
  /// The regression weights. Shape: (features × size).
  private var weights: [Double]
  /// The predicted vectors. Shape: (entities × size).
  private(set) var expected: [Double]

  init(_ features: SideFeatures, size: Int) {
    self.features = features
    self.size = size
    common = Array(repeating: 0, count: size)
    weights = Array(repeating: 0, count: features.all.count * size)
    expected = Array(repeating: 0, count: features.entityCount * size)
  }

  /// The prediction for an entity that took no part in the fit.
  func expectation(of own: [UserSideFeatures.Value]) -> [Double] {
    var sums = common
    for feature in own {
      let row = feature.feature * size
      for index in 0..<size { sums[index] += feature.value * weights[row + index] }
    }
    return sums
  }

  /// One round of coordinate descent: each weight in turn becomes the best one given all others.
  ///
  /// - Parameter counted: the weight of each entity in the regression.
  mutating func fit(to entities: GaussianFactors, weights counted: [Double]) {
    let total = counted.reduce(0, +)
    guard total > 0 else { return }
    // Centred features are orthogonal to the intercept, whose best value then follows at once.
    let spreads = features.all.map { Spread($0.entries, counted, total) }
    for index in (0..<size).whileWanted(asking: 1) {
      var rest = (0..<features.entityCount).map {
        entities.means[$0 * size + index] - (expected[$0 * size + index] - common[index])
      }
      var level = zip(rest, counted).reduce(0) { $0 + $1.0 * $1.1 } / total
      for (number, feature) in features.all.enumerated()
      where index > 0 || !feature.concernsFactorsOnly {
        let (place, spread) = (number * size + index, spreads[number])
        guard spread.square > 0 else { continue }
        var left = spread.square * weights[place]
        for entry in feature.entries {
          let entity = Int(entry.entity)
          left += counted[entity] * entry.value * (rest[entity] - level)
        }
        let change = left / (spread.square + feature.penalty) - weights[place]
        weights[place] += change
        level -= change * spread.mean
        for entry in feature.entries { rest[Int(entry.entity)] -= change * entry.value }
      }
      common[index] = level
      for entity in 0..<features.entityCount {
        expected[entity * size + index] =
          entities.means[entity * size + index] - rest[entity] + level
      }
    }
  }

  /// The mean of a feature, and Σ c (value − mean)² over all entities with their weights c.
  private struct Spread {
    let mean: Double
    let square: Double

    init(_ entries: [SideFeature.Entry], _ counted: [Double], _ total: Double) {
      var (sum, squares) = (0.0, 0.0)
      for entry in entries {
        let weighted = counted[Int(entry.entity)] * entry.value
        sum += weighted
        squares += weighted * entry.value
      }
      mean = sum / total
      square = max(0, squares - sum * mean)
    }
  }
}

/// The side features of users: their own categories, and for each category of items its share among the items
/// that a user rated. Which items somebody rates is informative before the ratings are (Koren 2008, SVD++).
///
/// Items that no training user rated do not count: the effect of choosing an item was learned from users who
/// could not choose those.
struct UserSideFeatures: Sendable {
  private let own: Categories
  private let chosen: Categories
  private let wasThere: [Bool]
  /// The mean of each feature over the users with ratings; stands in where a user's own is unknown.
  private var usual: [Double] = []
  private var ofRaters: [(user: Int32, features: [Value])] = []

  struct Value: Sendable {
    let feature: Int
    var value: Double
  }

  init(_ own: Categories, chosen: Categories, ratings: RatingIndex) {
    (self.own, self.chosen) = (own, chosen)
    var wasThere = Array(repeating: false, count: chosen.entityCount)
    for item in ratings.others { wasThere[Int(item)] = true }
    self.wasThere = wasThere
    let raters = (0..<Int32(ratings.count)).filter { !ratings.range(Int($0)).isEmpty }
    ofRaters = raters.map { user in
      (user, known(of: user) + shares(among: ratings.others[ratings.range(Int(user))]))
    }
    usual = Array(repeating: 0, count: own.count + chosen.count)
    for feature in ofRaters.lazy.flatMap(\.features) {
      usual[feature.feature] += feature.value / Double(raters.count)
    }
  }

  /// The features of a user who rated these items: their own categories first, then the shares.
  func features(of user: Int32?, rated: [Int32]) -> [Value] {
    let choices = rated.filter { wasThere[Int($0)] }
    return (user.map { known(of: $0) } ?? usually(in: 0..<own.count))
      + (choices.isEmpty ? usually(in: own.count..<usual.count) : shares(among: choices))
  }

  /// The features of all users that have training ratings.
  func features(penalty: Double, chosenPenalty: Double) -> SideFeatures {
    var features = SideFeatures(own, penalty: penalty)
    features.all += (0..<chosen.count).map { _ in
      SideFeature(penalty: chosenPenalty, concernsFactorsOnly: true)
    }
    for (user, values) in ofRaters {
      for value in values where value.feature >= own.count {
        features.all[value.feature].entries.append(.init(entity: user, value: value.value))
      }
    }
    return features
  }

  private func usually(in features: Range<Int>) -> [Value] {
    features.map { Value(feature: $0, value: usual[$0]) }
  }

  private func known(of user: Int32) -> [Value] {
    own.range(Int(user)).map { Value(feature: Int(own.codes[$0]), value: 1) }
  }

  private func shares(among rated: some Collection<Int32>) -> [Value] {
    var shares: [Int32: Double] = [:]
    for item in rated {
      for place in chosen.range(Int(item)) {
        shares[chosen.codes[place], default: 0] += 1 / Double(rated.count)
      }
    }
    return shares.sorted { $0.key < $1.key }
      .map { Value(feature: own.count + Int($0.key), value: $0.value) }
  }
}
