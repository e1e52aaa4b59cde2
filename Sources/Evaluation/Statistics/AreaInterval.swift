import Kernels
import Language

/// The probability that a value of one group is above one of the other, ties counting half (Mann and Whitney 1947), with
/// its 95 % interval by Newcombe (2006, part 2, method 5), which has a width even where the groups do not overlap.
package struct AreaInterval: Sendable, Equatable {
  package let area: Double
  package let low: Double
  package let high: Double

  /// Nil where a group is empty.
  package init?(_ upper: [Double], above lower: [Double]) {
    guard !upper.isEmpty, !lower.isEmpty else { return nil }
    let (m, n) = (Double(upper.count), Double(lower.count))
    let area = Self.wins(upper, lower) / (m * n)
    self.area = area
    let z = StandardNormal.quantile(0.975)
    let mean = (m + n) / 2 - 1
    func reach(_ theta: Double) -> Double {
      let spread = 1 + mean * ((1 - theta) / (2 - theta) + theta / (1 + theta))
      return z * (theta * (1 - theta) * spread / (m * n)).squareRoot()
    }
    low = Self.root(from: 0, to: area) { area - $0 > reach($0) }
    high = Self.root(from: area, to: 1) { $0 - area <= reach($0) }
  }

  /// How many pairs the first group wins.
  private static func wins(_ upper: [Double], _ lower: [Double]) -> Double {
    let sorted = lower.stablySorted { $0 }
    /// How many of them fulfil what the first of them fulfil.
    func count(_ isBefore: (Double) -> Bool) -> Double {
      var (low, high) = (0, sorted.count)
      while low < high {
        let middle = (low + high) / 2
        if isBefore(sorted[middle]) { low = middle + 1 } else { high = middle }
      }
      return Double(low)
    }
    return upper.reduce(0) { sum, value in
      sum + (count { $0 < value } + count { $0 <= value }) / 2
    }
  }

  /// Where what holds at the start ends.
  private static func root(
    from start: Double, to end: Double, _ holds: (Double) -> Bool
  ) -> Double {
    let (low, high) = bisection(start, end, rounds: 60, holds)
    return (low + high) / 2
  }
}
