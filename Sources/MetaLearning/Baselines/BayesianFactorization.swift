import Datasets
import Kernels
import Language
import Models

/// r̂ = μ + b_u + b_i + z_u · v_i with a normal distribution in place of each vector: variational Bayes (Lim
/// and Teh 2007, "Variational Bayesian Approach to Movie Rating Prediction") under priors that depend on
/// features and are learned (Agarwal and Chen 2009, "Regression-based Latent Factor Models"), with a noise of
/// each item (Lakshminarayanan, Bouchard and Archambeau 2011, "Robust Bayesian Matrix Factorisation"). The
/// prior is fitted to the training users, and the posterior of a new user follows from her ratings in closed
/// form: meta-learning as empirical Bayes. Which items she rated at all is a feature, too (Koren 2008,
/// SVD++).
package struct BayesianFactorization: Baseline {
  package var factors = 8
  package var sweeps = 20
  package var starts = 2
  package var penalty = 3.0
  package var newPenalty = 150.0
  package var userPenalty = 5.0
  package var choicePenalty = 0.2
  package var noisePenalty = 20.0
  package var countsRatings = true
  package var features: [String] = []
  package var userFeatures: [String] = []

  package init() {}

  package static let signature = Signature<Self>(
    "bayes-mf",
    "Matrix factorisation under learned priors: users and items are beliefs, not numbers.",
    details: """
      r = μ + b_u + b_i + z_u · v_i + noise; (b_i, v_i) and (b_u, z_u) are normal around what their \
      features let expect, and means, covariances and the noise of each item are learned from the training \
      tasks. Of a user, which kinds of items she rated tells something before her ratings do; her belief \
      follows from these in closed form. An item with few ratings is near what its kind is, and one that \
      nobody rated is what a second regression, in which an item counts by its ratings, lets expect. The \
      prediction is the mean over several random starts, which end in different optima. \
      Lim and Teh, KDD Cup 2007; Agarwal and Chen, KDD 2009; Lakshminarayanan et al., AISTATS 2011.
      """,
    [
      .option("factors", \.factors, in: 1...64, "numbers that describe a user or an item"),
      .option("sweeps", \.sweeps, in: 1...1000, "rounds of believing users, then items"),
      .option("starts", \.starts, in: 1...100, "random starts to average over"),
      .option("penalty", \.penalty, in: 1e-6...1e6, "items' worth of no effect of a category"),
      .option(
        "new-penalty", \.newPenalty, in: 1e-6...1e6,
        "the same for an item that nobody rated, in ratings"),
      .option(
        "user-penalty", \.userPenalty, in: 1e-6...1e6,
        "users' worth of no effect of a category of users"),
      .option(
        "choice-penalty", \.choicePenalty, in: 1e-6...1e6,
        "the same for the share of a category among the items a user rated"),
      .option(
        "noise-penalty", \.noisePenalty, in: 1e-6...1e9,
        "ratings' worth of an item's noise being that of all"),
      .option(
        "counts", \.countsRatings,
        "let an item's prior depend on how many training ratings it has, too"),
      .option("features", \.features, "the item features to use; all when not given"),
      .option("user-features", \.userFeatures, "the user features to use; all when not given"),
    ],
    examples: [Example("evaluate mae ndcg@5 with=[bayes-mf]")])

  package func fitted(
    to dataset: Dataset, training: [UserTask], key: RandomKey, kernels: KernelSet
  ) -> any Recommender {
    model(of: dataset, training: training, key: key)
  }

  /// The beliefs about all items, and what a user's follows from.
  func model(of dataset: Dataset, training: [UserTask], key: RandomKey) -> GaussianFactorModel {
    let ratings = TrainingRatings(training, in: dataset)
    let evidence = Evidence(self, dataset, ratings)
    return GaussianFactorModel(
      mean: evidence.mean, features: evidence.userFeatures,
      parts: orderedMap(starts) { start in
        fitted(to: evidence, key.derived("start").derived(start))
      })
  }

  /// The data that every random start is fitted to.
  private struct Evidence: Sendable {
    let mean: Double
    let byUser: RatingIndex
    let byItem: RatingIndex
    let userFeatures: UserSideFeatures
    let ofUsers: SideFeatures
    let ofItems: SideFeatures
    /// Features of the items, for the regression that predicts items without ratings.
    let ofNewItems: SideFeatures

    init(_ options: BayesianFactorization, _ dataset: Dataset, _ ratings: TrainingRatings) {
      mean = ratings.mean
      (byUser, byItem) = ratings.grouped(ratings.ratings.map { Double($0) - ratings.mean })
      let kinds = Categories(dataset.items, named: options.features)
      userFeatures = UserSideFeatures(
        Categories(dataset.users, named: options.userFeatures), chosen: kinds, ratings: byUser)
      ofUsers = userFeatures.features(
        penalty: options.userPenalty, chosenPenalty: options.choicePenalty)
      var ofItems = SideFeatures(kinds, penalty: options.penalty)
      if options.countsRatings { ofItems.addCounts(of: ratings.items, penalty: options.penalty) }
      self.ofItems = ofItems
      ofNewItems = SideFeatures(kinds, penalty: options.newPenalty)
    }
  }

  /// One random start: coordinate ascent on the variational bound of the evidence.
  private func fitted(to evidence: Evidence, _ key: RandomKey) -> GaussianFactorModel.Part {
    var stream = key.stream
    let (byUser, byItem) = (evidence.byUser, evidence.byItem)
    var users = GaussianFactors(count: byUser.count, factors: factors) { 0 }
    var items = GaussianFactors(count: byItem.count, factors: factors) { 0.3 * stream.normal() }
    var userEffects = SideFeatureEffects(evidence.ofUsers, size: users.size)
    var itemEffects = SideFeatureEffects(evidence.ofItems, size: items.size)
    let (userCounts, itemCounts) = (byUser.counts, byItem.counts)
    var noise = 0.8
    for sweep in 0..<sweeps where !Cancellation.isRequested {
      users.update(byUser, given: items.moments(), noise: noise)
      items.update(byItem, given: users.moments(), noise: noise)
      // In the first rounds the factors are still near 0; a prior fitted to them would keep them there.
      guard sweep >= 2 else { continue }
      userEffects.fit(to: users, weights: userCounts.map { min($0, 1) })
      itemEffects.fit(to: items, weights: itemCounts.map { min($0, 1) })
      users.expected = userEffects.expected
      items.expected = itemEffects.expected
      users.fitSpread(to: byUser)
      items.fitSpread(to: byItem)
      noise = items.fitNoise(byItem, given: users, penalty: noisePenalty)
    }
    var ofNew = SideFeatureEffects(evidence.ofNewItems, size: items.size)
    for _ in 0..<sweeps where !Cancellation.isRequested {
      ofNew.fit(to: items, weights: itemCounts)
    }
    for item in 0..<items.count where itemCounts[item] == 0 {
      let row = item * items.size..<(item + 1) * items.size
      items.means.replaceSubrange(row, with: ofNew.expected[row])
    }
    return GaussianFactorModel.Part(
      noise: noise, items: items.moments(), newcomer: users.newcomer, effects: userEffects)
  }
}

/// The fitted posteriors of the items, from which that of a user follows. Scores are means over the starts.
struct GaussianFactorModel: Recommender {
  /// The result of one random start.
  struct Part: Sendable {
    let noise: Double
    let items: Moments
    /// The prior of a user.
    let newcomer: GaussianFactors
    let effects: SideFeatureEffects

    /// The posterior (bias, factors) of a user with these features and ratings.
    func posterior(
      _ features: [UserSideFeatures.Value], _ ratings: some Sequence<(other: Int, value: Double)>
    ) -> (mean: [Double], covariance: [Double]) {
      var user = newcomer
      user.expected = effects.expectation(of: features)
      return user.posterior(of: 0, ratings, given: items, noise: noise)
    }
  }

  let mean: Double
  let features: UserSideFeatures
  let parts: [Part]

  let title = BayesianFactorization.name
  let predictsRatings = true

  /// The belief of each random start about a user.
  func posteriors(of user: UserContext) -> [(mean: [Double], covariance: [Double])] {
    let own = features.features(of: user.user, rated: user.support.map(\.item))
    let ratings = user.support.map { (other: Int($0.item), value: Double($0.rating) - mean) }
    return parts.map { $0.posterior(own, ratings) }
  }

  func scores(for user: UserContext, items: [Int32]) -> [Float] {
    var sums = Array(repeating: 0.0, count: items.count)
    for (part, (vector, _)) in zip(parts, posteriors(of: user)) {
      for (place, item) in items.enumerated() {
        sums[place] += mean + part.items.expectation(Int(item), for: vector)
      }
    }
    return sums.map { Float($0 / Double(parts.count)) }
  }
}
