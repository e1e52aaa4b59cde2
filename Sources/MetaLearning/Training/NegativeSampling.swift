import Datasets
import Kernels
import Language
import Models

/// How items that a user did not take are drawn to learn against, where the data say only what was taken.
package struct NegativeSampling: Sendable, Equatable {
  package enum Distribution: String, ArgumentChoice {
    case uniform, popularity, inBatch = "in-batch"

    package var summary: String {
      switch self {
      case .uniform: "every item of the training tasks is as likely as any other"
      case .popularity: "by how often training tasks have an item, to the power of power="
      case .inBatch: "from what the other users of the batch took; elsewhere by popularity"
      }
    }
  }

  /// How many are drawn for each item that was taken.
  package var count = 4
  package var distribution = Distribution.uniform
  /// What popularity is raised to (Mikolov et al. 2013: 0.75).
  package var power = 0.75

  package init() {}

  /// What can be asked for.
  package static let counts = 0...1000
  package static let powers = 0.0...10.0
}

/// Draws negatives for one problem. Only items that training tasks have can be drawn: nothing is known of
/// others, not even that they are new.
package struct NegativeSampler: Sendable {
  package let sampling: NegativeSampling
  package let key: RandomKey
  /// How many training rows each item has, in the order of the encoder's known items.
  package let counts: [Float]
  /// The items that can be drawn, by their numbers in the data.
  private let items: [Int32]
  /// For each the sum of the weights up to and with its own.
  private let sums: [Double]
  /// For each item of the data its place in that order, which is the same in all data; −1 for others.
  private let places: [Int32]

  /// - Parameters:
  ///   - names: the ids of the items that training tasks have.
  ///   - counts: how many training rows have each.
  ///   - ids: the items of the data at hand, which need not have all of them.
  package init(
    _ sampling: NegativeSampling, names: [String], counts: [Float], ids: Vocabulary, key: RandomKey
  ) {
    self.sampling = sampling
    self.key = key
    self.counts = counts
    let power =
      switch sampling.distribution {
      case .uniform: 0.0
      case .popularity: sampling.power
      case .inBatch: 1.0
      }
    var items: [Int32] = []
    var sums: [Double] = []
    var places = [Int32](repeating: -1, count: ids.count)
    for (place, name) in names.enumerated() {
      guard let item = ids[name], place < counts.count, counts[place] > 0 else { continue }
      places[item] = Int32(place)
      items.append(Int32(item))
      sums.append((sums.last ?? 0) + Elementary.pow(Double(counts[place]), power))
    }
    self.items = items
    self.sums = sums
    self.places = places
  }

  /// The sampler for the training rows of some data.
  package init(
    _ sampling: NegativeSampling, _ data: Dataset, training rows: [Int32], key: RandomKey
  ) {
    var counts = [Float](repeating: 0, count: data.items.count)
    for row in rows { counts[Int(data.interactions.items[Int(row)])] += 1 }
    let known = counts.indices.filter { counts[$0] > 0 }
    self.init(
      sampling, names: known.map { data.items.ids.names[$0] }, counts: known.map { counts[$0] },
      ids: data.items.ids, key: key)
  }

  /// Negatives for some positives, each with a rating and a count of 0.
  ///
  /// - Parameters:
  ///   - avoided: items that are not drawn, those known to be positive above all.
  ///   - pool: what is drawn from, each entry as likely as any other; the sampler's own items if nil.
  package func negatives(
    for positives: Int, avoiding avoided: Set<Int32>, from pool: [Int32]? = nil,
    _ stream: inout RandomStream
  ) -> [UserContext.Rating] {
    var drawn: [UserContext.Rating] = []
    drawn.reserveCapacity(positives * sampling.count)
    var left: Remainder?
    for _ in 0..<positives * sampling.count {
      guard
        let item = draw(avoiding: avoided, from: pool, &stream)
          ?? drawRemaining(&left, avoiding: avoided, from: pool, &stream)
      else { break }
      drawn.append(UserContext.Rating(item: item, rating: 0, count: 0))
    }
    return drawn
  }

  /// Tries before the items that remain are listed: for a user who took nearly everything.
  private static let tries = 16

  private func draw(
    avoiding avoided: Set<Int32>, from pool: [Int32]?, _ stream: inout RandomStream
  ) -> Int32? {
    for _ in 0..<Self.tries {
      let item: Int32
      if let pool {
        guard !pool.isEmpty else { return nil }
        item = pool[stream.below(pool.count)]
      } else {
        guard let total = sums.last else { return nil }
        item = items[place(of: stream.uniform() * total, in: sums)]
      }
      if !avoided.contains(item) { return item }
    }
    return nil
  }

  /// What can still be drawn, with sums of weights.
  private struct Remainder {
    var items: [Int32] = []
    var sums: [Double] = []
  }

  private func drawRemaining(
    _ left: inout Remainder?, avoiding avoided: Set<Int32>, from pool: [Int32]?,
    _ stream: inout RandomStream
  ) -> Int32? {
    let known = left ?? remainder(avoiding: avoided, from: pool)
    left = known
    guard let total = known.sums.last else { return nil }
    return known.items[place(of: stream.uniform() * total, in: known.sums)]
  }

  private func remainder(avoiding avoided: Set<Int32>, from pool: [Int32]?) -> Remainder {
    var left = Remainder()
    func add(_ item: Int32, _ weight: Double) {
      guard !avoided.contains(item) else { return }
      left.items.append(item)
      left.sums.append((left.sums.last ?? 0) + weight)
    }
    if let pool { for item in pool { add(item, 1) } }
    // A batch may hold nothing but what the user took.
    if left.items.isEmpty {
      for (place, item) in items.enumerated() { add(item, weight(at: place)) }
    }
    return left
  }

  private func weight(at place: Int) -> Double {
    sums[place] - (place > 0 ? sums[place - 1] : 0)
  }

  /// The first place whose sum is greater than that number.
  private func place(of number: Double, in sums: [Double]) -> Int {
    var (low, high) = (0, sums.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if sums[middle] > number { high = middle } else { low = middle + 1 }
    }
    return low
  }

  // MARK: Files

  /// What a file has to say to draw the same: `uniform 4 0.75 9e3779b97f4a7c15`.
  var words: String {
    "\(sampling.distribution.rawValue) \(sampling.count) \(sampling.power) "
      + hexadecimal(key.state)
  }

  /// Nil for words of another kind.
  init?(words: String, names: [String], counts: [Float], ids: Vocabulary) {
    let parts = words.split(separator: " ").map { String($0) }
    var sampling = NegativeSampling()
    guard parts.count == 4, let distribution = NegativeSampling.Distribution(rawValue: parts[0]),
      let count = Int(parts[1]), NegativeSampling.counts.contains(count),
      let power = Double(decimal: parts[2]), NegativeSampling.powers.contains(power),
      let state = UInt64(parts[3], radix: 16)
    else { return nil }
    (sampling.distribution, sampling.count, sampling.power) = (distribution, count, power)
    self.init(
      sampling, names: names, counts: counts, ids: ids, key: RandomKey(restoring: state))
  }

  // MARK: One user

  /// What a user took with negatives that avoid only this: the same for the same items, whatever else is
  /// known of them.
  package func completed(_ support: [UserContext.Rating]) -> [UserContext.Rating] {
    with(negativesFor: support, named: "support", after: support)
  }

  /// Query items with negatives, to take a loss of. They avoid the support alone: what is judged on is
  /// never consulted.
  package func judged(
    _ query: [UserContext.Rating], after support: [UserContext.Rating]
  ) -> [UserContext.Rating] {
    with(negativesFor: query, named: "query", after: support)
  }

  private func with(
    negativesFor positives: [UserContext.Rating], named name: String,
    after support: [UserContext.Rating]
  ) -> [UserContext.Rating] {
    var stream = key(of: support).derived(name).stream
    return positives
      + negatives(for: positives.count, avoiding: Set(support.map(\.item)), &stream)
  }

  /// A key for a set of items, whatever their order and their numbers in the data.
  private func key(of support: [UserContext.Rating]) -> RandomKey {
    let known = support.map { rating in
      places.indices.contains(Int(rating.item)) ? places[Int(rating.item)] : -1
    }
    return known.sorted().reduce(key.derived("user")) { $0.derived(Int($1)) }
  }

  // MARK: The untrained network

  /// The log odds that an item among positives and negatives was taken, for each item of the data that
  /// training tasks have: where the scores of a network that knows nothing but popularity stand.
  func logOdds(of counts: [Int]) -> [Double] {
    var weights = [Double](repeating: 0, count: counts.count)
    for (place, item) in items.enumerated() { weights[Int(item)] = weight(at: place) }
    let total = Double(counts.reduce(0, +))
    let drawn = total * Double(max(1, sampling.count)) / (sums.last ?? 1)
    return counts.indices.map { item in
      counts[item] > 0 && weights[item] > 0
        ? Elementary.log(Double(counts[item])) - Elementary.log(drawn * weights[item]) : 0
    }
  }
}
