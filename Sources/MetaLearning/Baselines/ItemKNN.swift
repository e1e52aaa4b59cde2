import Datasets
import Kernels
import Language
import Models

/// Item-based nearest neighbours. Of ratings: on residuals of the biases (Koren 2010, "Factor in the
/// Neighbors", §2.2), where the similarity is the shrunken correlation of residuals over the users that two
/// items share. Of interactions: the sum of the similarities to what a user took, which are shrunken cosines.
package struct ItemKNN: NewItemScorer {
  package var neighbors: Int?
  package var shrinkage: Double?
  package var most: Int?
  package var newItems = NewItemOptions()

  package init() {}

  package static let signature = Signature<Self>(
    "item-knn", "Ratings of similar items, where items are similar if users rate them alike.",
    details: """
      Of ratings 40 neighbors count, with a shrinkage of 100. Of interactions all count: the score of an item \
      is the sum of its similarities n(i, j) / (√(n(i) n(j)) + shrinkage) to what a user took, where n are \
      numbers of training users; a shrinkage that is not given is the best of five on the validation users. \
      \(NewItemOptions.details)
      """,
    [
      .option("neighbors", \.neighbors, in: 1...10_000, "how many similar items count"),
      .option("shrinkage", \.shrinkage, in: 0...1e6, "shared users' worth of no similarity"),
      .option(
        "items", \.most, in: 1...1_000_000,
        "of interactions: keep to so many items, those most training users took"),
    ] + NewItemOptions.parameters(\.newItems),
    examples: [Example("evaluate mae ndcg@5"), Example("baseline item-knn neighbors=20")])

  package var feedback: Set<Feedback> { [.ratings, .interactions] }

  /// The number of most similar items that are kept for each, so that memory is linear in the items.
  private static let kept = 1024

  package func candidates(on feedback: Feedback) -> [ItemKNN] {
    guard feedback == .interactions else { return [self] }
    return with(each: [1, 10, 50, 200, 1000]) { $0.shrinkage = shrinkage ?? $1 }
  }

  package func memory(for data: Dataset) -> Double {
    guard data.feedback == .interactions else { return 0 }
    return 3 * PanelMatrix.bytes(square: min(data.items.count, most ?? .max))
      + (most == nil ? newItems.memory(for: data) : 0)
  }

  /// What all strengths have in common.
  package enum Common: Sendable {
    case ratings(TrainingRatings)
    case interactions(SharedItems)
  }

  package func common(
    to dataset: Dataset, training: [UserTask], key: RandomKey, kernels: KernelSet
  ) -> Common {
    switch dataset.feedback {
    case .ratings: .ratings(TrainingRatings(training, in: dataset))
    case .interactions: .interactions(SharedItems(training, in: dataset, most: most))
    }
  }

  package func fitted(
    to common: Common, key: RandomKey, kernels: KernelSet
  ) -> any Recommender {
    switch common {
    case .ratings(let ratings): fitted(to: ratings)
    case .interactions(let shared): fitted(to: shared, kernels: kernels)
    }
  }

  private func fitted(to ratings: TrainingRatings) -> any Recommender {
    let shrinkage = shrinkage ?? 100
    let bias = BiasModel(ratings)
    let (byUser, byItem) = ratings.grouped(bias.residuals(of: ratings))
    var sums = Array(repeating: PairSums(), count: ratings.itemCount)
    let similar = (0..<ratings.itemCount).map { item in
      Cancellation.isRequested ? [] : neighbors(of: item, byItem, byUser, shrinkage, &sums)
    }
    return NeighborModel(title: Self.name, bias: bias, count: neighbors ?? 40, similar: similar)
  }

  /// Sums over the users that two items share, from which their correlation follows.
  private struct PairSums {
    var xx = 0.0, yy = 0.0, xy = 0.0, count = 0.0
  }

  /// The most similar items, best first. `sums` is scratch space and comes back cleared.
  private func neighbors(
    of item: Int, _ byItem: RatingIndex, _ byUser: RatingIndex, _ shrinkage: Double,
    _ sums: inout [PairSums]
  ) -> [Neighbor] {
    var touched: [Int32] = []
    for row in byItem.range(item) {
      let x = byItem.values[row]
      for other in byUser.range(Int(byItem.others[row])) {
        let (place, y) = (Int(byUser.others[other]), byUser.values[other])
        if sums[place].count == 0 { touched.append(Int32(place)) }
        sums[place].xx += x * x
        sums[place].yy += y * y
        sums[place].xy += x * y
        sums[place].count += 1
      }
    }
    var found: [Neighbor] = []
    for place in touched {
      let pair = sums[Int(place)]
      sums[Int(place)] = PairSums()
      let size = (pair.xx * pair.yy).squareRoot()
      let weight = max(0, pair.count - 1)
      guard Int(place) != item, pair.xy > 0, size > 0, weight > 0 else { continue }
      let similarity = weight / (weight + shrinkage) * pair.xy / size
      found.append(Neighbor(item: place, similarity: similarity))
    }
    found.sort { ($1.similarity, $0.item) < ($0.similarity, $1.item) }
    return Array(found.prefix(Self.kept))
  }
}

/// An item in another's list of neighbours, with its similarity.
struct Neighbor: Sendable {
  var item: Int32
  var similarity: Double
}

/// The bias prediction plus the similarity-weighted mean of the user's residuals on similar items.
struct NeighborModel: Recommender {
  let title: String
  let bias: BiasModel
  /// k, the most of the user's items that count.
  let count: Int
  /// For each item the similar ones, best first.
  let similar: [[Neighbor]]
  let predictsRatings = true

  func scores(for user: UserContext, items: [Int32]) -> [Float] {
    let level = bias.mean + bias.deviation(of: user)
    var residuals: [Int32: Double] = [:]
    for rating in user.support {
      residuals[rating.item] = Double(rating.rating) - level - bias.items[Int(rating.item)]
    }
    return items.map { item in
      var used = 0
      var (sum, weight) = (0.0, 0.0)
      for neighbor in similar[Int(item)] {
        guard let residual = residuals[neighbor.item] else { continue }
        sum += neighbor.similarity * residual
        weight += neighbor.similarity
        used += 1
        if used == count { break }
      }
      let taste = weight > 0 ? sum / weight : 0
      return Float(level + bias.items[Int(item)] + taste)
    }
  }
}
