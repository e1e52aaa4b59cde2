import Datasets
import Kernels
import Language
import Models

/// A blend of collaborative, content and meta-learned predictions (Burke 2002, weighted hybrid), whose
/// weights are learned on training users that the parts were not fitted on.
package struct Hybrid: Baseline {
  package var holdout = 0.2
  package var penalty = 100.0
  package var hasMeta = true
  package var isForNewItems = false
  package var isRounded = false

  package init() {}

  package static let signature = Signature<Self>(
    "hybrid",
    "A blend of several baselines, with weights learned on training users.",
    details: """
      Of ratings mf, item-knn, content, content-bias and a meta-learned ridge head. The parts are fitted \
      without some of the training users, on whom the weights of the blend are learned by ridge \
      regression; then they are fitted again to all. `meta=no` leaves out the part that takes longest. Of \
      items that nobody rated mf and item-knn know nothing, and no rating of theirs can teach weights: with \
      `new-items=yes` the parts are bayes-mf and a ridge head that learned from tasks in which items are \
      known by their features alone, in equal weights. With `rounded=yes` predictions are nearly whole ratings, \
      since the absolute error is least at the median of what a user may say, which is a rating: the higher of two \
      from where half of the training users who were left out rate higher, which is learned for items that others rated, \
      and with `new-items=yes` for a fifth that is hidden; among items of one kind the order stays. Of interactions the parts are episodic-ease, ease and \
      als; their weights, and which of its strengths each has, are those with the highest ndcg@20 for the \
      training users who were left out, and no option but `holdout` has a meaning.
      """,
    [
      .option("holdout", \.holdout, in: 0.01...0.9, "share of training users to learn weights on"),
      .option("penalty", \.penalty, in: 1e-6...1e9, "ratings' worth of equal weights"),
      .option("meta", \.hasMeta, "blend in meta-learned scores"),
      .option("new-items", \.isForNewItems, "blend what is best for items that nobody rated"),
      .option(
        "rounded", \.isRounded,
        "move predictions to whole ratings, but for a hundredth of the way"),
    ],
    examples: [Example("evaluate mae ndcg@5")])

  package var feedback: Set<Feedback> { [.ratings, .interactions] }
  package func memory(for data: Dataset) -> Double {
    data.feedback == .interactions ? EpisodicEase().memory(for: data) : 0
  }

  private var parts: [any Baseline] {
    isForNewItems
      ? [BayesianFactorization()]
      : [MatrixFactorization(), ItemKNN(), Content(), ContentBias()]
  }

  package func fitted(
    to dataset: Dataset, training: [UserTask], key: RandomKey, kernels: KernelSet
  ) -> any Recommender {
    if dataset.feedback == .interactions {
      return fittedToClicks(dataset, training, key, kernels)
    }
    var stream = key.derived("holdout").stream
    let shuffled = stream.shuffled(training)
    let held = Int((Double(training.count) * holdout).rounded(.up))
    let fitted = fittedParts(dataset, training, key, kernels)
    var weights = Array(repeating: 1 / Double(partCount), count: partCount)
    var cuts: RatingCuts?
    if training.count > 1, isRounded || !isForNewItems {
      let trial = HeldOutRatings(
        shuffled.prefix(held), hiding: isForNewItems ? 0.2 : 0, of: dataset, key.derived("hidden"))
      let parts = fittedParts(dataset, shuffled.dropFirst(held).map(trial.shown), key, kernels)
      if !isForNewItems { weights = trial.weights(of: parts, penalty: penalty) }
      if isRounded {
        cuts = trial.cuts(Blend(title: "", weights: weights, parts: parts), training: training)
      }
    }
    return Blend(
      title: Self.name, weights: weights, parts: fitted,
      shares: zip(fitted, weights).map { BlendShare(name: $0.title, weight: $1) }, cuts: cuts)
  }

  private var partCount: Int { parts.count + (hasMeta ? 1 : 0) }

  private func fittedParts(
    _ dataset: Dataset, _ training: [UserTask], _ key: RandomKey, _ kernels: KernelSet
  ) -> [any Recommender] {
    var fitted = (Cancellation.isRequested ? [RandomScores()] : parts).map {
      $0.fitted(
        to: dataset, training: training, key: key.derived(type(of: $0).name),
        kernels: kernels)
    }
    if hasMeta, !Cancellation.isRequested {
      fitted.append(
        MetaLearnedScores.fitted(
          to: dataset, training: training, key: key.derived("meta"), kernels: kernels,
          hidesItems: isForNewItems))
    }
    return fitted
  }
}

/// What one part of a blend is, and how much it counts.
package struct BlendShare: Sendable, Equatable {
  package let name: String
  package let weight: Double
}

/// A weighted sum of recommenders' scores.
package struct Blend: Recommender {
  package let title: String
  let weights: [Double]
  let parts: [any Recommender]
  /// The parts with their weights, as scores of the same spread would have them.
  package var shares: [BlendShare] = []
  package var predictsRatings = true
  /// Where scores pass from one whole rating to the next; nil where they stay as they are.
  var cuts: RatingCuts?

  package func scores(for user: UserContext, items: [Int32]) -> [Float] {
    var sums = Array(repeating: 0.0, count: items.count)
    for (weight, part) in zip(weights, parts) {
      for (place, score) in part.scores(for: user, items: items).enumerated() {
        sums[place] += weight * Double(score)
      }
    }
    guard let cuts else { return sums.map { Float($0) } }
    return zip(sums, items).map { Float(cuts.nearlyWhole($0, item: $1)) }
  }
}
