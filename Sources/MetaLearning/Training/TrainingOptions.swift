import Kernels
import Language
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
  /// The share of those in which it is hidden which data set the items come from.
  package var hiddenDomains = 0.0
  /// What the weights know before training.
  package var start = StartingWeights.factors
  package var clip: Double?
  /// How far embeddings are moved to where the loss is worse, to learn there as well.
  package var adversary: Double?
  /// The patience of early stopping, in epochs without a better validation loss; 0 never stops early.
  package var patience = 8
  /// The validation loss that is low enough to stop.
  package var targetLoss: Double?
  /// Whether each epoch draws its own support and query from a task's ratings.
  package var resample = true
  package var key = RandomKey(seed: 7)
  package var threads = 1
  /// How it hides what each user gave; nothing is hidden if nil.
  package var privacy: PrivacyPlan?
  /// Whose the data are, if they stay where they are; they lie in one place if nil.
  package var federated: FederatedPlan?

  package init() {}
}

/// What the weights that training starts from know of the training ratings.
package enum StartingWeights: String, ArgumentChoice {
  case factors, biases, random

  package var summary: String {
    switch self {
    case .factors: "the biases of items, and their factors as embeddings"
    case .biases: "the biases of items as their linear weights"
    case .random: "nothing but the mean rating"
    }
  }
}
