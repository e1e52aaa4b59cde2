import Datasets
import Kernels
import MetaLearning
import Models

/// What the user has made so far. A value: a copy is a snapshot, and assigning one goes back to it.
package struct Session: Sendable {
  package var data: Dataset?
  package var tasks: TaskSplit?
  /// The network that the next training uses.
  package var network: any Network = MLP()
  package var model: TrainedModel?
  package var adapted: AdaptedModel?
  package var settings = Settings()
  /// The statements that succeeded.
  package var log = SessionLog()

  package init() {}

  /// How many threads commands use.
  package var threads: Int { settings.threads > 0 ? settings.threads : processorCount }
}
