import Models

extension TrainedModel {
  /// The activations below the network's head for some items and an unknown user: the representation that an
  /// adapting head works with. Shape: (items × width).
  package func representations(of items: [Int32]) throws(ScoreError) -> [[Float]] {
    let places = representationsAsTheyAre(of: items)
    guard let odd = places.firstIndex(where: { !$0.allSatisfy(\.isFinite) }) else { return places }
    throw ScoreError(title: title, item: items[odd])
  }

  private func representationsAsTheyAre(of items: [Int32]) -> [[Float]] {
    if let solved = learner as? any ClosedFormLearner {
      return items.map { solved.representation(ofItem: $0, problem, weights) }
    }
    return adapted(to: UserContext(user: nil, support: []), items: items) {
      scratch, episode in
      let tape = scratch.tape
      let leaves = scratch.leaves(weights, episode)
      var state = problem.network.features(
        tape, leaves, episode.query, support: episode.support, shape: problem.shape)
      for stage in 1..<problem.network.lastStage(problem.shape) {
        state = problem.network.advance(state, stage: stage, tape, leaves, shape: problem.shape)
      }
      let hidden = tape[state.hidden]
      return (0..<hidden.rows).map { hidden.rows($0..<$0 + 1).array }
    }
  }

  /// The same weights adapted by another variant of the algorithm, such as more steps.
  package func adapting(by learner: any MetaLearner) -> TrainedModel {
    copy(learner: learner)
  }
}
