import Datasets
import Kernels
import Language
import Models

/// r̂ = μ + b_u + b_i + p_u · q_i (Koren, Bell and Volinsky 2009), by alternating least squares on
/// residuals of the biases; a new user's p is the ridge solution on their support ratings (fold-in). With features of
/// users, b_u and p are drawn towards what a ridge regression on these lets expect (Agarwal and Chen 2009,
/// "Regression-based Latent Factor Models", in one step after the other).
package struct MatrixFactorization: Baseline {
  package var factors = 8
  package var penalty = 10.0
  package var sweeps = 8
  package var userFeatures: [String] = []
  package var featurePenalty = 10.0

  package init() {}

  package static let signature = Signature<Self>(
    "mf", "Matrix factorisation on top of the biases, with a closed-form place for new users.",
    details: """
      r̂ = μ + b_u + b_i + p_u · q_i: first the biases, then factors by alternating least squares on what these \
      leave; a new user's are the ridge solution on the support ratings. With `user-features=[…]` a user's bias and \
      factors are drawn towards those that a ridge regression on these features expects, as strongly as training \
      users keep to it, so that somebody without any rating has a place, too. In tasks of items \
      (`split tasks of=items`) these are features of items: ALS with a content prior.
      """,
    [
      .option("factors", \.factors, in: 1...256, "numbers that describe a user or an item"),
      .option("penalty", \.penalty, in: 1e-6...1e6, "ridge penalty on users and items"),
      .option("sweeps", \.sweeps, in: 1...100, "rounds of fitting users, then items"),
      .option(
        "user-features", \.userFeatures,
        "features of users that a new one's place is expected from; none when not given"),
      .option(
        "feature-penalty", \.featurePenalty, in: 1e-6...1e6,
        "with user-features=, users' worth of no effect of a category"),
    ],
    examples: [
      Example("evaluate mae ndcg@5"),
      Example("baseline mf user-features=[age]; evaluate mae"),
    ])

  package var namedFeatures: [NamedFeatures] {
    [NamedFeatures("user-features", userFeatures, areOfUsers: true)]
  }

  package var weighsSupport: Bool { userFeatures.isEmpty }

  package func fitted(
    to dataset: Dataset, training: [UserTask], key: RandomKey, kernels: KernelSet
  ) -> any Recommender {
    let ratings = TrainingRatings(training, in: dataset)
    let bias = BiasModel(ratings)
    let fit = RatingFactors(
      ratings, bias, width: factors, penalty: penalty, sweeps: sweeps, key: key)
    if !userFeatures.isEmpty { return expecting(dataset, ratings, bias, fit) }
    return FactorModel(bias: bias, factors: factors, penalty: penalty, items: fit.items)
  }

  /// How much wider the prior is than what training users are scattered by: a new one differs in more than these.
  private static let inflation = 1.3

  /// The model whose new users lie around what their features let expect.
  private func expecting(
    _ dataset: Dataset, _ ratings: TrainingRatings, _ bias: BiasModel, _ fit: RatingFactors
  ) -> GaussianFactorModel {
    let residuals = bias.residuals(of: ratings)
    let (byUser, _) = ratings.grouped(residuals)
    let own = Categories(dataset.users, named: userFeatures)
    let values = UserSideFeatures(
      own, chosen: Categories(noneOf: dataset.items.count), ratings: byUser)
    var features = values.features(penalty: featurePenalty, chosenPenalty: featurePenalty)
    // What only one training user has tells about that user alone.
    for place in features.all.indices
    where features.all[place].entries.count(where: { byUser.counts[Int($0.entity)] > 0 }) < 2 {
      features.all[place].entries = []
    }
    var users = GaussianFactors(vectors: bias.users, fit.users, factors: factors)
    var effects = SideFeatureEffects(features, size: users.size)
    let counted = byUser.counts.map { min($0, 1) }
    for _ in 0..<Self.rounds where !Cancellation.isRequested {
      effects.fit(to: users, weights: counted)
    }
    users.expected = effects.expected
    users.fitSpread(to: byUser, inflation: Self.inflation)
    let noise = residuals.reduce(0) { $0 + $1 * $1 } / Double(max(1, residuals.count))
    return GaussianFactorModel(
      title: Self.name, measure: RatingMeasure(mean: bias.mean), features: values,
      parts: [
        GaussianFactorModel.Part(
          noise: max(noise, 1e-6),
          items: GaussianFactors(vectors: bias.items, fit.items, factors: factors).moments(),
          newcomer: users.newcomer, effects: effects)
      ])
  }

  /// Rounds of coordinate descent, after which the regression no longer moves.
  private static let rounds = 50
}

/// Item factors, and the ridge that gives a user's from their ratings.
private struct FactorModel: Recommender {
  let bias: BiasModel
  let factors: Int
  let penalty: Double
  let items: [Double]
  let title = MatrixFactorization.name
  let predictsRatings = true

  func scores(for user: UserContext, items: [Int32]) -> [Float] {
    let level = bias.mean + bias.deviation(of: user)
    var system = RidgeSystem(size: factors, penalty: penalty)
    self.items.withUnsafeBufferPointer { factors in
      for rating in user.support {
        let item = Int(rating.item)
        system.add(
          factors, at: item * self.factors,
          value: Double(rating.rating) - level - bias.items[item], weight: Double(rating.weight))
      }
    }
    let weights = system.solution()
    return items.map { item in
      let item = Int(item)
      var score = level + bias.items[item]
      for factor in 0..<factors { score += weights[factor] * self.items[item * factors + factor] }
      return Float(score)
    }
  }
}
