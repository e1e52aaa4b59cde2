import Datasets
import Kernels
import Models

/// What the user has made so far. A value: a copy is a snapshot, and assigning one goes back to it.
package struct Session: Sendable {
  package var data: Dataset?
  package var tasks: TaskSplit?
  package var settings = Settings()
  /// The statements that succeeded.
  package var log = SessionLog()

  package init() {}
}
