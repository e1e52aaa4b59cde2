import Datasets
import Language

/// The mean of 1 − cosine between the category vectors of two items in the first places
/// (intra-list distance, Ziegler et al. 2005): the expectation where scores tie.
package struct Diversity: CutoffMetric {
  package static let label = "diversity"
  package var cutoff: Int?

  package init() {}

  package static let signature = Signature<Self>(
    "diversity", "How unlike in content the items in the first places are.",
    [.option("cutoff", \.cutoff, in: 1...1_000_000, "how many places count; also `diversity@5`")],
    examples: [Example("evaluate diversity@5")])

  package func value(of query: JudgedQuery) -> Double? {
    let places = places(of: query)
    guard places > 1, let categories = query.background?.categories, categories.count > 0 else {
      return nil
    }
    // Σ cos over pairs is (|Σ v|² − Σ |v|²) / 2 for vectors v of length 1.
    var before = VectorSum()
    var similarity = 0.0
    for (tie, reached) in query.reachedTies(places) {
      var here = VectorSum()
      for rank in tie { here.add(query.items[query.order[rank]], categories) }
      let (size, taken) = (Double(tie.count), Double(reached))
      let pairs = size > 1 ? taken * (taken - 1) / (size * (size - 1)) : 0
      similarity += pairs * (here.squaredLength - here.count) + 2 * taken / size * before.dot(here)
      before.add(here)
    }
    return 1 - similarity / Double(places * (places - 1))
  }

  package func definition(on scale: RatingScale) -> String {
    "diversity: mean of 1 − cosine of the items' categories over pairs in the first places"
  }
}

/// A sum of unit vectors over categories.
private struct VectorSum {
  private var weights: [Int32: Double] = [:]
  /// How many vectors that are not zero were added.
  private(set) var count = 0.0

  mutating func add(_ item: Int32, _ categories: Categories) {
    let range = categories.range(Int(item))
    guard !range.isEmpty else { return }
    let weight = 1 / Double(range.count).squareRoot()
    for place in range { weights[categories.codes[place], default: 0] += weight }
    count += 1
  }

  mutating func add(_ other: VectorSum) {
    weights.merge(other.weights) { $0 + $1 }
    count += other.count
  }

  var squaredLength: Double { dot(self) }

  /// Summed in the order of the categories, so that the bits do not depend on hashing.
  func dot(_ other: VectorSum) -> Double {
    let (few, many) = weights.count < other.weights.count ? (self, other) : (other, self)
    return few.weights.keys.sorted().reduce(0.0) { sum, code in
      sum + (few.weights[code] ?? 0) * (many.weights[code] ?? 0)
    }
  }
}
