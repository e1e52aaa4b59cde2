import Kernels
import Models

/// What meta-training does besides the algorithm itself.
package struct TrainingOptions: Sendable {
  package var epochs = 30
  package var batch = 32
  package var rate: Double?
  package var optimizer: (any Optimizer)?
  package var schedule = RateSchedule.cosine
  /// Decay of embeddings; the optimiser's own if nil.
  package var lookupDecay: Double?
  package var denseDecay = 0.0
  package var linearDecay = 0.0
  /// The share of training tasks in which items are not known by their ids.
  package var hiddenItems = 0.0
  package var clip: Double?
  /// Epochs without a better validation loss after which training stops; 0 never stops early.
  package var patience = 8
  /// Whether each epoch draws its own support and query from a task's ratings.
  package var resample = true
  package var key = RandomKey(seed: 7)
  package var threads = 1

  package init() {}
}
