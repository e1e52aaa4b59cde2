import Datasets
import Kernels
import Language
import Models

/// Ratings drawn evenly from the scale, the same for the same user and item.
package struct RandomScores: Baseline {
  package init() {}

  package static let signature = Signature<Self>(
    "random", "Scores drawn by chance: the floor under every other row.",
    examples: [Example("evaluate")])

  package var feedback: Set<Feedback> { [.ratings, .interactions] }

  package func fitted(
    to dataset: Dataset, training: [UserTask], key: RandomKey, kernels: KernelSet
  ) -> any Recommender {
    Fitted(scale: dataset.scale, key: key)
  }

  private struct Fitted: Recommender {
    let scale: RatingScale
    let key: RandomKey
    let title = RandomScores.name
    let predictsRatings = true

    func scores(for user: UserContext, items: [Int32]) -> [Float] {
      let key = key.derived(Int(user.user ?? -1))
      return items.map { item in
        var stream = key.derived(Int(item)).stream
        return scale.lowest + (scale.highest - scale.lowest) * Float(stream.uniform())
      }
    }
  }
}
