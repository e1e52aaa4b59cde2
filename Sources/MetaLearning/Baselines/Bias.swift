import Datasets
import Kernels
import Language
import Models

/// r̂ = μ + b_u + b_i (Koren 2009, "Factorization Meets the Neighborhood", §2.1), by alternating
/// shrunk means; a test user's b_u comes from their support ratings.
package struct Bias: Baseline {
  package var shrinkage = 5.0
  package var userShrinkage: Double?
  package var sweeps = 5

  package init() {}

  package static let signature = Signature<Self>(
    "bias", "Mean rating plus what the item and the user deviate from it.",
    [
      .option("shrinkage", \.shrinkage, in: 0...1e6, "ratings' worth of no deviation"),
      .option(
        "user-shrinkage", \.userShrinkage, in: 0...1e6, "the same for users, where it differs"),
      .option("sweeps", \.sweeps, in: 1...100, "rounds of fitting items, then users"),
    ],
    examples: [Example("evaluate mae ndcg@5")])

  package var weighsSupport: Bool { true }

  package func online(
    to dataset: Dataset, training: [UserTask], key: RandomKey, kernels: KernelSet
  ) -> (any OnlineRecommender)? {
    let ratings = TrainingRatings(training, in: dataset)
    let model = BiasModel(
      ratings, shrinkage: shrinkage, userShrinkage: userShrinkage ?? shrinkage, sweeps: sweeps)
    return OnlineBias(model, counts: ratings.countsOfItems)
  }

  package func fitted(
    to dataset: Dataset, training: [UserTask], key: RandomKey, kernels: KernelSet
  ) -> any Recommender {
    BiasModel(
      TrainingRatings(training, in: dataset), shrinkage: shrinkage,
      userShrinkage: userShrinkage ?? shrinkage, sweeps: sweeps)
  }
}

/// Fitted item biases, and the rule that computes a user's bias from their ratings.
struct BiasModel: Recommender {
  let mean: Double
  let shrinkage: Double
  let userShrinkage: Double
  private(set) var users: [Double]
  var items: [Double]
  /// For each item the Σ(r − μ − b_u) that its bias was fitted to.
  private(set) var sums: [Double] = []
  var title = Bias.name
  let predictsRatings = true

  /// - Parameter sweeps: rounds of fitting items, then users; with 0 all biases are 0.
  init(
    _ ratings: TrainingRatings, shrinkage: Double = 5, userShrinkage: Double = 5, sweeps: Int = 5
  ) {
    mean = ratings.mean
    self.shrinkage = shrinkage
    self.userShrinkage = userShrinkage
    users = Array(repeating: 0, count: ratings.userCount)
    items = Array(repeating: 0, count: ratings.itemCount)
    for _ in 0..<sweeps where !Cancellation.isRequested {
      sums = itemSums(ratings)
      items = shrunk(sums, by: ratings.items, shrinkage)
      fitUsers(ratings)
    }
  }

  /// Biases that are known otherwise.
  init(mean: Double, items: [Double], userShrinkage: Double, title: String) {
    (self.mean, self.items, self.title) = (mean, items, title)
    (shrinkage, self.userShrinkage, users) = (0, userShrinkage, [])
  }

  /// For each item Σ(r − μ − b_u) over its rows.
  func itemSums(_ ratings: TrainingRatings) -> [Double] {
    var sums = Array(repeating: 0.0, count: items.count)
    for row in (0..<ratings.count).whileWanted() {
      sums[Int(ratings.items[row])] +=
        Double(ratings.ratings[row]) - mean - users[Int(ratings.users[row])]
    }
    return sums
  }

  /// Fits b_u = Σ(r − μ − b_i) / (n + λ), given the items' biases.
  mutating func fitUsers(_ ratings: TrainingRatings) {
    var sums = Array(repeating: 0.0, count: users.count)
    for row in (0..<ratings.count).whileWanted() {
      sums[Int(ratings.users[row])] +=
        Double(ratings.ratings[row]) - mean - items[Int(ratings.items[row])]
    }
    users = shrunk(sums, by: ratings.users, userShrinkage)
  }

  /// Shrunken means: each sum divided by its number of rows plus the shrinkage.
  private func shrunk(_ sums: [Double], by entities: [Int32], _ shrinkage: Double) -> [Double] {
    var weights = Array(repeating: shrinkage, count: sums.count)
    for entity in entities.whileWanted() { weights[Int(entity)] += 1 }
    return zip(sums, weights).map { $1 > 0 ? $0 / $1 : 0 }
  }

  /// The residuals r − μ − b_u − b_i of the training rows.
  func residuals(of ratings: TrainingRatings) -> [Double] {
    var residuals = [Double](repeating: 0, count: ratings.count)
    for row in (0..<ratings.count).whileWanted() {
      residuals[row] =
        Double(ratings.ratings[row]) - mean - users[Int(ratings.users[row])]
        - items[Int(ratings.items[row])]
    }
    return residuals
  }

  /// b_u from a user's support ratings.
  func deviation(of user: UserContext) -> Double {
    let isPlain = user.support.allSatisfy { $0.weight == 1 }
    let sum = user.support.reduce(0.0) { sum, rating in
      isPlain
        ? sum + Double(rating.rating) - mean - items[Int(rating.item)]
        : sum + Double(rating.weight) * (Double(rating.rating) - mean - items[Int(rating.item)])
    }
    let weight = user.support.reduce(0.0) { $0 + Double($1.weight) } + userShrinkage
    return weight > 0 ? sum / weight : 0
  }

  func scores(for user: UserContext, items: [Int32]) -> [Float] {
    let level = mean + deviation(of: user)
    return items.map { Float(level + self.items[Int($0)]) }
  }
}

/// Biases that go on: what an item deviates follows each further rating, given what its user deviates by then.
struct OnlineBias: OnlineRecommender {
  private var model: BiasModel
  /// For each item Σ(r − μ − b_u), and its number of ratings.
  private var sums: [Double]
  private var counts: [Int]

  init(_ model: BiasModel, counts: [Int]) {
    self.model = model
    self.counts = counts
    sums = zip(model.items, counts).map { $0 * (Double($1) + model.shrinkage) }
  }

  var title: String { model.title }
  var predictsRatings: Bool { model.predictsRatings }

  func scores(for user: UserContext, items: [Int32]) -> [Float] {
    model.scores(for: user, items: items)
  }

  mutating func learn(_ rating: UserContext.Rating, of user: UserContext) {
    let item = Int(rating.item)
    sums[item] += Double(rating.rating) - model.mean - model.deviation(of: user)
    counts[item] += 1
    model.items[item] = sums[item] / (Double(counts[item]) + model.shrinkage)
  }
}
