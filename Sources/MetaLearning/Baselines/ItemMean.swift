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
    to dataset: Dataset, training: [UserTask], key: RandomKey, kernels: KernelSet
  ) -> any Recommender {
    let means = ItemMeans(TrainingRatings(training, in: dataset), shrinkage)
    return FixedScores(
      title: Self.name, predictsRatings: true, perItem: means.sums.indices.map(means.mean(ofItem:)))
  }

  package func online(
    to dataset: Dataset, training: [UserTask], key: RandomKey, kernels: KernelSet
  ) -> (any OnlineRecommender)? {
    ItemMeans(TrainingRatings(training, in: dataset), shrinkage)
  }
}

/// The sums and counts that means are made of, which go on with each further rating.
private struct ItemMeans: OnlineRecommender {
  private let shrinkage: Double
  private(set) var sums: [Double]
  private var counts: [Double]
  private var total: Double
  private var count: Double
  /// The mean of all ratings.
  private var mean: Double
  let title = ItemMean.name
  let predictsRatings = true

  init(_ ratings: TrainingRatings, _ shrinkage: Double) {
    self.shrinkage = shrinkage
    sums = Array(repeating: 0, count: ratings.itemCount)
    counts = sums
    for (item, rating) in zip(ratings.items, ratings.ratings) {
      sums[Int(item)] += Double(rating)
      counts[Int(item)] += 1
    }
    // Without a rating the middle of the scale stands for one.
    count = Double(max(1, ratings.count))
    total = ratings.count > 0 ? sums.reduce(0, +) : ratings.mean
    mean = ratings.mean
  }

  func mean(ofItem item: Int) -> Float {
    let weight = counts[item] + shrinkage
    return Float(weight > 0 ? (sums[item] + shrinkage * mean) / weight : mean)
  }

  func scores(for user: UserContext, items: [Int32]) -> [Float] {
    items.map { mean(ofItem: Int($0)) }
  }

  mutating func learn(_ rating: UserContext.Rating, of user: UserContext) {
    let item = Int(rating.item)
    sums[item] += Double(rating.rating)
    counts[item] += 1
    total += Double(rating.rating)
    count += 1
    mean = total / count
  }
}
