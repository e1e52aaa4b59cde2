import Language

/// Every baseline, from the one that knows nothing to the one that is hardest to beat.
package let baselines = Catalog<any Baseline>(
  "baseline",
  [
    RandomScores.self, Popularity.self, ItemMean.self, Bias.self, ContentBias.self, Content.self,
    ItemKNN.self, UserKNN.self, MatrixFactorization.self, BayesianFactorization.self,
    GradientFactorization.self, Hybrid.self,
  ])
