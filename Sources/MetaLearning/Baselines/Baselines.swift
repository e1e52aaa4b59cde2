import Language

/// Every baseline, from random scores to the strongest.
package let baselines = Catalog<any Baseline>(
  "baseline",
  [
    RandomScores.self, Popularity.self, ItemMean.self, Bias.self, NoisyItemMean.self,
    NoisyBias.self, FriendsMean.self,
    ContentBias.self, Content.self,
    ItemKNN.self, UserKNN.self, MatrixFactorization.self, BayesianFactorization.self,
    GradientFactorization.self, Hybrid.self, Ease.self, EpisodicEase.self,
    AlternatingLeastSquares.self, BayesianPersonalizedRanking.self,
  ])
