/// The directions in which rows of numbers differ most, and where the rows lie along them.
package struct PrincipalComponents: Sendable {
  /// For each row, its place along each direction, from the mean.
  package private(set) var scores: [[Double]]
  /// Which share of the variance each direction has.
  package private(set) var shares: [Double] = []

  /// By orthogonal iteration on the covariance. Complexity: O(rows · width² + iterations · width²). A
  /// direction's sign is that which makes its largest part positive.
  package init(of rows: [[Float]], count: Int) {
    let width = rows.first?.count ?? 0
    var mean = [Double](repeating: 0, count: width)
    for row in rows { for (at, value) in row.enumerated() { mean[at] += Double(value) } }
    for at in mean.indices { mean[at] /= Double(max(1, rows.count)) }
    let centred = rows.map { row in zip(row, mean).map { Double($0) - $1 } }
    var covariance = Self.covariance(of: centred, width: width)
    let total = max((0..<width).reduce(0.0) { $0 + covariance[$1][$1] }, 1e-300)
    scores = Array(repeating: [], count: rows.count)
    for _ in 0..<count {
      let direction = Self.direction(of: covariance)
      let spread = product(covariance, direction)
      let variance = zip(spread, direction).reduce(0) { $0 + $1.0 * $1.1 }
      shares.append(max(0, variance) / total)
      for (row, values) in centred.enumerated() {
        scores[row].append(zip(values, direction).reduce(0) { $0 + $1.0 * $1.1 })
      }
      // What is left has nothing in this direction.
      for a in (0..<width).whileWanted(asking: 1 << 6) {
        for b in 0..<width { covariance[a][b] -= variance * direction[a] * direction[b] }
      }
    }
  }

  private static func covariance(of rows: [[Double]], width: Int) -> [[Double]] {
    var sums = Array(repeating: [Double](repeating: 0, count: width), count: width)
    for row in rows.whileWanted(asking: max(1, (1 << 22) / max(1, width * width))) {
      for a in 0..<width where row[a] != 0 {
        for b in 0...a { sums[a][b] += row[a] * row[b] }
      }
    }
    for a in (0..<width).whileWanted(asking: 1 << 6) { for b in 0..<a { sums[b][a] = sums[a][b] } }
    return sums
  }

  /// The direction of the largest spread.
  private static func direction(of covariance: [[Double]]) -> [Double] {
    let width = covariance.count
    var stream = RandomKey(seed: 0).derived("components").stream
    var direction = (0..<width).map { _ in stream.normal() }
    for _ in (0..<300).whileWanted(asking: 1) {
      var next = product(covariance, direction)
      let length = next.reduce(0) { $0 + $1 * $1 }.squareRoot()
      guard length > 0 else { return [Double](repeating: 0, count: width) }
      for at in next.indices { next[at] /= length }
      let change = zip(next, direction).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      direction = next
      if change < 1e-24 { break }
    }
    // The first of those of the largest size.
    let largest = direction.reduce(0) { abs($1) > abs($0) ? $1 : $0 }
    return largest < 0 ? direction.map { -$0 } : direction
  }
}

private func product(_ matrix: [[Double]], _ vector: [Double]) -> [Double] {
  matrix.map { row in zip(row, vector).reduce(0) { $0 + $1.0 * $1.1 } }
}
