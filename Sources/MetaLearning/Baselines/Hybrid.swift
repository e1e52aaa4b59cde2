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
      since the absolute error is least at the median of what a user may say, which is a rating; their order stays \
      that of the expectations. Of interactions the parts are episodic-ease, ease and \
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
        "move predictions to the nearest whole rating, but for a hundredth of the way"),
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
    let weights =
      isForNewItems || training.count < 2
      ? Array(repeating: 1 / Double(partCount), count: partCount)
      : learnedWeights(
        on: Array(shuffled.prefix(held)), dataset,
        parts: fittedParts(dataset, Array(shuffled.dropFirst(held)), key, kernels))
    return Blend(
      title: Self.name, weights: weights, parts: fitted,
      shares: zip(fitted, weights).map { BlendShare(name: $0.title, weight: $1) },
      wholeRatings: isRounded ? dataset.scale : nil)
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

  /// Least squares on the query ratings, drawn towards equal weights.
  private func learnedWeights(
    on tasks: [UserTask], _ dataset: Dataset, parts: [any Recommender]
  ) -> [Double] {
    let interactions = dataset.interactions
    let equal = 1 / Double(parts.count)
    var system = RidgeSystem(size: parts.count, penalty: penalty)
    for task in tasks where !Cancellation.isRequested {
      let context = UserContext(task, in: interactions)
      let items = task.query.map { interactions.items[Int($0)] }
      let scores = parts.map { $0.scores(for: context, items: items) }
      for (place, row) in task.query.enumerated() {
        let predictions = scores.map { Double($0[place]) }
        let offset = predictions.reduce(0, +) * equal
        predictions.withUnsafeBufferPointer {
          system.add($0, at: 0, value: Double(interactions.ratings[Int(row)]) - offset)
        }
      }
    }
    return system.solution().map { $0 + equal }
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
  package let shares: [BlendShare]
  package var predictsRatings = true
  /// The scale to whose whole ratings scores are moved; nil where they stay as they are.
  var wholeRatings: RatingScale?

  package func scores(for user: UserContext, items: [Int32]) -> [Float] {
    var sums = Array(repeating: 0.0, count: items.count)
    for (weight, part) in zip(weights, parts) {
      for (place, score) in part.scores(for: user, items: items).enumerated() {
        sums[place] += weight * Double(score)
      }
    }
    guard let scale = wholeRatings else { return sums.map { Float($0) } }
    return sums.map { Float(scale.nearlyWhole($0)) }
  }
}

extension RatingScale {
  /// The whole rating nearest to `score`, and a hundredth of what is left: an order of scores stays as it is.
  func nearlyWhole(_ score: Double) -> Double {
    let low = Double(lowest)
    let whole = low + (score - low).rounded()
    return whole + 0.01 * (score - whole)
  }
}
