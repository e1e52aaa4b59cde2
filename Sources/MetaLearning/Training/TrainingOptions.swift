import Kernels
import Models

/// The options of meta-training that all algorithms share.
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
  /// The share of training tasks in which the ids of items are hidden (DropoutNet).
  package var hiddenItems = 0.0
  package var clip: Double?
  /// The patience of early stopping, in epochs without a better validation loss; 0 never stops early.
  package var patience = 8
  /// Whether each epoch draws its own support and query from a task's ratings.
  package var resample = true
  package var key = RandomKey(seed: 7)
  package var threads = 1

  package init() {}
}
