import Datasets
import Kernels
import Language
import Models

/// The mean training rating of each item, drawn towards the mean of all: (Σr + λμ) / (n + λ).
package struct ItemMean: Baseline {
  package var shrinkage = 5.0

  package init() {}

  package static let signature = Signature<Self>(
    "item-mean", "The shrunk mean of each item's training ratings.",
    [.option("shrinkage", \.shrinkage, in: 0...1e6, "ratings' worth of the mean of all")],
    examples: [Example("evaluate mae ndcg@5")])

  package func fitted(
    to dataset: Dataset, training: [UserTask], key: RandomKey, kernels: KernelSet, threads: Int
  ) -> any Recommender {
    let ratings = TrainingRatings(training, in: dataset)
    var sums = Array(repeating: 0.0, count: ratings.itemCount)
    var counts = sums
    for (item, rating) in zip(ratings.items, ratings.ratings) {
      sums[Int(item)] += Double(rating)
      counts[Int(item)] += 1
    }
    let means = sums.indices.map { item in
      let weight = counts[item] + shrinkage
      return Float(weight > 0 ? (sums[item] + shrinkage * ratings.mean) / weight : ratings.mean)
    }
    return FixedScores(title: Self.name, predictsRatings: true, perItem: means)
  }
}
