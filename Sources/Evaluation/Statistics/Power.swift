import Kernels

/// A test of two groups of users who each see one of two models.
package struct TwoGroupDesign: Sendable, Equatable {
  /// The difference of the groups' means that there is.
  package var difference: Double
  /// The standard deviations within the groups.
  package var deviations: (Double, Double)
  /// The probability of a false alarm that is accepted.
  package var level: Double

  package init(difference: Double, deviations: (Double, Double), level: Double) {
    self.difference = difference
    self.deviations = deviations
    self.level = level
  }

  package static func == (a: TwoGroupDesign, b: TwoGroupDesign) -> Bool {
    a.difference == b.difference && a.deviations == b.deviations && a.level == b.level
  }

  private var variance: Double {
    deviations.0 * deviations.0 + deviations.1 * deviations.1
  }

  /// The probability that groups of this size show the difference.
  package func power(groupSize: Double) -> Double {
    guard variance > 0 else { return difference == 0 ? level : 1 }
    let shift = abs(difference) / (variance / groupSize).squareRoot()
    let edge = StandardNormal.quantile(1 - level / 2)
    return StandardNormal.cumulative(shift - edge) + StandardNormal.cumulative(-shift - edge)
  }

  /// The users each group needs for that power; nil when there is no difference to show.
  package func groupSize(power: Double) -> Double? {
    guard difference != 0 else { return nil }
    let reach =
      StandardNormal.quantile(1 - level / 2) + StandardNormal.quantile(power)
    return (variance * reach * reach / (difference * difference)).rounded(.up)
  }
}

/// Welch's t test (1947) of two groups of different users; nil below two values in either.
package func welchTest(_ first: [Double], _ second: [Double]) -> Double? {
  guard let a = MeanInterval(first), let b = MeanInterval(second), a.count > 1, b.count > 1 else {
    return nil
  }
  let (u, v) = (
    a.deviation * a.deviation / Double(a.count), b.deviation * b.deviation / Double(b.count)
  )
  guard u + v > 0 else { return a.mean == b.mean ? 1 : 0 }
  let degrees =
    (u + v) * (u + v) / (u * u / Double(a.count - 1) + v * v / Double(b.count - 1))
  // Variances whose squares leave double precision tell nothing.
  guard degrees > 0, degrees.isFinite else { return nil }
  return StudentT(degrees: degrees).twoSided((a.mean - b.mean) / (u + v).squareRoot())
}
