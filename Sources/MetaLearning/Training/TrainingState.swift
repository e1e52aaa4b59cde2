import Kernels
import Models

/// The state of a training between two epochs, as a checkpoint holds it. With the same data, split and
/// options all later epochs follow from it: task order and ratings derive from the key and the number of the
/// epoch.
package struct TrainingState: Sendable {
  package var weights: Weights
  /// The weights with the lowest validation loss so far.
  package var best: Weights
  /// Moments of the optimiser, each as long as the weights.
  package var memory: [[Float]]
  /// Outer steps taken.
  package var step: Int
  package var history: [EpochSummary]

  package init(
    weights: Weights, best: Weights, memory: [[Float]], step: Int, history: [EpochSummary]
  ) {
    self.weights = weights
    self.best = best
    self.memory = memory
    self.step = step
    self.history = history
  }
}
