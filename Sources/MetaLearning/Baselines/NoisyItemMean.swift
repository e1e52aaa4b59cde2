import Datasets
import Kernels
import Language
import Models

/// Means of items that hide every training user, in closed form: clipped sums and counts with noise.
package struct NoisyItemMean: Baseline {
  package var noise = SumNoise()
  package var shrinkage = 5.0

  package init() {}

  package static let signature = Signature<Self>(
    "noisy-item-mean", "The mean of each item's training ratings, with noise that hides each user.",
    details: """
      What a user gives to the sums and counts of all items is scaled down to the length user-clip=, and each gets noise, \
      so that the whole is (ε, δ)-differentially private for a user more or less: McSherry and Mironov 2009 ("Differentially \
      private recommender systems") with users in place of ratings as units, normal noise by the analytic mechanism of Balle \
      and Wang 2018. Means are shrunk by what ratings and the known noise leave open. The noise comes from the session's \
      seed: simulated, as `help privacy` says.
      """,
    SumNoise.parameters(\.noise) + [
      .option("shrinkage", \.shrinkage, in: 0...1e6, "ratings' worth of the mean of all")
    ],
    examples: [
      Example("evaluate mae with=noisy-item-mean"),
      Example("baseline noisy-item-mean epsilon=1 as=tight; evaluate mae with=tight"),
    ])

  package var remark: String? { noise.remark }

  package func fitted(
    to dataset: Dataset, training: [UserTask], key: RandomKey, kernels: KernelSet
  ) -> any Recommender {
    let sums = NoisyItemSums(training, in: dataset, noise, key: key) { values in
      values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
    }
    return FixedScores(
      title: Self.name, predictsRatings: true,
      perItem: sums.deviationsFromMean(shrinkage: shrinkage).map { Float(sums.mean + $0) })
  }
}
