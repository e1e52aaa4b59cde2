import Language

/// What is odd about the values of a column of ratings or counts, by a sample of them.
struct OddRatings {
  private let column: String
  private let isCount: Bool
  private let total: Int
  /// The different values from the lowest to the highest, and how often each is there.
  private let values: [(value: Float, count: Int)]

  /// How many ratings are looked at.
  private static let most = 1 << 16

  init(_ ratings: [Float], column: String, isCount: Bool) {
    self.column = column
    self.isCount = isCount
    let step = max(1, ratings.count / Self.most)
    var counts: [Float: Int] = [:]
    for place in stride(from: 0, to: ratings.count, by: step) {
      counts[ratings[place], default: 0] += 1
    }
    values = counts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    total = values.reduce(0) { $0 + $1.count }
  }

  private func share(_ count: Int) -> String {
    let tenths = (1000 * count + total / 2) / max(1, total)
    return "\(tenths / 10).\(tenths % 10) %"
  }

  private func text(_ value: Float) -> String { Number.text(value.asWritten) }

  /// A value that may stand for no rating: a frequent one far from all others, -1 below zero alone, 0 where
  /// hardly any rating is near it.
  var missingCode: String? {
    guard values.count > 2, let low = values.first, let high = values.last else { return nil }
    func far(_ odd: (value: Float, count: Int), _ rest: ArraySlice<(value: Float, count: Int)>)
      -> Bool
    {
      guard let first = rest.first?.value, let last = rest.last?.value, odd.count >= 3 else {
        return false
      }
      let gap = odd.value > last ? odd.value - last : first - odd.value
      return odd.count * 50 >= total && gap > 2 * max(last - first, 1)
    }
    for (odd, rest) in [(high, values.dropLast()), (low, values.dropFirst())] where far(odd, rest) {
      return advice(
        odd,
        "far from all others (\(text(rest.first?.value ?? 0)) to \(text(rest.last?.value ?? 0)))")
    }
    let next = values[1].value
    if low.value == -1, next >= 0, high.value >= 3, low.count >= 2, low.count * 100 >= total {
      return advice(low, "and no other is below 0")
    }
    let isInSteps = values.allSatisfy { $0.value == $0.value.rounded() }
    if low.value == 0, isInSteps, high.value >= 3, high.value <= 100, low.count * 20 >= total {
      let near = next == 1 ? values[1].count : 0
      if low.count > 2 * near { return advice(low, near == 0 ? "and none is 1" : "and few are 1") }
    }
    return nil
  }

  private func advice(_ odd: (value: Float, count: Int), _ why: String) -> String {
    "\(share(odd.count)) of the ratings are \(text(odd.value)), \(why): if it stands for no rating, "
      + "missing=\(text(odd.value)) leaves such rows out"
  }

  /// Whether few rows have most of the sum, as numbers of plays do.
  var heavyTail: String? {
    guard let low = values.first, low.value >= 0, let high = values.last, high.value > 20 else {
      return nil
    }
    let sum = values.reduce(0.0) { $0 + Double($1.value) * Double($1.count) }
    var seen = 0
    let median =
      values.first { entry in
        seen += entry.count
        return seen * 2 >= total
      }?.value ?? 0
    var rows = max(1, (total + 10) / 20)
    var top = 0.0
    for (value, count) in values.reversed() where rows > 0 {
      top += Double(value) * Double(min(rows, count))
      rows -= count
    }
    guard high.value >= 20 * max(median, 1), top >= 0.3 * sum else { return nil }
    let what = isCount ? "counts" : "ratings"
    let share = Int((100 * top / sum).rounded())
    return "the largest 5 % of the \(what) hold \(share) % of their sum (median \(text(median)), "
      + "greatest \(text(high.value))): "
      + (isCount ? "they outweigh all others" : "errors and nDCG follow them alone")
      + "; scale=log takes log(1 + \(column))"
      + (isCount ? "" : ", and count=\(spelled(column)) takes them as interactions")
  }
}
