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
    halfWidth = Self.halfWidth(count, deviation)
  }

  /// The mean of so many values, one at least, of which no more is known than this.
  package init(count: Int, mean: Double, deviation: Double) {
    (self.count, self.mean, self.deviation) = (count, mean, deviation)
    halfWidth = count > 1 ? Self.halfWidth(count, deviation) : nil
  }

  /// The mean of values in several places, of each of which only its own mean and deviation is known (Chan, Golub and
  /// LeVeque 1983); nil where there are none.
  package init?(merging parts: [MeanInterval]) {
    guard !parts.isEmpty else { return nil }
    let count = parts.reduce(0) { $0 + $1.count }
    let mean = parts.reduce(0.0) { $0 + Double($1.count) * $1.mean } / Double(count)
    let squares = parts.reduce(0.0) { sum, part in
      let distance = part.mean - mean
      return sum + Double(part.count - 1) * part.deviation * part.deviation
        + Double(part.count) * distance * distance
    }
    self.init(
      count: count, mean: mean, deviation: (squares / Double(max(1, count - 1))).squareRoot())
  }

  /// That of the mean of two values or more.
  private static func halfWidth(_ count: Int, _ deviation: Double) -> Double {
    StudentT(degrees: Double(count - 1)).critical(0.05) * deviation / Double(count).squareRoot()
  }
}
