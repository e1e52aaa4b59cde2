import Models

/// What a network attended to when it scored items for a user.
package struct PaidAttention: Sendable {
  /// The items of the support that it attended to, in order; nil where it read the slots of a memory.
  package var support: [Int32]?
  /// Shares of each item or slot, the mean over heads: a row for each scored item, or one for the user.
  package var shares: [[Float]]
}

extension TrainedModel {
  /// How the network, adapted to a user, shared its attention in its last layer that has any; nil for a network that
  /// attends to nothing.
  package func attention(
    for user: UserContext, items: [Int32]
  ) throws(ScoreError) -> PaidAttention? {
    guard !(learner is any ClosedFormLearner) else { return nil }
    let support = problem.drawing?.completed(user.support) ?? user.support
    let paid = adapted(to: user, items: items) {
      scratch, episode -> (shares: [[Float]], tokens: [Int]?)? in
      var weights = scratch.leaves(self.weights, episode)
      if let stepping = learner as? any GradientLearner {
        weights = stepping.innerLoop(problem.layout).adapt(scratch, self.weights, episode).end
      }
      let (tape, network, shape) = (scratch.tape, problem.network, problem.shape)
      var state = network.features(
        tape, weights, episode.query, support: episode.support, shape: shape)
      for stage in 1...network.lastStage(shape) {
        state = network.advance(state, stage: stage, tape, weights, shape: shape)
      }
      guard let first = state.shares.first else { return nil }
      let heads = state.shares.map { tape[$0].array }
      let columns = tape[first].columns
      let means = (0..<tape[first].rows).map { row in
        (row * columns..<(row + 1) * columns).map { place in
          heads.reduce(0) { $0 + $1[place] } / Float(heads.count)
        }
      }
      return (means, state.tokens)
    }
    guard let (shares, tokens) = paid else { return nil }
    guard shares.allSatisfy({ $0.allSatisfy(\.isFinite) }) else {
      throw ScoreError(title: title, user: user.user)
    }
    guard problem.network.attendsToSupport else { return PaidAttention(shares: shares) }
    let read = (tokens ?? Array(support.indices)).map { support[$0].item }
    return PaidAttention(support: read, shares: shares)
  }
}
