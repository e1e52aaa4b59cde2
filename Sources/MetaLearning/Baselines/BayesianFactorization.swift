import Datasets
import Kernels
import Language
import Models

/// r̂ = μ + b_u + b_i + z_u · v_i with beliefs in place of numbers: variational Bayes (Lim and Teh 2007,
/// "Variational Bayesian Approach to Movie Rating Prediction") under priors that depend on features and are
/// learned (Agarwal and Chen 2009, "Regression-based Latent Factor Models"). What training users teach is
/// the prior of a new one, whom her ratings then move by Bayes' rule: empirical Bayes as meta-learning.
package struct BayesianFactorization: Baseline {
  package var factors = 8
  package var sweeps = 20
  package var starts = 4
  package var penalty = 3.0
  package var newPenalty = 60.0
  package var countsRatings = true
  package var features: [String] = []

  package init() {}

  package static let signature = Signature<Self>(
    "bayes-mf",
    "Matrix factorisation under learned priors: users and items are beliefs, not numbers.",
    details: """
      r = μ + b_u + b_i + z_u · v_i + noise; (b_i, v_i) and (b_u, z_u) are normal around what their \
      features let expect, and means, covariances and noise are learned from the training tasks. A new user's \
      belief follows from her ratings in closed form, and an item with few ratings is near what its kind \
      is. One that nobody rated is what a second regression, in which an item counts by its ratings, lets \
      expect. The prediction is the mean over several random starts, which end in different optima. \
      Lim and Teh, KDD Cup 2007; Agarwal and Chen, KDD 2009.
      """,
    [
      .option("factors", \.factors, in: 1...64, "numbers that describe a user or an item"),
      .option("sweeps", \.sweeps, in: 1...1000, "rounds of believing users, then items"),
      .option("starts", \.starts, in: 1...100, "random starts to average over"),
      .option("penalty", \.penalty, in: 1e-6...1e6, "items' worth of no effect of a category"),
      .option(
        "new-penalty", \.newPenalty, in: 1e-6...1e6,
        "the same for an item that nobody rated, in ratings"),
      .option(
        "counts", \.countsRatings,
        "let an item's prior depend on how many training ratings it has, too"),
      .option("features", \.features, "the item features to use; all when not given"),
    ],
    examples: [Example("evaluate mae ndcg@5 with=[bayes-mf]")])

  package func fitted(
    to dataset: Dataset, training: [UserTask], key: RandomKey
  ) -> any Recommender {
    let ratings = TrainingRatings(training, in: dataset)
    let features = ItemKinds(ItemCategories(dataset.items, named: self.features))
    let kinds = countsRatings ? features.withCounts(of: ratings.items) : features
    let values = ratings.ratings.map { Double($0) - ratings.mean }
    let (byUser, byItem) = ratings.grouped(values)
    return FactorBeliefs(
      parts: orderedMap(starts, threads: processorCount) { start in
        fitted(
          byUser, byItem, kinds, features, ratings.mean, key.derived("start").derived(start))
      })
  }

  /// One start, by coordinate ascent on the evidence.
  private func fitted(
    _ byUser: RatingIndex, _ byItem: RatingIndex, _ kinds: ItemKinds, _ features: ItemKinds,
    _ mean: Double, _ key: RandomKey
  ) -> FactorBeliefs.Part {
    var stream = key.stream
    var users = Beliefs(count: byUser.count, factors: factors) { 0 }
    var items = Beliefs(count: byItem.count, factors: factors) { 0.3 * stream.normal() }
    var effects = KindEffects(kinds, size: items.size)
    let counts = (0..<byItem.count).map { Double(byItem.range($0).count) }
    let isRated = counts.map { min($0, 1) }
    var noise = 0.8
    for sweep in 0..<sweeps {
      users.update(byUser, given: items.moments(), noise: noise)
      items.update(byItem, given: users.moments(), noise: noise)
      // The first rounds have not found the factors yet, which a prior fitted to them would forbid.
      guard sweep >= 2 else { continue }
      effects.fit(to: items, weights: isRated, penalty: penalty)
      items.expected = effects.expected
      users.fitSpread(to: byUser)
      items.fitSpread(to: byItem)
      noise = users.noise(byUser, given: items)
    }
    var ofNew = KindEffects(features, size: items.size)
    for _ in 0..<sweeps { ofNew.fit(to: items, weights: counts, penalty: newPenalty) }
    for item in 0..<items.count where counts[item] == 0 {
      let row = item * items.size..<(item + 1) * items.size
      items.means.replaceSubrange(row, with: ofNew.expected[row])
    }
    return FactorBeliefs.Part(
      mean: mean, noise: noise, items: items.moments(), newUser: users.prior)
  }
}

/// Beliefs in items, from which that in a user follows; the mean over several fits.
private struct FactorBeliefs: Recommender {
  struct Part: Sendable {
    let mean: Double
    let noise: Double
    let items: Moments
    let newUser: Beliefs
  }

  let parts: [Part]
  let title = BayesianFactorization.name
  let predictsRatings = true

  func scores(for user: UserContext, items: [Int32]) -> [Float] {
    var sums = Array(repeating: 0.0, count: items.count)
    for part in parts {
      let ratings = user.support.lazy.map {
        (other: Int($0.item), value: Double($0.rating) - part.mean)
      }
      let belief = part.newUser.posterior(of: 0, ratings, given: part.items, noise: part.noise)
      for (place, item) in items.enumerated() {
        sums[place] += part.mean + part.items.expectation(Int(item), for: belief.mean)
      }
    }
    return sums.map { Float($0 / Double(parts.count)) }
  }
}

/// What an item is: the items of each kind.
private struct ItemKinds: Sendable {
  private(set) var members: [[Int32]]
  let itemCount: Int

  init(_ categories: ItemCategories) {
    members = categories.members
    itemCount = categories.itemCount
  }

  /// With kinds by how many training ratings an item has, in powers of two.
  func withCounts(of rated: [Int32]) -> ItemKinds {
    var kinds = self
    var counts = Array(repeating: 0, count: itemCount)
    for item in rated { counts[Int(item)] += 1 }
    // No rating is no kind: what is new is not what is little known.
    for (item, count) in counts.enumerated() where count > 0 {
      let kind = members.count + Int.bitWidth - count.leadingZeroBitCount - 1
      while kinds.members.count <= kind { kinds.members.append([]) }
      kinds.members[kind].append(Int32(item))
    }
    return kinds
  }
}

/// What the mean of items and each of their kinds let expect of an item's vector: a ridge regression.
private struct KindEffects {
  private let kinds: ItemKinds
  private let size: Int
  private var common: [Double]
  private var weights: [Double]
  /// One row an item.
  private(set) var expected: [Double]

  init(_ kinds: ItemKinds, size: Int) {
    self.kinds = kinds
    self.size = size
    common = Array(repeating: 0, count: size)
    weights = Array(repeating: 0, count: kinds.members.count * size)
    expected = Array(repeating: 0, count: kinds.itemCount * size)
  }

  /// Goes once through all effects, each set to its best given the others.
  mutating func fit(to items: Beliefs, weights counted: [Double], penalty: Double) {
    let all = (0..<Int32(kinds.itemCount)).map { $0 }
    for index in 0..<size {
      common[index] += move(all, index, items, counted, penalty: 0, weight: common[index])
      for (kind, members) in kinds.members.enumerated() {
        let place = kind * size + index
        weights[place] += move(
          members, index, items, counted, penalty: penalty, weight: weights[place])
      }
    }
  }

  /// Moves what is expected of the members in one place of their vectors; returns by how much.
  private mutating func move(
    _ members: [Int32], _ index: Int, _ items: Beliefs, _ counted: [Double], penalty: Double,
    weight: Double
  ) -> Double {
    var left = 0.0
    var count = 0.0
    for item in members {
      let place = Int(item) * size + index
      left += counted[Int(item)] * (items.means[place] - expected[place])
      count += counted[Int(item)]
    }
    guard count > 0 else { return 0 }
    let change = (left + count * weight) / (count + penalty) - weight
    for item in members { expected[Int(item) * size + index] += change }
    return change
  }
}
