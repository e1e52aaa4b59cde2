import Datasets
import Kernels
import Models

/// Support and query ratings of tasks, as one epoch sees them.
package struct TaskSampler: Sendable {
  package let interactions: Interactions
  package let key: RandomKey
  package let resample: Bool
  /// The sizes of the supports that are drawn, where they vary; as many as the split gave if none.
  private let supports: [Int]
  /// The number of the first user here, among those of all owners of data.
  private let firstUser: Int

  package init(
    _ interactions: Interactions, key: RandomKey, resample: Bool, supports: [Int] = [],
    firstUser: Int = 0
  ) {
    (self.supports, self.firstUser) = (supports, firstUser)
    self.interactions = interactions
    self.key = key
    self.resample = resample
  }

  /// A task's ratings; when resampling, drawn anew each epoch from all that are known of it: as many of each as the
  /// split gave, or one of the sizes of supports.
  package func ratings(
    of task: UserTask, epoch: Int
  ) -> (support: [UserContext.Rating], query: [UserContext.Rating]) {
    guard resample else { return (ratings(task.support), ratings(task.query)) }
    var rows = task.rows
    var stream = key.derived(epoch).derived(firstUser + Int(task.user)).stream
    stream.shuffle(&rows)
    guard !supports.isEmpty else {
      return (ratings(rows.prefix(task.support.count)), ratings(rows.suffix(task.query.count)))
    }
    let known = min(supports[stream.below(supports.count)], rows.count - 1)
    return (ratings(rows.prefix(known)), ratings(rows.dropFirst(known)))
  }

  private func ratings(_ rows: some Collection<Int32>) -> [UserContext.Rating] {
    rows.map { UserContext.Rating(row: $0, of: interactions) }
  }
}

/// Hides something of the items in some training tasks, as if it were new, so that the model learns to do without it
/// (DropoutNet; Volkovs, Yu and Poutanen 2017).
struct Hiding: Sendable {
  let fields: HiddenFields
  let share: Double
  let key: RandomKey

  /// - Parameter user: the number of the task's user.
  func hidden(of user: Int) -> HiddenFields {
    guard share > 0 else { return [] }
    var stream = key.derived(user).stream
    return stream.uniform() < share ? fields : []
  }
}
