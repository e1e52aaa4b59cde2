import Datasets
import Kernels
import Language
import Models

/// Items by how many training ratings they have. It orders; it predicts no ratings.
package struct Popularity: Baseline {
  package init() {}

  package static let signature = Signature<Self>(
    "popularity", "Items by the number of their training ratings.",
    examples: [Example("evaluate ndcg@5")])

  package var predictsRatings: Bool { false }
  package var feedback: Set<Feedback> { [.ratings, .interactions] }

  package func fitted(
    to dataset: Dataset, training: [UserTask], key: RandomKey, kernels: KernelSet
  ) -> any Recommender {
    let counts = TrainingRatings(training, in: dataset).countsOfItems
    return FixedScores(
      title: Self.name, predictsRatings: predictsRatings, perItem: counts.map { Float($0) })
  }

  package func online(
    to dataset: Dataset, training: [UserTask], key: RandomKey, kernels: KernelSet
  ) -> (any OnlineRecommender)? {
    OnlinePopularity(counts: TrainingRatings(training, in: dataset).countsOfItems)
  }
}

/// Counts that go on.
private struct OnlinePopularity: OnlineRecommender {
  var counts: [Int]
  let title = Popularity.name
  let predictsRatings = false

  func scores(for user: UserContext, items: [Int32]) -> [Float] {
    items.map { Float(counts[Int($0)]) }
  }

  mutating func learn(_ rating: UserContext.Rating, of user: UserContext) {
    counts[Int(rating.item)] += 1
  }
}
