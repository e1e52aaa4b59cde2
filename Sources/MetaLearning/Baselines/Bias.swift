import Datasets
import Kernels
import Language
import Models

/// r̂ = μ + b_u + b_i (Koren 2009, "Factorization Meets the Neighborhood", §2.1), by alternating
/// shrunk means; a test user's b_u comes from her support ratings.
package struct Bias: Baseline {
  package var shrinkage = 5.0
  package var sweeps = 5

  package init() {}

  package static let signature = Signature<Self>(
    "bias", "Mean rating plus what the item and the user deviate from it.",
    [
      .option("shrinkage", \.shrinkage, in: 0...1e6, "ratings' worth of no deviation"),
      .option("sweeps", \.sweeps, in: 1...100, "rounds of fitting items, then users"),
    ],
    examples: [Example("evaluate mae ndcg@5")])

  package func fitted(
    to dataset: Dataset, training: [UserTask], key: RandomKey
  ) -> any Recommender {
    BiasModel(TrainingRatings(training, in: dataset), shrinkage: shrinkage, sweeps: sweeps)
  }
}

/// Fitted deviations of items, and the rule that gives a user's from her ratings.
struct BiasModel: Recommender {
  let mean: Double
  let shrinkage: Double
  private(set) var users: [Double]
  private(set) var items: [Double]
  let title = Bias.name
  let predictsRatings = true

  init(_ ratings: TrainingRatings, shrinkage: Double, sweeps: Int) {
    mean = ratings.mean
    self.shrinkage = shrinkage
    users = Array(repeating: 0, count: ratings.userCount)
    items = Array(repeating: 0, count: ratings.itemCount)
    for _ in 0..<sweeps {
      items = deviations(ratings, of: ratings.items, count: ratings.itemCount) {
        users[Int(ratings.users[$0])]
      }
      users = deviations(ratings, of: ratings.users, count: ratings.userCount) {
        items[Int(ratings.items[$0])]
      }
    }
  }

  /// For each entity, Σ(r − μ − other side) / (n + λ) over its rows.
  private func deviations(
    _ ratings: TrainingRatings, of entities: [Int32], count: Int, given other: (Int) -> Double
  ) -> [Double] {
    var sums = Array(repeating: 0.0, count: count)
    var weights = Array(repeating: shrinkage, count: count)
    for row in 0..<ratings.count {
      let entity = Int(entities[row])
      sums[entity] += Double(ratings.ratings[row]) - mean - other(row)
      weights[entity] += 1
    }
    return zip(sums, weights).map { $1 > 0 ? $0 / $1 : 0 }
  }

  /// What a user deviates, by her support ratings.
  func deviation(of user: UserContext) -> Double {
    let sum = user.support.reduce(0.0) { $0 + Double($1.rating) - mean - items[Int($1.item)] }
    let weight = Double(user.support.count) + shrinkage
    return weight > 0 ? sum / weight : 0
  }

  func scores(for user: UserContext, items: [Int32]) -> [Float] {
    let level = mean + deviation(of: user)
    return items.map { Float(level + self.items[Int($0)]) }
  }
}
