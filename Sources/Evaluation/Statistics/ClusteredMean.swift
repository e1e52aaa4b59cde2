import Kernels

/// A mean over values of which those of one cluster, such as one user, go together, with its 95 % confidence
/// interval: by Student's t with as many degrees as there are clusters, less one (Liang and Zeger 1986).
package struct ClusteredMean: Sendable, Equatable {
  package let count: Int
  package let mean: Double
  /// Half the width of the interval; nil when one cluster says nothing of the spread.
  package let halfWidth: Double?

  /// The mean of the values that are there; nil when none is.
  ///
  /// - Parameter clusters: the cluster of each value.
  package init?(_ values: ArraySlice<Double?>, clusters: ArraySlice<Int32>) {
    let known = zip(values, clusters).compactMap { value, cluster in value.map { ($0, cluster) } }
    guard !known.isEmpty else { return nil }
    count = known.count
    let mean = known.reduce(0) { $0 + $1.0 } / Double(known.count)
    self.mean = mean
    var sums: [Int32: Double] = [:]
    for (value, cluster) in known { sums[cluster, default: 0] += value - mean }
    guard sums.count > 1 else {
      halfWidth = nil
      return
    }
    let groups = Double(sums.count)
    // In a fixed order, so that the sum has the same bits every time.
    let squares = sums.keys.sorted().reduce(0.0) { $0 + (sums[$1] ?? 0) * (sums[$1] ?? 0) }
    let error = (squares * groups / (groups - 1)).squareRoot() / Double(known.count)
    halfWidth = StudentT(degrees: groups - 1).critical(0.05) * error
  }

  private init(count: Int, mean: Double, halfWidth: Double?) {
    (self.count, self.mean, self.halfWidth) = (count, mean, halfWidth)
  }

  /// The interval of a growing function of the mean, by the function of its ends.
  func mapped(_ function: (Double) -> Double) -> ClusteredMean {
    ClusteredMean(
      count: count, mean: function(mean),
      halfWidth: halfWidth.map { (function(mean + $0) - function(max(0, mean - $0))) / 2 })
  }
}
