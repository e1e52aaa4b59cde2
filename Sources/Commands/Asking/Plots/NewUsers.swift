import Datasets
import Kernels
import MetaLearning
import Models

/// Test users and what they are judged on.
struct NewUsers: Sendable {
  let contexts: [UserContext]
  let queries: [[UserContext.Rating]]
  private let scale: RatingScale
  private let threads: Int

  init(_ tasks: [UserTask], _ data: Dataset, threads: Int) {
    contexts = tasks.map { UserContext($0, in: data.interactions) }
    queries = tasks.map { task in
      task.query.map { UserContext.Rating(row: $0, of: data.interactions) }
    }
    scale = data.scale
    self.threads = threads
  }

  /// What the error is: of ratings, or the model's own loss when it predicts none.
  func unit(of model: TrainedModel) -> String {
    model.predictsRatings ? "MAE" : type(of: model.problem.loss).name
  }

  /// The mean over users of the error after adapting to their first ratings.
  func error(of model: TrainedModel, knowing count: Int) throws(ScoreError) -> Double {
    try error(
      of: model,
      for: contexts.map { context in
        UserContext(user: context.user, support: Array(context.support.prefix(count)))
      })
  }

  /// The same after adapting each to what is known of them.
  func error(of model: TrainedModel, for users: [UserContext]) throws(ScoreError) -> Double {
    try mean(of: model, for: users).last ?? .nan
  }

  /// The same before the first inner step and after each.
  func errors(of model: TrainedModel) throws(ScoreError) -> [Double] {
    try mean(of: model, for: contexts)
  }

  private func mean(
    of model: TrainedModel, for users: [UserContext]
  ) throws(ScoreError) -> [Double] {
    let outcomes = orderedMap(users.count, threads: threads, abandoned: .success([])) {
      user -> Result<[Double], ScoreError> in
      Result { () throws(ScoreError) in
        try model.finiteTrace(for: users[user], query: queries[user])
      }.map { moments in
        moments.map { error(of: model, $0.queryLoss, $0.predictions, on: queries[user]) }
      }
    }
    // Who has no query ratings has no error.
    let courses = try outcomes.map { outcome throws(ScoreError) in try outcome.get() }
      .filter { $0.allSatisfy(\.isFinite) }
    let length = courses.map(\.count).max() ?? 0
    return (0..<length).map { step in
      // Who has no ratings takes no steps and stays where they are.
      let now = courses.compactMap { step < $0.count ? $0[step] : $0.last }
      return now.reduce(0, +) / Double(now.count)
    }
  }

  private func error(
    of model: TrainedModel, _ loss: Float, _ predictions: [Float], on query: [UserContext.Rating]
  ) -> Double {
    guard model.predictsRatings else { return Double(loss) }
    let errors = zip(predictions, query).map { abs(Double(scale.clamped($0) - $1.rating)) }
    return errors.reduce(0, +) / Double(errors.count)
  }
}
