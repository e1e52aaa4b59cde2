import Kernels
import Models

/// An algorithm without inner steps: its adaptation is one forward pass over support and query, such as a
/// distance to prototypes, attention or a closed-form ridge regression. It computes scores on the tape, whose
/// backward pass gives the meta-gradient.
package protocol FeedForwardLearner: MetaLearner {
  /// The scores of the query rows given the support. Shape: (query rows × outputs).
  func scores(_ task: TaskFeatures, _ weights: [TapeValue], in scratch: Scratch) -> TapeValue
  /// Whether the base of a score is the whole output of the network, including its head.
  var startsFromHead: Bool { get }
}

/// The representations of a task's rows below the network's head, and the scores before adaptation.
package struct TaskFeatures {
  /// One row for each rating. Shape: (rows × width).
  package var support: TapeValue
  package var query: TapeValue
  /// Scores before adaptation: linear weights and the head's bias, or the whole head. Shape: (rows × 1).
  package var supportBase: TapeValue
  package var queryBase: TapeValue
  /// The support ratings as scores, less their base. Shape: (rows × 1).
  package var residuals: TapeValue
  package var supportCount: Int
  package var queryCount: Int
  package var width: Int
  /// The ratings of the support rows.
  package var ratings: Matrix
  /// How much each support row counts (rows × 1); nil where all count alike.
  package var weights: Matrix?
}

extension FeedForwardLearner {
  package var startsFromHead: Bool { false }

  package func learn(from episode: Episode, _ weights: Weights, in scratch: Scratch) -> Float {
    let tape = scratch.tape
    let leaves = scratch.leaves(weights, episode)
    let floor = tape.count
    let scores = scores(features(leaves, episode, scratch), leaves, in: scratch)
    let loss = scratch.problem.loss.value(
      tape, scores, episode.query.ratings, scale: scratch.problem.scale)
    let sums = scratch.blockSums(leaves)
    tape.backward(
      from: [.init(loss, tape.constant(1))],
      to: zip(leaves, sums).map { Tape.Target($0, into: $1) }, floor: floor, differentiable: false)
    scratch.keepLookups(sums, episode)
    return tape[loss][0, 0]
  }

  package func scores(for episode: Episode, _ weights: Weights, in scratch: Scratch) -> Matrix {
    let leaves = scratch.leaves(weights, episode)
    return scratch.tape[scores(features(leaves, episode, scratch), leaves, in: scratch)]
  }

  package func trace(
    _ episode: Episode, _ weights: Weights, in scratch: Scratch
  ) -> [AdaptationPoint] {
    let tape = scratch.tape
    let leaves = scratch.leaves(weights, episode)
    let features = features(leaves, episode, scratch)
    // The support loss before and after adapting to the support itself.
    var itself = features
    (itself.query, itself.queryBase, itself.queryCount) =
      (features.support, features.supportBase, features.supportCount)
    var points: [AdaptationPoint] = []
    for step in 0...1 {
      func known(_ task: TaskFeatures) -> TapeValue {
        step == 0 ? task.queryBase : scores(task, leaves, in: scratch)
      }
      var loss: Float = 0
      if features.supportCount > 0 {
        loss =
          tape[
            scratch.problem.loss.value(
              tape, known(itself), features.ratings, scale: scratch.problem.scale)][0, 0]
      }
      points.append(
        AdaptationPoint(
          step: step, supportLoss: loss, distance: 0, queryScores: tape[known(features)].array))
    }
    return points
  }
}

extension FeedForwardLearner {
  private func features(
    _ weights: [TapeValue], _ episode: Episode, _ scratch: Scratch
  ) -> TaskFeatures {
    scratch.features(weights, episode, throughHead: startsFromHead)
  }
}

extension Scratch {
  /// The rows of a task below the head, with the head's own scores as their base if `throughHead`.
  func features(
    _ weights: [TapeValue], _ episode: Episode, throughHead: Bool
  ) -> TaskFeatures {
    let last = problem.network.lastStage(problem.shape)
    let bias = problem.layout.index(of: "head.bias").map { weights[$0] } ?? tape.constant(0)
    func rows(_ rows: EncodedRows) -> (TapeValue, TapeValue) {
      var state = problem.network.features(
        tape, weights, rows, support: episode.support, shape: problem.shape)
      for stage in 1..<last {
        state = problem.network.advance(state, stage: stage, tape, weights, shape: problem.shape)
      }
      if throughHead {
        let scores = problem.network.advance(
          state, stage: last, tape, weights, shape: problem.shape)
        return (state.hidden, scores.hidden)
      }
      var base = tape.repeatRow(bias, rows: rows.count)
      if state.residual.isSome { base = tape.add(base, state.residual) }
      return (state.hidden, base)
    }
    let (support, supportBase) = rows(episode.support)
    let (query, queryBase) = rows(episode.query)
    return TaskFeatures(
      support: support, query: query, supportBase: supportBase, queryBase: queryBase,
      residuals: tape.subtract(tape.leaf(targets(episode.support.ratings)), supportBase),
      supportCount: episode.support.count, queryCount: episode.query.count,
      width: tape[query].columns, ratings: episode.support.ratings,
      weights: episode.support.weights)
  }

  /// Ratings on the scale of scores, as the loss maps them.
  private func targets(_ ratings: Matrix) -> Matrix {
    let scores = tape.arena.matrix(rows: ratings.rows, columns: 1)
    for row in 0..<ratings.rows {
      scores[row, 0] =
        problem.loss.scores(
          ofRating: ratings[row, 0], scale: problem.scale, kernels
        ).values[0]
    }
    return scores
  }

  /// One of the blocks of weights that the algorithm itself added, by name.
  func own(_ name: String, _ weights: [TapeValue]) -> TapeValue {
    guard let index = problem.layout.index(of: name) else {
      preconditionFailure("the algorithm did not ask for a block called \(name)")
    }
    return weights[index]
  }
}
