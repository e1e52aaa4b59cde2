import Datasets
import Kernels
import Models

/// The influence of one feature of a user or an item on a score.
package struct FeatureInfluence: Sendable {
  package var side: FeatureField.Side
  package var name: String
  /// The score less what it is when the feature is unknown.
  package var influence: Float
}

extension TrainedModel {
  /// For some ratings of a user's support: the score of an item less what it is when the model is adapted
  /// without that rating. Exact: each is an adaptation of its own.
  ///
  /// - Parameter score: of the item, adapted to all of the ratings.
  package func ratingInfluences(
    on item: Int32, for user: UserContext, score: Float, of ratings: Range<Int>, threads: Int
  ) throws(ScoreError) -> [Float] {
    let influences = orderedMap(ratings.count, threads: threads, abandoned: .nan) { number in
      var without = user
      without.support.remove(at: ratings.lowerBound + number)
      return score - scores(for: without, items: [item])[0]
    }
    try requireFinite(influences, of: influences.map { _ in item }, for: user)
    return influences
  }

  /// For every feature of the item and of the user: the score less what it is when that is unknown.
  ///
  /// - Parameter score: of the item with all of them known.
  package func featureInfluences(
    on item: Int32, for user: UserContext, score: Float
  ) throws(ScoreError) -> [FeatureInfluence] {
    let encoder = problem.encoder
    let influences = [FeatureField.Side.item, .user].flatMap { side -> [FeatureInfluence] in
      guard let entity = side == .item ? item : user.user else { return [] }
      return encoder.fields.filter { $0.side == side }.enumerated().map { number, field in
        let blind = with(encoder.hiding(number, of: side, entity: Int(entity)))
        return FeatureInfluence(
          side: side, name: field.kind == .identity ? "id" : field.name,
          influence: score - blind.scores(for: user, items: [item])[0])
      }
    }
    try requireFinite(influences.map(\.influence), of: influences.map { _ in item }, for: user)
    return influences
  }

  /// The same weights on other features of users and items.
  package func with(_ encoder: FeatureEncoder) -> TrainedModel {
    copy(
      problem: LearningProblem(
        network: problem.network, loss: problem.loss, learner: learner, encoder: encoder,
        scale: problem.scale, shape: problem.shape, negatives: problem.negatives,
        heads: problem.heads, kernels: problem.kernels))
  }

  /// The same model for data with further items, which it knows by their features.
  package func describing(_ data: Dataset) -> TrainedModel {
    with(FeatureEncoder(problem.encoder.fields, data.seen(by: owner)))
  }
}
