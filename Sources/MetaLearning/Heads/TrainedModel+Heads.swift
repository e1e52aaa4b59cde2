import Datasets
import Kernels
import Models

extension TrainedModel {
  /// The heads of the model; none where it has one that needs no name.
  package var headKinds: [HeadKind] { problem.heads?.kinds ?? [] }

  /// The feature of items that the head `category` is about, and its values in their order.
  package var categoryFeature: String { problem.heads?.choice.category ?? "" }
  package var categoryNames: [String] { problem.heads?.categoryNames ?? [] }

  /// How much each head counts in the loss.
  package var headWeights: [Float] {
    guard let heads = problem.heads else { return [] }
    if let fixed = heads.choice.fixed { return fixed }
    return problem.layout.index(of: heads.weightsName ?? "").map {
      problem.headShares(weights.view($0).array)
    } ?? []
  }

  /// The loss of each head on a task's query after adapting to its support; NaN where it has no part in it.
  package func headLosses(of task: UserTask, _ interactions: Interactions) -> [Float] {
    onQuery(of: task, interactions) { scratch, scores, query, _ in
      problem.headLosses(scratch.tape, scores, query.ratings).map { loss in
        loss.map { scratch.tape[$0][0, 0] } ?? .nan
      }
    }
  }

  /// The mean loss of each head over some tasks, on up to `threads` threads.
  package func headLosses(
    of tasks: [UserTask], _ interactions: Interactions, threads: Int
  ) -> [Float] {
    let heads = headKinds.count
    let losses = orderedMap(
      tasks.count, threads: threads, abandoned: Array(repeating: Float.nan, count: heads)
    ) { headLosses(of: tasks[$0], interactions) }
    return (0..<heads).map { head in
      let own = losses.map { $0[head] }.filter { !$0.isNaN }
      return own.reduce(0, +) / Float(own.count)
    }
  }

  /// For each category how likely a user is to take an item of it next, as logarithms up to a constant; none without
  /// such a head.
  package func categoryScores(for user: UserContext) throws(ScoreError) -> [Float] {
    guard let head = headKinds.firstIndex(of: .category), let heads = problem.heads,
      let first = problem.encoder.items.count > 0 ? Int32(0) : nil
    else { return [] }
    let count = heads.categoryNames.count
    // The categories come behind the items that are asked for, of which there has to be one.
    let scores = adapted(to: user, items: [first], asksAll: true) { scratch, episode in
      let scores = learner.scores(for: episode, weights, in: scratch)
      return Array(problem.predictions(scores, head: head).suffix(count))
    }
    try requireFinite(scores, of: [], for: user)
    return scores
  }
}

/// One head of a model, as a recommender of its own.
package struct HeadRecommender: Recommender {
  private let model: TrainedModel
  private let head: Int
  /// What is known of each user, as the model learnt from.
  private let users: [Int32: UserContext]

  /// - Parameter users: the contexts that stand for those that will be given; others are taken as they come.
  package init(_ model: TrainedModel, head: Int, users: [UserContext]) {
    self.model = model
    self.head = head
    self.users = Dictionary(
      users.compactMap { user in user.user.map { ($0, user) } }
    ) { first, _ in first }
  }

  package var title: String { model.title }
  package var predictsRatings: Bool {
    model.headKinds[head] == .rating && model.problem.loss.predictsRatings
  }

  package func scores(for user: UserContext, items: [Int32]) -> [Float] {
    model.scores(
      for: user.user.flatMap { users[$0] } ?? user, items: items, threads: 1, head: head)
  }
}
