import Datasets
import Kernels
import Models

/// An algorithm whose weights follow from all training tasks at once, in closed form: its training is one
/// epoch of one step, in which they are solved for, and the network takes no part.
package protocol ClosedFormLearner: MetaLearner {
  /// All weights of a model.
  func blocks(of encoder: FeatureEncoder) -> [WeightBlock]
  /// The weights for the training tasks of a split, with the strengths that are best for its validation tasks
  /// where they are left open. When nobody wants the result any more, anything may be in it.
  func solution(
    of problem: LearningProblem, for split: TaskSplit, in data: Dataset
  ) -> ClosedFormSolution
  /// What the model knows of an item: what it says of others.
  func representation(
    ofItem item: Int32, _ problem: LearningProblem, _ weights: Weights
  ) -> [Float]
  /// About how many bytes solving takes.
  func memory(of problem: LearningProblem) -> Double
}

package struct ClosedFormSolution: Sendable {
  package var weights: Weights
  /// Which strengths were chosen, of which, and by what; nil where none was left open.
  package var choice: String?

  package init(_ weights: Weights, choice: String? = nil) {
    (self.weights, self.choice) = (weights, choice)
  }
}

extension ClosedFormLearner {
  /// The loss on a task's query; there is no gradient to follow.
  package func learn(from episode: Episode, _ weights: Weights, in scratch: Scratch) -> Float {
    loss(of: scores(for: episode, weights, in: scratch), episode.query.ratings, in: scratch)
  }

  private func loss(of scores: Matrix, _ ratings: Matrix, in scratch: Scratch) -> Float {
    let problem = scratch.problem
    let value = problem.loss.value(
      scratch.tape, scratch.tape.leaf(scores), ratings, scale: problem.scale)
    return scratch.tape[value][0, 0]
  }

  package func trace(
    _ episode: Episode, _ weights: Weights, in scratch: Scratch
  ) -> [AdaptationPoint] {
    (0...1).map { step in
      var known = episode
      if step == 0 { known.support.count = 0 }
      var itself = known
      itself.query = episode.support
      let loss =
        episode.support.count == 0
        ? 0
        : loss(
          of: scores(for: itself, weights, in: scratch), episode.support.ratings, in: scratch)
      return AdaptationPoint(
        step: step, supportLoss: loss, distance: 0,
        queryScores: scores(for: known, weights, in: scratch).array)
    }
  }
}
