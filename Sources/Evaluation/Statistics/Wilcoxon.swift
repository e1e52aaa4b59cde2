import Kernels
import Language

/// Wilcoxon's signed-rank test (1945) of paired differences.
package struct WilcoxonTest: Sendable, Equatable {
  /// How many differences are not zero.
  package let count: Int
  /// The sum of the ranks of the positive differences.
  package let positiveRanks: Double
  /// The two-sided probability of ranks as uneven as these, if neither side were better.
  package let pValue: Double
}

/// The signed-rank test of these differences; zeros say nothing and are left out.
///
/// Exact up to 50 differences of unequal size, else by the normal approximation with corrections for
/// ties and continuity.
package func wilcoxonTest(_ differences: [Double]) -> WilcoxonTest {
  let sorted = differences.filter { $0 != 0 }.stablySorted { abs($0) }
  var positive = 0.0
  var tieCorrection = 0.0
  var start = 0
  while start < sorted.count {
    var end = start + 1
    while end < sorted.count, abs(sorted[end]) == abs(sorted[start]) { end += 1 }
    let rank = Double(start + 1 + end) / 2
    positive += rank * Double(sorted[start..<end].count { $0 > 0 })
    let ties = Double(end - start)
    tieCorrection += ties * ties * ties - ties
    start = end
  }
  let count = sorted.count
  let pValue =
    if count == 0 {
      1.0
    } else if count <= 50, tieCorrection == 0 {
      exactSignedRank(Int(positive), count)
    } else {
      approximateSignedRank(positive, Double(count), tieCorrection)
    }
  return WilcoxonTest(count: count, positiveRanks: positive, pValue: pValue)
}

/// The exact two-sided probability, by counting the subsets of 1…n with each sum.
private func exactSignedRank(_ positive: Int, _ count: Int) -> Double {
  let most = count * (count + 1) / 2
  var shares = Array(repeating: 0.0, count: most + 1)
  shares[0] = 1
  for rank in 1...count {
    for sum in stride(from: most, through: 0, by: -1) {
      shares[sum] = (shares[sum] + (sum >= rank ? shares[sum - rank] : 0)) / 2
    }
  }
  let tail = shares[0...min(positive, most - positive)].reduce(0, +)
  return min(1, 2 * tail)
}

private func approximateSignedRank(
  _ positive: Double, _ count: Double, _ tieCorrection: Double
) -> Double {
  let mean = count * (count + 1) / 4
  let variance = count * (count + 1) * (2 * count + 1) / 24 - tieCorrection / 48
  let distance = max(0, abs(positive - mean) - 0.5)
  return Elementary.erfc(distance / (2 * variance).squareRoot())
}
