import Datasets

/// One task as a metric sees it: candidate items with a model's scores, and the true ratings.
package struct JudgedQuery: Sendable {
  /// The candidates; the first `ratings.count` of them are the rated ones.
  package let items: [Int32]
  package let scores: [Float]
  package let ratings: [Float]
  package let scale: RatingScale
  /// What is known of the items, for metrics beyond accuracy.
  package let background: Background?
  /// Positions of the candidates from the highest score to the lowest.
  package let order: [Int]
  /// Runs of equal scores in `order`, best first; one candidate alone is a run too.
  package let ties: [Range<Int>]

  package init(
    items: [Int32] = [], scores: [Float], ratings: [Float], scale: RatingScale,
    background: Background? = nil
  ) {
    self.items = items
    self.background = background
    self.scores = scores
    self.ratings = ratings
    self.scale = scale
    // A score that is no number ranks last.
    let keys = scores.map { $0.isNaN ? -Float.infinity : $0 }
    let order = descendingOrder(of: keys)
    var ties: [Range<Int>] = []
    var start = 0
    for rank in order.indices
    where rank + 1 == order.count || keys[order[rank + 1]] != keys[order[rank]] {
      ties.append(start..<rank + 1)
      start = rank + 1
    }
    self.order = order
    self.ties = ties
  }

  package var count: Int { scores.count }

  /// The same candidates in no order at all: what a metric gives here is its chance level.
  package var shuffled: JudgedQuery {
    JudgedQuery(
      items: items, scores: Array(repeating: 0, count: scores.count), ratings: ratings,
      scale: scale, background: background)
  }

  /// Runs of equal scores among the first `places` ranks, each with how many of its places lie there.
  func reachedTies(_ places: Int) -> [(tie: Range<Int>, reached: Int)] {
    ties.prefix { $0.lowerBound < places }
      .map { ($0, min($0.upperBound, places) - $0.lowerBound) }
  }

  /// The share of candidates whose score another candidate has too.
  package var tieRate: Double {
    guard count > 0 else { return 0 }
    return Double(ties.reduce(0) { $0 + ($1.count > 1 ? $1.count : 0) }) / Double(count)
  }

  /// Whether all candidates have as good as the same score: their standard deviation is below 0.001 of what ratings
  /// are measured in, or below a millionth of the scores themselves where those only order.
  func isFlat(asRatings: Bool) -> Bool {
    guard count > 1 else { return false }
    let mean = scores.reduce(0.0) { $0 + Double($1) } / Double(count)
    let spread = scores.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
    let size = scores.reduce(0.0) { $0 + Double($1) * Double($1) }
    return asRatings ? spread < 1e-6 * Double(count) : spread <= 1e-12 * size
  }

  /// The expectation of Σ value(item at rank r) · weight(r) over ranks 1…`cutoff`, where items of
  /// equal score take their ranks in every order with equal chance.
  func expectedSum(
    to cutoff: Int, of value: (Int) -> Double, weight: (Int) -> Double
  ) -> Double {
    var sum = 0.0
    for tie in ties where tie.lowerBound < cutoff {
      var total = 0.0
      for place in tie { total += value(order[place]) }
      guard total != 0 else { continue }
      var weights = 0.0
      for place in tie.lowerBound..<min(tie.upperBound, cutoff) { weights += weight(place + 1) }
      sum += total / Double(tie.count) * weights
    }
    return sum
  }
}

/// The places of keys, none of which is NaN, from the highest key to the lowest; of equal keys the first comes first.
func descendingOrder(of keys: [Float]) -> [Int] {
  guard keys.count > 256 else {
    return keys.indices.sorted { keys[$0] != keys[$1] ? keys[$0] > keys[$1] : $0 < $1 }
  }
  // Of all items a radix sort: by eleven bits at a time, from the lowest on, each time leaving equal ones as they stand.
  let (digits, size) = ([0, 11, 22], 1 << 11)
  var counts = [Int](repeating: 0, count: digits.count * size)
  return counts.withUnsafeMutableBufferPointer { counts in
    var words = [UInt64](repeating: 0, count: keys.count)
    for place in keys.indices {
      // Both zeros are equal. Complements of positive numbers ascend as these descend; negative ones do so as they are.
      let bits = (keys[place] + 0).bitPattern
      let rank = Int(bits >> 31 == 0 ? ~bits & 0x7FFF_FFFF : bits)
      counts[rank & 0x7FF] += 1
      counts[size + (rank >> 11 & 0x7FF)] += 1
      counts[2 * size + (rank >> 22)] += 1
      words[place] = UInt64(rank) << 32 | UInt64(place)
    }
    var sorted = words
    for (digit, shift) in digits.enumerated() {
      let range = digit * size..<(digit + 1) * size
      if range.contains(where: { counts[$0] == keys.count }) { continue }
      var next = 0
      for value in range { (counts[value], next) = (next, next + counts[value]) }
      for word in words {
        let value = range.lowerBound + Int(word >> (32 + UInt64(shift)) & 0x7FF)
        sorted[counts[value]] = word
        counts[value] += 1
      }
      swap(&words, &sorted)
    }
    return words.map { Int($0 & 0xFFFF_FFFF) }
  }
}
