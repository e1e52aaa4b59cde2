import Datasets
import Kernels
import MetaLearning
import Models
import TestedKernels
import Testing

private let lists = drawnLists(users: 40, items: 12, most: 7)
private let data = clicks(lists, items: 12)
private let training = tasks(of: data) { _ in 2 }

/// x with (YᵀY + Σ (c − 1) y yᵀ + λ) x = Σ c y, from the definition.
private func weighted(
  _ items: [(item: Int, confidence: Double)], _ factors: [[Double]], _ penalty: Double
) -> [Double] {
  let width = factors[0].count
  var (system, moments) = (identity(width, penalty), Array(repeating: [0.0], count: width))
  for (item, row) in factors.enumerated() {
    let confidence = items.first { $0.item == item }?.confidence ?? 1
    let wanted = items.contains { $0.item == item } ? 1.0 : 0
    for i in 0..<width {
      moments[i][0] += confidence * wanted * row[i]
      for j in 0..<width { system[i][j] += confidence * row[i] * row[j] }
    }
  }
  return solved(system, moments).map { $0[0] }
}

/// The factors of items as a table gives them away: the scores of a user whose profile is known.
private func als(_ change: (inout AlternatingLeastSquares) -> Void) -> AlternatingLeastSquares {
  var als = AlternatingLeastSquares()
  (als.factors, als.penalty, als.alpha) = (3, 0.5, 4)
  change(&als)
  return als
}

@Suite struct ClickFactorsTests {
  /// Alternating by hand from the same start, in double precision.
  @Test(arguments: [CountScale.linear, .log], [false, true])
  func alternatingEqualsTheDenseReference(scale: CountScale, isCounted: Bool) {
    var stream = RandomKey(seed: 9).derived("counts").stream
    let counts = isCounted ? data.interactions.users.map { _ in Float(1 + stream.below(5)) } : []
    let data = clicks(lists, items: 12, counts: counts)
    let baseline = als {
      $0.counts = scale
      $0.iterations = 4
    }
    func confidence(_ count: Float) -> Double {
      1 + 4 * (scale == .linear ? Double(count) : Elementary.log(1 + Double(count)))
    }
    var start = RandomKey(seed: 3).derived("items").stream
    var items = (0..<12).map { _ in (0..<3).map { _ in 0.1 * start.normal() } }
    var row = 0
    let entries = lists.map { list in
      list.map { item in
        defer { row += 1 }
        return (item: Int(item), confidence: confidence(counts.isEmpty ? 1 : counts[row]))
      }
    }
    for _ in 0..<4 {
      let users = entries.map { weighted($0, items, 0.5) }
      items = (0..<12).map { item in
        let own = entries.enumerated().compactMap { user, list in
          list.first { $0.item == item }.map { (item: user, confidence: $0.confidence) }
        }
        return weighted(own, users, 0.5)
      }
    }
    let found = scores(baseline, data, training, taken: [1, 5])
    // A new user's factors are solved for.
    let user = weighted([(1, confidence(1)), (5, confidence(1))], items, 0.5)
    for (item, score) in found.enumerated() {
      let expected = zip(user, items[item]).reduce(0.0) { $0 + $1.0 * $1.1 }
      #expect(abs(Double(score) - expected) < 1e-3, "item \(item)")
    }
  }

  /// A training user's fold-in is what the last half-step would give them, so that more rounds explain them better.
  @Test func theLossFallsWithEveryRound() {
    var last = Double.infinity
    for rounds in [1, 2, 4, 8, 16] {
      let fitted = als { $0.iterations = rounds }.fitted(
        to: data, training: training, key: RandomKey(seed: 3), kernels: .underTest)
      var loss = 0.0
      for list in lists {
        let context = UserContext(
          user: nil, support: list.map { .init(item: $0, rating: 1) })
        for (item, score) in fitted.scores(for: context, items: (0..<12).map { $0 }).enumerated() {
          let wanted = list.contains(Int32(item)) ? 1.0 : 0
          loss += (wanted == 1 ? 5 : 1) * (wanted - Double(score)) * (wanted - Double(score))
        }
      }
      #expect(loss < last * 1.001, "\(rounds) rounds: \(loss) after \(last)")
      last = loss
    }
  }

  @Test(arguments: ["als", "bpr", "bpr sampling=popularity", "item-knn"])
  func theBitsAreAlwaysTheSame(name: String) throws {
    let data = clicks(drawnLists(users: 90, items: 70, most: 20), items: 70)
    let training = tasks(of: data) { _ in 2 }
    expectSameBits(
      try baselines.member(described: name).get(), data, training, taken: [3, 40])
  }

  @Test func negativesAreNeverWhatTheUserTook() {
    let lists: [[Int32]] = [[0, 1, 2, 4], [3], [0, 1, 2, 3, 4]]
    let clicks = ClickLists(
      offsets: [0, 4, 5, 10], others: lists.flatMap { $0 }, counts: Array(repeating: 1, count: 10))
    let untaken = UntakenItems(clicks: clicks, itemCount: 5)
    var stream = RandomKey(seed: 1).stream
    var drawn = Array(repeating: [Int: Int](), count: 3)
    for _ in 0..<2000 {
      for user in 0..<3 {
        if let item = untaken.draw(for: user, &stream) { drawn[user][item, default: 0] += 1 }
      }
    }
    #expect(drawn[0].keys.sorted() == [3])
    #expect(drawn[1].keys.sorted() == [0, 1, 2, 4])
    #expect(drawn[1].values.allSatisfy { $0 > 400 })
    #expect(drawn[2].isEmpty)
    // Items 0, 1, 2 and 4 are taken twice, of which user 0 has all.
    let popular = UntakenItems(clicks: clicks, itemCount: 6, drawing: .popularity)
    var often = Array(repeating: 0, count: 6)
    for _ in 0..<2000 { popular.draw(for: 1, &stream).map { often[$0] += 1 } }
    #expect(often[5] == 0 && often[3] == 0)
    #expect([0, 1, 2, 4].allSatisfy { often[$0] > 400 })
  }

  /// Of two groups of users and items, each takes from its own.
  @Test func pairsTeachWhichItemsGoTogether() {
    var stream = RandomKey(seed: 8).stream
    let lists = (0..<80).map { user in
      stream.shuffled((0..<10).map { Int32($0 + 10 * (user % 2)) }).prefix(6).sorted()
    }
    let data = clicks(lists, items: 20)
    let training = tasks(of: data) { _ in 2 }
    for name in ["bpr", "als", "item-knn", "ease", "episodic-ease"] {
      guard let baseline = try? baselines.make(name).get() else { continue }
      let found = scores(baseline, data, training, taken: [12, 15])
      let own = (10..<20).filter { $0 != 12 && $0 != 15 }.map { found[$0] }
      #expect((own.min() ?? 0) > (found[..<10].max() ?? 0), "\(name)")
    }
  }

  @Test func neighboursAreShrunkenCosines() {
    var baseline = ItemKNN()
    baseline.shrinkage = 2
    func count(_ i: Int, _ j: Int) -> Double {
      Double(lists.count { $0.contains(Int32(i)) && $0.contains(Int32(j)) })
    }
    func similarity(_ i: Int, _ j: Int) -> Double {
      i == j ? 0 : count(i, j) / ((count(i, i) * count(j, j)).squareRoot() + 2)
    }
    for neighbors in [nil, 3] {
      baseline.neighbors = neighbors
      let found = scores(baseline, data, training, taken: [1, 4, 7])
      for (item, score) in found.enumerated() {
        var all = (0..<12).map { (similarity($0, item), $0) }
        all.sort { ($1.0, $0.1) < ($0.0, $1.1) }
        let expected = all.prefix(neighbors ?? 12).filter { [1, 4, 7].contains($0.1) }
          .reduce(0.0) { $0 + $1.0 }
        #expect(abs(Double(score) - expected) < 1e-5, "item \(item)")
      }
    }
  }

  /// All at once, and one after the other.
  @Test(arguments: ["als", "bpr", "item-knn", "ease", "episodic-ease"])
  func listsForManyUsersAreThoseOfEach(name: String) throws {
    let lists = drawnLists(users: 150, items: 100, most: 30)
    let data = clicks(lists, items: 100)
    let fitted = try baselines.make(name).get().fitted(
      to: data, training: tasks(of: data) { _ in 3 }, key: RandomKey(seed: 3), kernels: .underTest)
    let users =
      lists.enumerated().map { user, list in
        UserContext(
          user: Int32(user),
          support: list.prefix(user % 4).map { .init(item: $0, rating: 1) })
      } + [UserContext(user: nil, support: (0..<99).map { .init(item: $0, rating: 1) })]
    for threads in [1, 2] {
      let many = try #require(
        try ThreadPool().whileUsed {
          try fitted.best(7, notTakenBy: users, threads: threads)
        })
      #expect(many.count == users.count)
      for (user, list) in zip(users, many) {
        let taken = Set(user.support.map(\.item))
        let rest = (0..<100).map { Int32($0) }.filter { !taken.contains($0) }
        let own = try fitted.best(7, of: rest, for: user, threads: 1)
        #expect(list.map(\.item) == own.map(\.item))
        #expect(list.map(\.score) == own.map(\.score))
      }
    }
  }
}
