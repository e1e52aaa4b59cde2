import Datasets
import Kernels
import Language
import Models

/// r̂ = μ + b_u + b_i of which μ and b_i hide every training user, in closed form; a test user's b_u comes from their own
/// support ratings.
package struct NoisyBias: Baseline {
  package var noise = SumNoise()
  package var shrinkage = 5.0
  package var userShrinkage = 5.0

  package init() {}

  package static let signature = Signature<Self>(
    "noisy-bias",
    "What the item and the user deviate from the mean, with noise that hides each training user.",
    details: """
      Each training user's own shrunk mean is taken off their ratings, which needs nobody else; what is left is summed \
      for each item, clipped and with noise as in `noisy-item-mean` (McSherry and Mironov 2009, who centre ratings as well). \
      One release gives μ and all b_i, and spends ε once. b_u of a test user comes from their own support, and is theirs to \
      see.
      """,
    SumNoise.parameters(\.noise) + [
      .option("shrinkage", \.shrinkage, in: 0...1e6, "ratings' worth of no deviation"),
      .option(
        "user-shrinkage", \.userShrinkage, in: 0...1e6, "the same for users"),
    ],
    examples: [
      Example("evaluate mae with=noisy-bias"),
      Example("evaluate mae with=[noisy-bias, noisy-item-mean]", "both at ε = 8"),
    ])

  package var remark: String? { noise.remark }
  package var weighsSupport: Bool { true }

  package func fitted(
    to dataset: Dataset, training: [UserTask], key: RandomKey, kernels: KernelSet
  ) -> any Recommender {
    let sums = NoisyItemSums(training, in: dataset, noise, key: key) { values in
      let weight = Double(values.count) + userShrinkage
      let level = weight > 0 ? values.reduce(0, +) / weight : 0
      for place in values.indices { values[place] -= level }
      return level
    }
    return BiasModel(
      mean: sums.mean, items: sums.deviationsFromUsers(shrinkage: shrinkage),
      userShrinkage: userShrinkage, title: Self.name)
  }
}
