import Datasets
import Kernels
import Language
import Models

/// r̂ = μ + b_u + Σ_f w_f over the item's categories, such as genres and directors, so that an item without
/// any rating gets a prediction by its categories.
package struct ContentBias: Baseline {
  package var penalty = 20.0
  package var passes = 8
  package var features: [String] = []

  package init() {}

  package static let signature = Signature<Self>(
    "content-bias", "Mean rating plus what the user and the item's categories deviate from it.",
    [
      .option("penalty", \.penalty, in: 1e-6...1e6, "ridge penalty on every category"),
      .option("passes", \.passes, in: 1...100, "rounds over all categories"),
      .option("features", \.features, "the item features to use; all when not given"),
    ],
    examples: [Example("evaluate mae ndcg@5")])

  package func fitted(
    to dataset: Dataset, training: [UserTask], key: RandomKey, kernels: KernelSet
  ) -> any Recommender {
    let ratings = TrainingRatings(training, in: dataset)
    let categories = Categories(dataset.items, named: features)
    let members = categories.members
    var model = BiasModel(ratings, sweeps: 0)
    var counts = Array(repeating: 0.0, count: ratings.itemCount)
    for item in ratings.items { counts[Int(item)] += 1 }
    var weights = Array(repeating: 0.0, count: categories.count)
    for _ in (0..<passes).whileWanted(asking: 1) {
      model.fitUsers(ratings)
      var sums = model.itemSums(ratings)
      // The residuals of each item's ratings at the present weights.
      for item in sums.indices { sums[item] -= counts[item] * model.items[item] }
      for category in weights.indices {
        let items = members[category]
        let count = items.reduce(0.0) { $0 + counts[Int($1)] }
        guard count > 0 else { continue }
        let left = items.reduce(0.0) { $0 + sums[Int($1)] }
        let weight = (left + count * weights[category]) / (count + penalty)
        let change = weight - weights[category]
        weights[category] = weight
        for item in items {
          sums[Int(item)] -= counts[Int(item)] * change
          model.items[Int(item)] += change
        }
      }
    }
    model.fitUsers(ratings)
    model.title = Self.name
    return model
  }
}
