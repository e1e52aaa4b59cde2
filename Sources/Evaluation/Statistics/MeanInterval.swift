import Kernels

/// A mean over tasks with its 95 % confidence interval.
package struct MeanInterval: Sendable, Equatable {
  package let count: Int
  package let mean: Double
  /// The sample standard deviation; 0 when there is but one value.
  package let deviation: Double
  /// Half the width of the interval by Student's t; nil when one value says nothing of the spread.
  package let halfWidth: Double?

  /// The mean of the values that are there; nil when none is, or when nobody waits for it any more.
  package init?(_ values: some Sequence<Double?>) {
    if Cancellation.isRequested { return nil }
    let values = values.compactMap { $0 }
    guard !values.isEmpty, !Cancellation.isRequested else { return nil }
    count = values.count
    let mean = values.reduce(0, +) / Double(values.count)
    self.mean = mean
    guard values.count > 1 else {
      deviation = 0
      halfWidth = nil
      return
    }
    let squares = values.reduce(0.0) { $0 + ($1 - mean) * ($1 - mean) }
    deviation = (squares / Double(count - 1)).squareRoot()
    halfWidth =
      StudentT(degrees: Double(count - 1)).critical(0.05) * deviation / Double(count).squareRoot()
  }
}
