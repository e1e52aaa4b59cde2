import Datasets
import Kernels
import Language
import Models

/// r̂ = μ + b_u + Σ_f w_f over the item's categories, such as genres and directors, so that an item without
/// any rating gets a prediction by its categories.
package struct ContentBias: Baseline {
  package var penalty: Double?
  package var passes = 8
  package var features: [String] = []

  package init() {}

  package var feedback: Set<Feedback> { [.ratings, .interactions] }
  package var namedFeatures: [NamedFeatures] { [NamedFeatures("features", features)] }

  package static let signature = Signature<Self>(
    "content-bias", "Mean rating plus what the user and the item's categories deviate from it.",
    details: """
      Of interactions it is the popularity that an item's features let expect: log(1 + n) of the n training users \
      who took it, and of items that none took what kernel ridge regression on their features gives for it.
      """,
    [
      .option(
        "penalty", \.penalty, in: 1e-6...1e6,
        "ridge penalty on every category; 20 if not given, of interactions 0.3"),
      .option("passes", \.passes, in: 1...100, "rounds over all categories"),
      .option("features", \.features, "the item features to use; all when not given"),
    ],
    examples: [Example("evaluate mae ndcg@5")])

  package func fitted(
    to dataset: Dataset, training: [UserTask], key: RandomKey, kernels: KernelSet
  ) -> any Recommender {
    if dataset.feedback == .interactions {
      return expectedPopularity(TrainingClicks(training, in: dataset), kernels)
    }
    let penalty = penalty ?? 20
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

extension ContentBias {
  package func memory(for data: Dataset) -> Double {
    guard data.feedback == .interactions else { return 0 }
    var options = NewItemOptions()
    options.features = features
    return options.memory(for: data, rows: 1)
  }

  /// log(1 + n) of the items that training users took, and what their features let expect of the others.
  private func expectedPopularity(
    _ clicks: TrainingClicks, _ kernels: KernelSet
  ) -> any Recommender {
    var options = NewItemOptions()
    (options.features, options.alignment, options.kernel) = (features, 0, .linear)
    var known = clicks.popularity.map { Float(Elementary.log(1 + Double($0))) }
    if let items = NewItems(clicks, options) {
      let own = items.anchors.map { known[Int(clicks.columns.items[Int($0)])] }
      let mean = Float(own.reduce(0.0) { $0 + Double($1) } / Double(own.count))
      let factors = PanelMatrix(rows: own.count, columns: 1)
      for (row, value) in own.enumerated() { factors[row, 0] = value - mean }
      items.solve(factors, penalty: penalty ?? 0.3, clicks, kernels)
      let likeness = items.similarities(items.new, clicks)
      for (place, column) in items.new.enumerated() {
        known[Int(clicks.columns.items[Int(column)])] = own.indices.reduce(mean) {
          $0 + likeness[$1, place] * factors[$1, 0]
        }
      }
    }
    return FixedScores(title: Self.name, predictsRatings: predictsRatings, perItem: known)
  }
}
