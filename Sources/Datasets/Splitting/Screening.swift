import Kernels

/// Bounds beyond which a rating is not believed, fitted to training tasks (Tukey 1977).
package struct Screening: Sendable, Equatable {
  package let lowest: Float
  package let highest: Float
  /// How many ratings are left out of what is learnt from.
  package internal(set) var count = 0

  /// Nil where no outliers are to be left out.
  init?(_ data: Interactions, training: [UserTask]) {
    guard !data.screened.isEmpty else { return nil }
    let rows = training.whileWanted(asking: 0x100).flatMap(\.rows)
    let sorted = rows.whileWanted().map { data.screened[Int($0)] }.sortedWhileWanted()
    guard !sorted.isEmpty else { return nil }
    func quantile(_ share: Double) -> Float {
      let place = share * Double(sorted.count - 1)
      let low = Int(place)
      let high = min(low + 1, sorted.count - 1)
      return sorted[low] + Float(place - Double(low)) * (sorted[high] - sorted[low])
    }
    let (lower, upper) = (quantile(0.25), quantile(0.75))
    let reach = 1.5 * (upper - lower)
    (lowest, highest) = (lower - reach, upper + reach)
  }

  /// The tasks without outliers. Query ratings of judged tasks stay: what a model is judged on is not
  /// chosen by what it is.
  ///
  /// - Parameter least: the fewest support ratings of a task.
  mutating func screened(
    _ tasks: [UserTask], _ data: Interactions, isJudged: Bool, least: Int
  ) -> [UserTask] {
    var left = 0
    func believed(_ rows: [Int32]) -> [Int32] {
      let kept = rows.filter { (lowest...highest).contains(data.screened[Int($0)]) }
      left += rows.count - kept.count
      return kept
    }
    let screened = tasks.whileWanted(asking: 0x100).map { task in
      UserTask(
        user: task.user, support: believed(task.support),
        query: isJudged ? task.query : believed(task.query), spare: believed(task.spare))
    }
    count += left
    return screened.filter { !$0.query.isEmpty && $0.support.count >= least }
  }
}
