import Datasets
import Kernels
import Language
import Models

/// r̂ = μ + b_u + b_i + z_u · v_i with a normal distribution in place of each vector: variational Bayes (Lim
/// and Teh 2007, "Variational Bayesian Approach to Movie Rating Prediction") under priors that depend on
/// features and are learned (Agarwal and Chen 2009, "Regression-based Latent Factor Models"), with a noise of
/// each item (Lakshminarayanan, Bouchard and Archambeau 2011, "Robust Bayesian Matrix Factorisation"). The
/// prior is fitted to the training users, and the posterior of a new user follows from their ratings in closed
/// form: meta-learning as empirical Bayes. Which items they rated at all is a feature, too (Koren 2008,
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
  /// The lowest positive rating, when scores say how sure a positive is.
  package var positives: Double?
  package var gap = 1.0
  package var features: [String] = []
  package var userFeatures: [String] = []

  package init() {}

  package var predictsRatings: Bool { positives == nil }

  package static let signature = Signature<Self>(
    "bayes-mf",
    "Matrix factorisation under learned priors: users and items are beliefs, not numbers.",
    details: """
      r = μ + b_u + b_i + z_u · v_i + noise; (b_i, v_i) and (b_u, z_u) are normal around what their \
      features let expect, and means, covariances and the noise of each item are learned from the training \
      tasks. Of a user, which kinds of items are rated tells something before the ratings do; the belief \
      follows from these in closed form; where users to judge have far fewer ratings than those of \
      training, a large choice-penalty= is better, since shares among few items vary by chance. An item with \
      few ratings is near what its kind is, and one that nobody rated is what a second regression, in which \
      an item counts by its ratings, lets expect. The \
      prediction is the mean over several random starts, which end in different optima. With \
      `positives=4` a score is not the expected rating but how many standard deviations it lies above the \
      middle between 3 and 4: of two equal expectations the surer one counts more. \
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
      .option(
        "positives", \.positives, in: -1e9...1e9,
        "score by how sure a rating of at least this is; by the expected rating if not given"),
      .option(
        "gap", \.gap, in: 0...100,
        "with positives=, quarters of the scale that positives are further from the others"),
      .option("features", \.features, "the item features to use; all when not given"),
      .option("user-features", \.userFeatures, "the user features to use; all when not given"),
    ],
    examples: [
      Example("evaluate mae ndcg@5 with=[bayes-mf]"),
      Example("baseline bayes-mf positives=4; evaluate auc positives=4 with=[bayes-mf]"),
    ])

  package var namedFeatures: [NamedFeatures] {
    [
      NamedFeatures("features", features),
      NamedFeatures("user-features", userFeatures, areOfUsers: true),
    ]
  }

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
      measure: evidence.measure, features: evidence.userFeatures,
      parts: orderedMap(starts) { start in
        fitted(to: evidence, key.derived("start").derived(start))
      })
  }

  /// The data that every random start is fitted to.
  private struct Evidence: Sendable {
    let measure: RatingMeasure
    let byUser: RatingIndex
    let byItem: RatingIndex
    let userFeatures: UserSideFeatures
    let ofUsers: SideFeatures
    let ofItems: SideFeatures
    /// Features of the items, for the regression that predicts items without ratings.
    let ofNewItems: SideFeatures

    init(_ options: BayesianFactorization, _ dataset: Dataset, _ ratings: TrainingRatings) {
      let measure = RatingMeasure(ratings, positives: options.positives, gap: options.gap)
      self.measure = measure
      (byUser, byItem) = ratings.grouped(ratings.ratings.map { measure.value(of: $0) })
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

/// The values that beliefs are about: ratings less their mean, in quarters of the scale, such as stars of five, or in
/// their standard deviations where these are smaller.
struct RatingMeasure: Sendable {
  private(set) var mean: Double
  /// What counts as one.
  let unit: Double
  /// The lowest positive rating, if positives are told apart, and how much is added to those.
  private let positives: Double?
  private let gap: Double
  /// The value in the middle between the lowest positive rating and the highest of the others; nil if
  /// positives are not told apart.
  private(set) var threshold: Double?

  init(_ ratings: TrainingRatings, positives: Double?, gap: Double) {
    let width = Double(ratings.scale.highest) - Double(ratings.scale.lowest)
    let quarter = width > 0 && width.isFinite ? width / 4 : 1
    let spread = ratings.deviation
    unit = spread > 0 ? min(quarter, spread) : quarter
    self.positives = positives
    self.gap = gap * quarter
    mean = ratings.mean
    guard let positives else { return }
    var (lowest, highest, sum) = (Double.infinity, -Double.infinity, 0.0)
    for rating in ratings.ratings.lazy.map({ Double($0) }) {
      if rating < positives { highest = max(highest, rating) } else { lowest = min(lowest, rating) }
      sum += raised(rating)
    }
    if ratings.count > 0 { mean = sum / Double(ratings.count) }
    // Where all are positive or none is, there is no middle.
    let middle = lowest.isFinite && highest.isFinite ? (lowest + self.gap + highest) / 2 : positives
    threshold = (middle - mean) / unit
  }

  /// Ratings as they are, less their mean.
  init(mean: Double) {
    (self.mean, unit, positives, gap) = (mean, 1, nil, 0)
  }

  func value(of rating: Float) -> Double { (raised(Double(rating)) - mean) / unit }

  private func raised(_ rating: Double) -> Double {
    guard let positives, rating >= positives else { return rating }
    return rating + gap
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

  var title = BayesianFactorization.name
  let measure: RatingMeasure
  let features: UserSideFeatures
  let parts: [Part]

  var predictsRatings: Bool { measure.threshold == nil }

  /// The belief of each random start about a user.
  func posteriors(of user: UserContext) -> [(mean: [Double], covariance: [Double])] {
    let own = features.features(of: user.user, rated: user.support.map(\.item))
    let ratings = user.support.map {
      (other: Int($0.item), value: measure.value(of: $0.rating))
    }
    return parts.map { $0.posterior(own, ratings) }
  }

  func scores(for user: UserContext, items: [Int32]) -> [Float] {
    var sums = Array(repeating: 0.0, count: items.count)
    for (part, belief) in zip(parts, posteriors(of: user)) {
      guard let threshold = measure.threshold else {
        for (place, item) in items.enumerated() {
          sums[place] +=
            measure.mean + measure.unit * part.items.expectation(Int(item), for: belief.mean)
        }
        continue
      }
      var user = part.newcomer
      (user.means, user.covariances) = belief
      let moments = user.moments()
      for (place, item) in items.enumerated() {
        let expected = part.items.expectation(Int(item), for: belief.mean)
        let variance =
          moments.squaredError(0, expected, Int(item), of: part.items)
          + part.items.noise(of: Int(item), mean: part.noise)
        sums[place] += (expected - threshold) / max(variance, 1e-12).squareRoot()
      }
    }
    return sums.map { Float($0 / Double(parts.count)) }
  }
}
