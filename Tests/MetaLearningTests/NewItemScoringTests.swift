import Datasets
import Kernels
import MetaLearning
import Models
import TestedKernels
import Testing

/// Ten items, of which the last two are new: nobody took them.
private let itemCount = 10
private let lists = drawnLists(users: 40, items: 8, most: 5)
private let kinds: [[String]] = [
  ["a"], ["a", "b"], ["b"], ["c"], ["a", "c"], ["c"], ["b"], [], ["a", "c"], ["b", "d"],
]
private let years: [Float] = [1990, 1991, 1980, .nan, 2000, 1999, 1985, 1990, 1992, 2005]

private let data = described(kinds, years)

private func described(_ kinds: [[String]], _ years: [Float]) -> Dataset {
  var data = clicks(lists, items: kinds.count)
  var vocabulary = Vocabulary()
  var (offsets, codes) = ([Int32(0)], [Int32]())
  for own in kinds {
    for kind in own { codes.append(Int32(vocabulary.insert(kind))) }
    offsets.append(Int32(codes.count))
  }
  data.items.features = [
    Feature("kind", .categories(vocabulary, offsets: offsets, codes: codes)),
    Feature("year", .numbers(years)),
  ]
  return data
}

/// How alike two items are, from the definition.
private func likeness(_ i: Int, _ j: Int) -> Double {
  let anchors = 0..<8
  func rarity(_ kind: String) -> Double {
    let count = anchors.count { kinds[$0].contains(kind) }
    return count == 0 ? 0 : Elementary.log(9 / Double(count + 1))
  }
  func square(_ kinds: [String]) -> Double { kinds.reduce(0) { $0 + rarity($1) * rarity($1) } }
  let lengths = (square(kinds[i]) * square(kinds[j])).squareRoot()
  let cosine = lengths > 0 ? square(kinds[i].filter(kinds[j].contains)) / lengths : 0
  let known = anchors.map { Double(years[$0]) }.filter(\.isFinite)
  let mean = known.reduce(0, +) / Double(known.count)
  let variance = known.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(known.count)
  let distance = Double(years[i] - years[j]) / (variance.squareRoot() / 2)
  let near = distance.isFinite ? Elementary.exp(-distance * distance) : 0
  return (cosine + near) / 2
}

@Suite struct NewItemScoringTests {
  private var options: NewItemOptions { options(.linear, power: 0) }

  private func options(_ kernel: NewItemOptions.KernelShape, power: Double) -> NewItemOptions {
    var options = NewItemOptions()
    (options.penalty, options.alignment) = (0.7, 0)
    (options.kernel, options.power, options.isRescaled) = (kernel, power, false)
    return options
  }

  /// The scores of new items are what the scores of all others give for their likeness.
  private func expectRidge(
    _ found: [Float], _ kernel: NewItemOptions.KernelShape = .linear, power: Double = 0,
    at location: SourceLocation = #_sourceLocation
  ) {
    func alike(_ i: Int, _ j: Int) -> Double {
      kernel == .linear ? likeness(i, j) : Elementary.exp(likeness(i, j) - 1)
    }
    let system = (0..<8).map { i in (0..<8).map { alike(i, $0) + (i == $0 ? 0.7 : 0) } }
    let shares = solved(system, (0..<8).map { i in (8..<itemCount).map { alike(i, $0) } })
    let takers = (0..<8).map { item in Double(lists.count { $0.contains(Int32(item)) }) }
    let mean = takers.reduce(0) { $0 + Elementary.log($1) } / 8
    for new in 8..<itemCount {
      let popularity = (0..<8).reduce(mean) {
        $0 + (Elementary.log(takers[$1]) - mean) * shares[$1][new - 8]
      }
      let expected = (0..<8).reduce(0.0) {
        $0 + Double(found[$1]) * shares[$1][new - 8]
          * Elementary.exp(power * (popularity - Elementary.log(takers[$1])))
      }
      #expect(abs(Double(found[new]) - expected) < 1e-4, sourceLocation: location)
      #expect(abs(expected) > 1e-3, sourceLocation: location)
    }
  }

  @Test func theyAreKernelRidgeFromTheFeatures() {
    let training = tasks(of: data) { _ in 1 }
    var ease = Ease()
    (ease.penalty, ease.newItems) = (2, options)
    expectRidge(scores(ease, data, training, taken: [1, 4, 7]))
    expectSameBits(ease, data, training, taken: [1, 4, 7])
    for (kernel, power) in [(NewItemOptions.KernelShape.exponential, 0), (.exponential, 0.4)] {
      ease.newItems = options(kernel, power: power)
      expectRidge(scores(ease, data, training, taken: [1, 4, 7]), kernel, power: power)
      expectSameBits(ease, data, training, taken: [1, 4, 7])
    }
    var als = AlternatingLeastSquares()
    (als.factors, als.penalty, als.alpha, als.newItems) = (4, 1, 1, options)
    expectRidge(scores(als, data, training, taken: [1, 4]))
    expectSameBits(als, data, training, taken: [1, 4])
    var knn = ItemKNN()
    (knn.shrinkage, knn.newItems) = (1, options)
    expectRidge(scores(knn, data, training, taken: [0, 2]))
    var episodic = EpisodicEase()
    (episodic.penalty, episodic.newItems) = (1, options)
    expectRidge(scores(episodic, data, training, taken: [3, 5]))
    expectRidge(scores(episodic, data, training, taken: [3, 5, 6]))
  }

  @Test func itemsOfWhichTheSameIsKnownAreScoredAlikeHoweverManyThereAre() {
    let wide = described(
      kinds + Array(repeating: kinds[8], count: 150),
      years + Array(repeating: years[8], count: 150))
    var ease = Ease()
    (ease.penalty, ease.newItems) = (2, options(.exponential, power: 0.4))
    ease.newItems.isRescaled = true
    let found = scores(ease, wide, tasks(of: wide) { _ in 1 }, taken: [1, 4])
    #expect(found[8] != found[9])
    for item in 10..<160 { #expect(found[item] == found[8]) }
  }

  /// Of eight items the fifth is scored as though it were new: from the seven others.
  @Test func mixedListsDecideHowMuchNewItemsAreRaised() {
    let training = tasks(of: data) { _ in 1 }
    var plain = Ease()
    (plain.penalty, plain.newItems) = (2, options)
    var raised = plain
    raised.newItems.isRescaled = true
    let others = [0, 1, 2, 3, 5, 6, 7]
    let system = others.map { i in others.map { likeness(i, $0) + (i == $0 ? 0.7 : 0) } }
    let shares = solved(system, others.map { [likeness($0, 4)] })
    let factors = [1, 1.25, 1.6, 2, 2.5, 3.2]
    var sums = factors.map { _ in 0.0 }
    for (user, list) in lists.enumerated() {
      let known = list.sorted().filter { $0 != 4 }.enumerated()
        .filter { ($0.offset + user) % 5 != 0 }.map(\.element)
      guard !known.isEmpty, known.count < list.count else { continue }
      var found = scores(plain, data, training, taken: known).map(Double.init)
      let guess = others.indices.reduce(0.0) { $0 + found[others[$1]] * shares[$1][0] }
      let candidates = (0..<8).filter { !known.contains(Int32($0)) }
      func gain(_ rank: Int) -> Double { 1 / Elementary.log(Double(rank + 2)) }
      for (place, factor) in factors.enumerated() {
        found[4] = factor * guess
        let ranked = candidates.sorted { (found[$1], $0) < (found[$0], $1) }
        let hits = ranked.indices.filter { list.contains(Int32(ranked[$0])) }
        let ideal = (0..<(list.count - known.count)).reduce(0.0) { $0 + gain($1) }
        sums[place] += hits.reduce(0.0) { $0 + gain($1) } / ideal
      }
    }
    let best = factors[sums.indices.reduce(0) { sums[$1] > sums[$0] + 1e-9 ? $1 : $0 }]
    let (one, other) = (
      scores(plain, data, training, taken: [1, 4]), scores(raised, data, training, taken: [1, 4])
    )
    #expect(one.prefix(8) == other.prefix(8))
    for new in 8..<itemCount {
      #expect(abs(Double(other[new]) - best * Double(one[new])) < 1e-4)
    }
    expectSameBits(raised, data, training, taken: [1, 4])
  }

  @Test func otherItemsHaveTheirScoresWithThemAndWithout() {
    let training = tasks(of: data) { _ in 1 }
    var (with, without) = (Ease(), Ease())
    (with.penalty, without.penalty) = (2, 2)
    without.newItems.areScored = false
    let (one, other) = (
      scores(with, data, training, taken: [1, 4]), scores(without, data, training, taken: [1, 4])
    )
    #expect(one.prefix(8) == other.prefix(8))
    #expect(other[8] == 0 && other[9] == 0 && one[8] != 0)
  }

  @Test func whatTheClicksSayOfFeaturesHasTheSameBitsEverywhere() {
    let training = tasks(of: data) { _ in 1 }
    for (words, together) in [
      (NewItemOptions.WordWeights.rarity, []), (.agreement, []), (.agreement, ["kind", "year"]),
    ] {
      var ease = Ease()
      ease.penalty = 2
      (ease.newItems.words, ease.newItems.together) = (words, together)
      (ease.newItems.penalty, ease.newItems.alignment) = (1, 0.5)
      expectSameBits(ease, data, training, taken: [1, 4])
      let found = scores(ease, data, training, taken: [1, 4])
      #expect(found.allSatisfy { $0.isFinite })
    }
  }

  @Test func contentAloneRanksThemToo() {
    let training = tasks(of: data) { _ in 1 }
    var content = Content()
    content.neighbors = 8
    let found = scores(content, data, training, taken: [1, 4])
    for new in 8..<itemCount {
      let expected = likeness(new, 1) + likeness(new, 4)
      #expect(abs(Double(found[new]) - expected) < 1e-5)
    }
    // Of items that somebody took the likeness to themselves counts for nothing.
    #expect(abs(Double(found[1]) - likeness(1, 4)) < 1e-5)
    let popular = scores(ContentBias(), data, training, taken: [1, 4])
    let counts = (0..<8).map { item in lists.count { $0.contains(Int32(item)) } }
    for item in 0..<8 {
      #expect(abs(Double(popular[item]) - Elementary.log(1 + Double(counts[item]))) < 1e-5)
    }
    #expect(popular[8] != popular[9] && popular[8].isFinite)
  }

  @Test func nothingIsKnownOfItemsWithoutFeatures() {
    var bare = data
    bare.items.features = []
    var ease = Ease()
    ease.penalty = 2
    let found = scores(ease, bare, tasks(of: bare) { _ in 1 }, taken: [1, 4])
    #expect(found[8] == 0 && found[9] == 0)
  }
}
