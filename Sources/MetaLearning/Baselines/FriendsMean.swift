import Datasets
import Kernels
import Language
import Models

/// r̂ = μ + b_u + b_i + Σ_v w_uv (r_vi − μ − b_v − b_i) / (Σ_v w_uv + λ) over the friends v of u who have rated i:
/// what friends deviate, drawn towards nothing.
package struct FriendsMean: Baseline {
  package var shrinkage = 1.0
  package var biasShrinkage = 5.0

  package init() {}

  package static let signature = Signature<Self>(
    "friends", "What a user's friends deviate from the biases, in the mean, drawn towards nothing.",
    details: """
      Friends are those whom the user trusts by `attach trust`, each with the weight of the edge. Who has no friend \
      with a rating of the item gets what `bias` says.
      """,
    [
      .option("shrinkage", \.shrinkage, in: 0...1e6, "friends' worth of no deviation"),
      .option(
        "bias-shrinkage", \.biasShrinkage, in: 0...1e6,
        "the biases' ratings' worth of no deviation"),
    ],
    examples: [
      Example("attach trust \"trust.csv\"; split tasks; evaluate mae with=[friends]")
    ])

  package var weighsSupport: Bool { true }

  package func obstacle(on data: Dataset) -> (message: String, help: [String])? {
    guard data.friends == nil else { return nil }
    return (
      "`friends` needs to know who trusts whom, and nothing of that is attached",
      ["attach trust \"trust.csv\""]
    )
  }

  package func fitted(
    to dataset: Dataset, training: [UserTask], key: RandomKey, kernels: KernelSet
  ) -> any Recommender { model(dataset, training) }

  package func online(
    to dataset: Dataset, training: [UserTask], key: RandomKey, kernels: KernelSet
  ) -> (any OnlineRecommender)? { model(dataset, training) }

  private func model(_ dataset: Dataset, _ training: [UserTask]) -> FriendsModel {
    let ratings = TrainingRatings(training, in: dataset)
    let bias = BiasModel(ratings, shrinkage: biasShrinkage, userShrinkage: biasShrinkage)
    var model = FriendsModel(
      bias: OnlineBias(bias, counts: ratings.countsOfItems), shrinkage: shrinkage,
      friends: dataset.friends, users: dataset.users.count)
    for (row, residual) in bias.residuals(of: ratings).enumerated() {
      model.deviations[Int(ratings.users[row])][ratings.items[row]] = residual
    }
    return model
  }
}

/// What every user deviates from the biases, by item, and who is whose friend.
private struct FriendsModel: OnlineRecommender {
  var bias: OnlineBias
  let shrinkage: Double
  let friends: Friends?
  var deviations: [[Int32: Double]]
  let title = FriendsMean.name
  let predictsRatings = true

  init(bias: OnlineBias, shrinkage: Double, friends: Friends?, users: Int) {
    (self.bias, self.shrinkage, self.friends) = (bias, shrinkage, friends)
    deviations = Array(repeating: [:], count: users)
  }

  func scores(for user: UserContext, items: [Int32]) -> [Float] {
    let scores = bias.scores(for: user, items: items)
    guard let friends, let number = user.user, Int(number) < deviations.count else { return scores }
    let own = friends.range(Int(number))
    return zip(scores, items).map { score, item in
      var (sum, weight) = (0.0, shrinkage)
      for place in own {
        guard let deviation = deviations[Int(friends.users[place])][item] else { continue }
        sum += Double(friends.weights[place]) * deviation
        weight += Double(friends.weights[place])
      }
      return weight > 0 ? Float(Double(score) + sum / weight) : score
    }
  }

  mutating func learn(_ rating: UserContext.Rating, of user: UserContext) {
    bias.learn(rating, of: user)
    guard let number = user.user else { return }
    let level = Double(bias.scores(for: user, items: [rating.item])[0])
    deviations[Int(number)][rating.item] = Double(rating.rating) - level
  }
}
