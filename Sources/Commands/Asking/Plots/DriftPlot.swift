import Datasets
import Kernels
import Language
import Reports

/// How far users' ratings of like items lie apart, against the time between them.
package struct DriftPlot: Plot {
  var feature: String?
  var users = 1000

  package init() {}

  package static let signature = Signature<Self>(
    "drift", "How far a user's ratings of like items lie apart, against the time between them.",
    details: """
      A variogram: half the mean squared difference of two ratings of one user, of items that share a category, \
      each less what the item is rated in the mean. Where tastes stay it is flat; where they move it rises, \
      until nothing of the old taste is left.
      """,
    [
      .option(
        "feature", \.feature,
        "the feature of items that says which are alike; the first with categories if not given"),
      .option("users", \.users, in: 1...1_000_000, "how many users to take at most"),
    ],
    needs: [.data], examples: [Example("plot drift"), Example("plot drift feature=category")])

  package func curves(of session: Session, host: any Host) throws -> [Curve] {
    guard let data = session.data else { throw CommandFailure("E0401", Noun.data.absence) }
    try data.requireRatings(for: "plot drift")
    guard data.interactions.hasTimes else { throw CommandFailure.untimed("plot drift", of: data) }
    let pairs = pairs(in: data, by: try likeness(of: data))
    guard let longest = pairs.map(\.days).max(), longest > 0 else {
      throw CommandFailure(
        "E0408", "no user rated two items that are alike at different times",
        help: ["feature= says which items are alike"])
    }
    let bins = 20
    var (sums, counts) = ([Double](repeating: 0, count: bins), [Double](repeating: 0, count: bins))
    for pair in pairs {
      let bin = min(bins - 1, Int(pair.days / longest * Double(bins)))
      sums[bin] += pair.cost
      counts[bin] += 1
    }
    let points = (0..<bins).compactMap { bin -> Curve.Point? in
      // A handful of pairs says nothing.
      guard counts[bin] >= 30 else { return nil }
      return .init((Double(bin) + 0.5) * longest / Double(bins), sums[bin] / counts[bin])
    }
    return [
      Curve(
        "Drift of \(data.name): \(counted(pairs.count, "pair")) of ratings", x: "days between them",
        y: "half the mean squared difference", series: [.init("like items", points)])
    ]
  }

  /// The categories of each item; none where all items are taken to be alike.
  private func likeness(of data: Dataset) throws(CommandFailure) -> [[String]] {
    let known = data.items.features.filter {
      if case .categories = $0.values { return true }
      return false
    }
    guard let feature else {
      return known.first.map { first in
        (0..<data.items.count).map { first.categoryNames(of: $0) }
      } ?? []
    }
    guard let found = known.first(where: { $0.name == feature }) else {
      throw CommandFailure(
        "E0521", "items have no feature `\(feature)` with categories",
        help: ["features: " + (known.isEmpty ? "none" : known.map(\.name).joined(separator: ", "))],
        suggestions: suggestions(for: feature, among: known.map(\.name)), argument: feature)
    }
    return (0..<data.items.count).map { found.categoryNames(of: $0) }
  }

  private func pairs(
    in data: Dataset, by categories: [[String]]
  ) -> [(days: Double, cost: Double)] {
    let rows = data.interactions
    var (sums, counts) = (
      [Double](repeating: 0, count: data.items.count),
      [Double](repeating: 5, count: data.items.count)
    )
    let mean = rows.ratings.reduce(0.0) { $0 + Double($1) } / Double(max(1, rows.count))
    for (item, rating) in zip(rows.items, rows.ratings) {
      sums[Int(item)] += Double(rating) - mean
      counts[Int(item)] += 1
    }
    var own = [[Int]](repeating: [], count: data.users.count)
    for row in rows.users.indices where rows.times[row] != Interactions.unknownTime {
      own[Int(rows.users[row])].append(row)
    }
    let deviation = { (row: Int) in
      let item = Int(rows.items[row])
      return Double(rows.ratings[row]) - sums[item] / counts[item]
    }
    let day = Double(rows.ticks) * 86_400
    var pairs: [(days: Double, cost: Double)] = []
    for list in own.filter({ $0.count > 1 }).prefix(users).whileWanted(asking: 8) {
      // Of very long lists the newest ratings.
      for (place, a) in list.suffix(400).enumerated() {
        for b in list.suffix(400).dropFirst(place + 1) {
          let alike =
            categories.isEmpty
            || categories[Int(rows.items[a])].contains {
              categories[Int(rows.items[b])].contains($0)
            }
          guard alike else { continue }
          let difference = deviation(a) - deviation(b)
          pairs.append(
            (abs(Double(rows.times[a]) - Double(rows.times[b])) / day, difference * difference / 2))
        }
      }
    }
    return pairs
  }
}
