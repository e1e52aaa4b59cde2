import Datasets
import Kernels

/// Something known of users or items besides their ratings: who bears it, and how strongly.
struct Trait: Sendable {
  /// An entity with the value of the trait; who does not bear it has 0.
  struct Bearer: Sendable {
    let entity: Int32
    let value: Double
  }

  var bearers: [Bearer] = []
  /// How many entities' worth of no effect it is given.
  let penalty: Double
  /// Whether it tells of the factors alone, and not of the deviation before them.
  var isOfTaste = false
}

/// All traits of the users or items of a data set.
struct Traits: Sendable {
  var all: [Trait] = []
  let entityCount: Int

  /// A trait for each category.
  init(_ categories: Categories, penalty: Double) {
    entityCount = categories.entityCount
    all = categories.members.map { members in
      Trait(bearers: members.map { .init(entity: $0, value: 1) }, penalty: penalty)
    }
  }

  /// Adds traits by how many training ratings an entity has, in powers of two.
  mutating func addCounts(of rated: [Int32], penalty: Double) {
    var counts = Array(repeating: 0, count: entityCount)
    for entity in rated { counts[Int(entity)] += 1 }
    var groups: [Trait] = []
    // No rating is no trait: what is new is not what is little known.
    for (entity, count) in counts.enumerated() where count > 0 {
      let group = Int.bitWidth - count.leadingZeroBitCount - 1
      while groups.count <= group { groups.append(Trait(penalty: penalty)) }
      groups[group].bearers.append(.init(entity: Int32(entity), value: 1))
    }
    all += groups
  }
}

/// What all entities and each of their traits let expect of an entity's vector: a ridge regression.
struct TraitEffects: Sendable {
  private let traits: Traits
  private let size: Int
  /// What is expected of an entity without traits.
  private var common: [Double]
  /// One row a trait.
  private var weights: [Double]
  /// One row an entity.
  private(set) var expected: [Double]

  init(_ traits: Traits, size: Int) {
    self.traits = traits
    self.size = size
    common = Array(repeating: 0, count: size)
    weights = Array(repeating: 0, count: traits.all.count * size)
    expected = Array(repeating: 0, count: traits.entityCount * size)
  }

  /// What is expected of an entity that was not there in fitting.
  func expectation(of own: [UserTraits.Value]) -> [Double] {
    var sums = common
    for trait in own {
      let row = trait.trait * size
      for index in 0..<size { sums[index] += trait.value * weights[row + index] }
    }
    return sums
  }

  /// Goes once through all effects, each set to its best given the others.
  ///
  /// - Parameter counted: how much each entity counts.
  mutating func fit(to entities: Beliefs, weights counted: [Double]) {
    let total = counted.reduce(0, +)
    guard total > 0 else { return }
    // Around its mean a trait has nothing to do with what is common to all, which finds its best at once.
    let spreads = traits.all.map { Spread($0.bearers, counted, total) }
    for index in (0..<size).whileWanted(asking: 1) {
      var rest = (0..<traits.entityCount).map {
        entities.means[$0 * size + index] - (expected[$0 * size + index] - common[index])
      }
      var level = zip(rest, counted).reduce(0) { $0 + $1.0 * $1.1 } / total
      for (number, trait) in traits.all.enumerated() where index > 0 || !trait.isOfTaste {
        let (place, spread) = (number * size + index, spreads[number])
        guard spread.square > 0 else { continue }
        var left = spread.square * weights[place]
        for bearer in trait.bearers {
          let entity = Int(bearer.entity)
          left += counted[entity] * bearer.value * (rest[entity] - level)
        }
        let change = left / (spread.square + trait.penalty) - weights[place]
        weights[place] += change
        level -= change * spread.mean
        for bearer in trait.bearers { rest[Int(bearer.entity)] -= change * bearer.value }
      }
      common[index] = level
      for entity in 0..<traits.entityCount {
        expected[entity * size + index] =
          entities.means[entity * size + index] - rest[entity] + level
      }
    }
  }

  /// The mean of a trait, and Σ c (value − mean)² over all entities, who count c each.
  private struct Spread {
    let mean: Double
    let square: Double

    init(_ bearers: [Trait.Bearer], _ counted: [Double], _ total: Double) {
      var (sum, squares) = (0.0, 0.0)
      for bearer in bearers {
        let weighted = counted[Int(bearer.entity)] * bearer.value
        sum += weighted
        squares += weighted * bearer.value
      }
      mean = sum / total
      square = max(0, squares - sum * mean)
    }
  }
}

/// What is known of a user before any value she gave: her categories, and which kinds of items she chose
/// to rate, as the share of each of the items' categories.
///
/// Items that no training user rated are no choices: those users could not have made them, and what a choice
/// tells was learned from theirs.
struct UserTraits: Sendable {
  private let own: Categories
  private let chosen: Categories
  private let wasThere: [Bool]
  /// The mean of each trait over those with ratings: what counts where nothing is known.
  private var usual: [Double] = []
  private var ofRaters: [(user: Int32, traits: [Value])] = []

  struct Value: Sendable {
    let trait: Int
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
    for trait in ofRaters.lazy.flatMap(\.traits) {
      usual[trait.trait] += trait.value / Double(raters.count)
    }
  }

  /// The traits of someone who rated these items; those of herself come first.
  func traits(of user: Int32?, rated: [Int32]) -> [Value] {
    let choices = rated.filter { wasThere[Int($0)] }
    return (user.map { known(of: $0) } ?? usually(in: 0..<own.count))
      + (choices.isEmpty ? usually(in: own.count..<usual.count) : shares(among: choices))
  }

  /// The traits of all who have ratings.
  func traits(penalty: Double, chosenPenalty: Double) -> Traits {
    var traits = Traits(own, penalty: penalty)
    traits.all += (0..<chosen.count).map { _ in Trait(penalty: chosenPenalty, isOfTaste: true) }
    for (user, values) in ofRaters {
      for value in values where value.trait >= own.count {
        traits.all[value.trait].bearers.append(.init(entity: user, value: value.value))
      }
    }
    return traits
  }

  private func usually(in traits: Range<Int>) -> [Value] {
    traits.map { Value(trait: $0, value: usual[$0]) }
  }

  private func known(of user: Int32) -> [Value] {
    own.range(Int(user)).map { Value(trait: Int(own.codes[$0]), value: 1) }
  }

  private func shares(among rated: some Collection<Int32>) -> [Value] {
    var shares: [Int32: Double] = [:]
    for item in rated {
      for place in chosen.range(Int(item)) {
        shares[chosen.codes[place], default: 0] += 1 / Double(rated.count)
      }
    }
    return shares.sorted { $0.key < $1.key }
      .map { Value(trait: own.count + Int($0.key), value: $0.value) }
  }
}
