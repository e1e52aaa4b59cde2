import Datasets
import Kernels
import Models

extension FeatureEncoder {
  /// The fields of some data as they are known without looking at who rated what: the whole catalogue with all its
  /// features, and the names that features of users can have. Numbers of users, whose means would be theirs, are left
  /// out.
  package init(publicFieldsOf data: Dataset) {
    var catalogue = data
    catalogue.users.features.removeAll {
      if case .numbers = $0.values { true } else { false }
    }
    // A row for each item and each user, so that all of them count, once.
    var rows = Interactions()
    let count = data.items.count == 0 ? 0 : max(data.items.count, data.users.count)
    for row in 0..<count where data.users.count > 0 {
      rows.users.append(Int32(row % data.users.count))
      rows.items.append(Int32(row % data.items.count))
      rows.ratings.append(data.scale.lowest)
    }
    catalogue.interactions = rows
    let fit = FieldFit(catalogue, training: (0..<Int32(rows.count)).map { $0 })
    self.init(fit.fields, data)
  }
}

extension LearningProblem {
  /// The weights that a private training starts from: random, but for predictions in the middle of the scale.
  func publicWeights(learner: any MetaLearner, key: RandomKey) -> Weights {
    var weights = Weights(layout, key: key)
    learner.prepare(&weights, kernels)
    if let bias = layout.index(of: "head.bias"), negatives == nil, heads == nil {
      let middle = (scale.lowest + scale.highest) / 2
      weights.mutableView(bias).copy(
        from: loss.scores(ofRating: middle, scale: scale, kernels).values)
    }
    return weights
  }
}
