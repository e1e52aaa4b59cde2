import Datasets
import Kernels
import Language
import Models

/// User-based nearest neighbours on residuals of the biases (Koren 2010), by the mean squared difference of
/// ratings of shared items: Surprise's KNNBaseline.
package struct UserKNN: Baseline {
  package var neighbors = 40

  package init() {}

  package static let signature = Signature<Self>(
    "user-knn", "Ratings by similar users, where users are similar if they rate items alike.",
    details: "similarity = 1 / (1 + mean squared difference over the items both rated)",
    [.option("neighbors", \.neighbors, in: 1...10_000, "how many similar users count")],
    examples: [Example("evaluate rmse with=[user-knn]")])

  package func fitted(
    to dataset: Dataset, training: [UserTask], key: RandomKey, kernels: KernelSet
  ) -> any Recommender {
    let ratings = TrainingRatings(training, in: dataset)
    let bias = BiasModel(ratings)
    return UserNeighborModel(
      bias: bias, count: neighbors, scale: ratings.scale,
      byItem: RatingIndex(
        by: ratings.items, count: ratings.itemCount, others: ratings.users,
        values: ratings.ratings.map { Double($0) }))
  }
}

private struct UserNeighborModel: Recommender {
  let bias: BiasModel
  let count: Int
  let scale: RatingScale
  /// The training ratings of each item.
  let byItem: RatingIndex
  let title = UserKNN.name
  let predictsRatings = true

  func scores(for user: UserContext, items: [Int32]) -> [Float] {
    let similarity = similarities(to: user)
    let level = bias.mean + bias.deviation(of: user)
    return items.map { item in
      let own = bias.items[Int(item)]
      var nearest: [(similarity: Double, row: Int, residual: Double)] = []
      for row in byItem.range(Int(item)) {
        let other = Int(byItem.others[row])
        guard similarity[other] > 0, user.user.map({ Int($0) }) != other else { continue }
        nearest.append(
          (similarity[other], row, byItem.values[row] - bias.mean - bias.users[other] - own))
      }
      nearest.sort { ($1.similarity, $0.row) < ($0.similarity, $1.row) }
      var (sum, weight) = (0.0, 0.0)
      for neighbor in nearest.prefix(count) {
        sum += neighbor.similarity * neighbor.residual
        weight += neighbor.similarity
      }
      return Float(level + own + (weight > 0 ? sum / weight : 0))
    }
  }

  /// For each training user 1 / (1 + msd) over the items both rated; 0 without such items.
  private func similarities(to user: UserContext) -> [Double] {
    var sums = [Double](repeating: 0, count: bias.users.count)
    var counts = [Double](repeating: 0, count: bias.users.count)
    for rating in user.support {
      for row in byItem.range(Int(rating.item)) {
        let other = Int(byItem.others[row])
        let difference = byItem.values[row] - Double(rating.rating)
        sums[other] += difference * difference
        counts[other] += 1
      }
    }
    return zip(sums, counts).map { $1 > 0 ? 1 / (1 + $0 / $1) : 0 }
  }
}
