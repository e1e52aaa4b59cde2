import Datasets
import Kernels
import Language
import Models

/// A meta-trained model: adapts to a user's ratings and scores items for them.
package struct TrainedModel: Recommender {
  package let learner: any MetaLearner
  package let problem: LearningProblem
  package let weights: Weights
  /// The split it was trained on.
  package let fingerprint: UInt64
  /// The summary of each epoch of its training.
  package var history: [EpochSummary]
  /// How many outer steps each of those epochs had; nil where nobody knows.
  package var stepsPerEpoch: Int?
  /// Whose the data were, where they stayed with clients.
  package var federated: FederatedPlan?
  /// Whether training was stopped before its end.
  package var isPartial: Bool
  /// How a file keeps the weights, where they were made smaller.
  package internal(set) var compressed: CompressedWeights?
  /// What holds of those whose ratings it was trained on, where it was trained with noise.
  package var privacy: PrivacyStatement?
  let scratchPool: ScratchPool
  let quantizedItems = Memo<QuantizedItems?>()
  let referenceItems = Memo<ReferenceRows?>()
  private let knownDigest = Memo<String>()

  package init(
    learner: any MetaLearner, problem: LearningProblem, weights: Weights, fingerprint: UInt64,
    history: [EpochSummary] = [], isPartial: Bool = false
  ) {
    self.learner = learner
    self.problem = problem
    self.weights = weights
    self.fingerprint = fingerprint
    self.history = history
    self.isPartial = isPartial
    scratchPool = ScratchPool(problem)
  }

  /// The same model with another part, and with all that holds of it: how it was trained, and what of those whose
  /// ratings it was trained on.
  package func copy(
    learner: (any MetaLearner)? = nil, problem: LearningProblem? = nil, weights: Weights? = nil
  ) -> TrainedModel {
    var model = TrainedModel(
      learner: learner ?? self.learner, problem: problem ?? self.problem,
      weights: weights ?? self.weights, fingerprint: fingerprint, history: history,
      isPartial: isPartial)
    model.privacy = privacy
    (model.stepsPerEpoch, model.federated) = (stepsPerEpoch, federated)
    if weights == nil { model.compressed = compressed }
    return model
  }

  /// A digest of the weights.
  package var weightsDigest: String {
    knownDigest.value(unless: { Cancellation.isRequested }) {
      hexadecimal(digest(weights.all.array))
    }
  }

  /// Whose tasks it is trained on.
  package var owner: TaskOwner { problem.encoder.owner }
  package var title: String { type(of: learner).name }
  package var predictsRatings: Bool {
    problem.loss.predictsRatings && problem.negatives == nil && headKinds.first != .click
  }

  /// Whether support ratings count by their weights.
  package var weighsSupport: Bool {
    problem.drawing == nil && problem.heads == nil && learner.weighsSupport(by: problem.loss)
  }

  package func scores(for user: UserContext, items: [Int32]) -> [Float] {
    scores(for: user, items: items, threads: 1)
  }

  /// Many items are scored block by block on up to `threads` threads.
  func scores(for user: UserContext, items: [Int32], threads: Int, head: Int = 0) -> [Float] {
    if items.count > Self.block, let stack = denseStack(for: user) {
      return scores(for: user, items: items, by: stack, threads: threads, head: head)
    }
    let rows = rowsOnTape(for: user) ?? items.count
    return stride(from: 0, to: max(1, items.count), by: max(1, rows)).flatMap { start in
      adapted(to: user, items: Array(items[start..<min(start + rows, items.count)])) {
        scratch, episode in
        let scores = learner.scores(for: episode, weights, in: scratch)
        return problem.predictions(scores, head: head)
      }
    }
  }

  /// How many pairs of an item and a support rating a tape holds at once, of learners and networks that compare
  /// them: some numbers of each.
  private static let pairs = 1 << 18

  /// How many items are scored at once where adapting anew for others costs little; nil where it takes steps.
  private func rowsOnTape(for user: UserContext) -> Int? {
    guard learner is any FeedForwardLearner else { return nil }
    let rows = user.support.count * (1 + (problem.drawing?.sampling.count ?? 0))
    return max(Self.block, Self.pairs / max(1, rows))
  }

  /// The loss on a task's query ratings after adapting to its support ratings.
  package func queryLoss(of task: UserTask, _ interactions: Interactions) -> Float {
    onQuery(of: task, interactions) { scratch, scores, query, leaves in
      scratch.tape[
        problem.value(scratch.tape, scores, of: query, leaves(), isJudged: true)][0, 0]
    }
  }

  /// Does something with the scores of a task's query after adapting to its support, and with all weights.
  func onQuery<T>(
    of task: UserTask, _ interactions: Interactions,
    _ body: (Scratch, TapeValue, EncodedRows, () -> [TapeValue]) -> T
  ) -> T {
    let sampler = TaskSampler(interactions, key: RandomKey(seed: 0), resample: false)
    var (support, query) = sampler.ratings(of: task, epoch: 0)
    query = problem.drawing?.judged(query, after: support) ?? query
    support = problem.drawing?.completed(support) ?? support
    return scratchPool.withScratch { scratch in
      scratch.tape.reset()
      let episode = scratch.builder.episode(
        user: task.user, support: support, query: query, arena: scratch.tape.arena)
      let scores = scratch.tape.leaf(learner.scores(for: episode, weights, in: scratch))
      return body(scratch, scores, episode.query) { scratch.leaves(weights, episode) }
    }
  }

  /// The predicted ratings of an episode's query rows after adapting to its support. The episode is one of
  /// the same features.
  func queryPredictions(of episode: Episode) -> [Float] {
    var plain = episode
    (plain.support.noise, plain.query.noise) = (nil, nil)
    return scratchPool.withScratch { scratch in
      scratch.tape.reset()
      let scores = learner.scores(for: plain, weights, in: scratch)
      return problem.predictions(scores)
    }
  }

  /// Adaptation to a user's ratings, step by step, with the loss on hidden ratings of theirs and the predicted
  /// ratings of their items and of others at each.
  package func trace(
    for user: UserContext, query: [UserContext.Rating] = [], items: [Int32] = []
  ) -> [(point: AdaptationPoint, queryLoss: Float, predictions: [Float])] {
    // The negatives of the loss come last, so that what was asked for stays in its place.
    let drawing = headKinds.first == .rating ? nil : problem.drawing
    let drawn = (drawing?.judged(query, after: user.support) ?? query).dropFirst(query.count)
    let asked = query.count + items.count
    return adapted(to: user, items: query.map(\.item) + items + drawn.map(\.item)) {
      scratch, episode in
      let ratings = scratch.tape.arena.matrix(rows: query.count + drawn.count, columns: 1)
      ratings.copy(from: (query + drawn).map { problem.target($0) })
      let width = problem.shape.outputs
      return learner.trace(episode, weights, in: scratch).map { point in
        let scores = scratch.tape.arena.matrix(rows: asked + drawn.count, columns: width)
        scores.copy(from: point.queryScores)
        var loss = Float.nan
        if !query.isEmpty {
          let own = scratch.tape.arena.matrix(rows: ratings.rows, columns: width)
          own.copy(
            from: Array(
              point.queryScores.prefix(query.count * width)
                + point.queryScores.suffix(drawn.count * width)))
          loss =
            scratch.tape[
              problem.value(
                scratch.tape, scratch.tape.leaf(own), ratings, scratch.leaves(weights, episode))][
              0, 0]
        }
        return (point, loss, problem.predictions(scores.rows(0..<asked)))
      }
    }
  }

  /// The same, when all of it is finite.
  package func finiteTrace(
    for user: UserContext, query: [UserContext.Rating] = [], items: [Int32] = []
  ) throws(ScoreError) -> [(point: AdaptationPoint, queryLoss: Float, predictions: [Float])] {
    let moments = trace(for: user, query: query, items: items)
    for (point, loss, predictions) in moments {
      try requireFinite(predictions, of: query.map(\.item) + items, for: user)
      guard user.support.isEmpty || point.supportLoss.isFinite, query.isEmpty || loss.isFinite
      else { throw ScoreError(title: title, user: user.user) }
    }
    return moments
  }

  /// Does something with the encoded task of a user's ratings as support and some items as query.
  ///
  /// - Parameter asksAll: whether the categories follow the items, where a head is about them.
  func adapted<T>(
    to user: UserContext, items: [Int32], asksAll: Bool = false, _ body: (Scratch, Episode) -> T
  ) -> T {
    let support = problem.drawing?.completed(user.support) ?? user.support
    return scratchPool.withScratch { scratch in
      scratch.tape.reset()
      let query = items.map { UserContext.Rating(item: $0, rating: problem.scale.lowest) }
      let episode = scratch.builder.episode(
        user: user.user, person: user.person, support: support, query: query,
        arena: scratch.tape.arena, asksQuery: asksAll)
      return body(scratch, episode)
    }
  }
}
