import Language

/// A metric over all pairs of a user and an item at once, which is a mean of one share for each user.
///
/// A share is the value plus what the user moves it, to first order (Hájek's projection; for the area under the curve
/// the structural components of DeLong et al. 1988, summed over clusters as by Obuchowski 1997). Intervals and paired
/// tests over users are those of the shares, and so take pairs of one user for what they are: not independent.
package protocol SharedMetric: Metric {
  /// One share for each query, nil for one without candidates; nil as a whole where the metric has no meaning.
  func shares(of queries: [JudgedQuery]) -> [Double?]?
  /// The same of scores that know nothing.
  func chanceShares(of queries: [JudgedQuery]) -> [Double?]?
}

extension SharedMetric {
  package func value(of query: JudgedQuery) -> Double? { nil }
  package func chance(of query: JudgedQuery) -> Double? { nil }
  package func chanceShares(of queries: [JudgedQuery]) -> [Double?]? {
    shares(of: queries.map(\.shuffled))
  }
}

/// A metric of single users that has a form over all pairs at once.
package protocol PoolableMetric: Metric {
  var pooled: any SharedMetric { get }
}

/// A ratio of two sums over users as a mean of shares.
///
/// - Parameters:
///   - parts: what each user adds to both sums, nil where there is nothing to judge.
///   - order: how many users one term of the sums is about: each term is in the part of every one of them.
func shares(of parts: [(upper: Double, lower: Double)?], order: Int) -> [Double?]? {
  let known = parts.compactMap(\.self)
  let upper = known.reduce(0) { $0 + $1.upper } / Double(order)
  let lower = known.reduce(0) { $0 + $1.lower } / Double(order)
  guard lower > 0 else { return nil }
  let value = upper / lower
  return parts.map { part in
    part.map { value + Double(known.count) * ($0.upper - value * $0.lower) / lower }
  }
}
