import Kernels

/// Student's paired t test of two models on the same tasks.
package struct PairedTest: Sendable, Equatable {
  /// How many tasks have a value for both.
  package let count: Int
  /// The mean of first − second, with its 95 % interval.
  package let difference: MeanInterval
  package let t: Double
  /// The probability of a difference this large, either way, if the models were equally good.
  package let pValue: Double
}

/// The paired t test over the tasks that both have a value for; nil below two of them.
package func pairedTest(_ first: [Double?], _ second: [Double?]) -> PairedTest? {
  let differences = pairedDifferences(first, second)
  guard differences.count > 1, let interval = MeanInterval(differences) else { return nil }
  // Equal values on every task leave nothing to doubt.
  guard interval.deviation > 0 else {
    let isEqual = interval.mean == 0
    return PairedTest(
      count: differences.count, difference: interval,
      t: isEqual ? 0 : (interval.mean > 0 ? .infinity : -.infinity), pValue: isEqual ? 1 : 0)
  }
  let t = interval.mean / (interval.deviation / Double(differences.count).squareRoot())
  return PairedTest(
    count: differences.count, difference: interval, t: t,
    pValue: StudentT(degrees: Double(differences.count - 1)).twoSided(t))
}

/// First − second on each task that both have a value for.
package func pairedDifferences(_ first: [Double?], _ second: [Double?]) -> [Double] {
  zip(first, second).compactMap { a, b in
    guard let a, let b else { return nil }
    return a - b
  }
}
