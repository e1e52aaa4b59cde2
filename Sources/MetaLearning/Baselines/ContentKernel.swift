import Datasets
import Kernels

/// How alike items are in what is known of them.
///
/// Of a feature with categories it is the cosine of the items' categories, each weighted by its inverse document
/// frequency, log((m + 1) / (df + 1)) with df of the m anchors; of numbers exp(−((a − b) / w)²), where w is half
/// their standard deviation. An item of which a feature is unknown is like no other in it. Several features together
/// may be one more: there two items are as alike as the product of what they are in each.
struct ContentKernel: Sendable {
  /// The items that others are compared with, by their numbers.
  let anchors: [Int32]
  private let features: [Block]

  private enum Block: Sendable {
    case words(WeightedWords)
    case numbers(all: [Float], ofAnchors: [Float], width: Double)
  }

  /// The features that are one more together; none where that is empty.
  private let together: [Int]

  /// - Parameters:
  ///   - together: the places of features that are one more together.
  ///   - importance: for each feature what its categories' weights are multiplied with, an empty list for 1.
  init(
    _ features: [Feature], anchors: [Int32], together: [Int] = [], importance: [[Double]] = []
  ) {
    (self.anchors, self.together) = (anchors, together)
    self.features = features.enumerated().map { place, feature in
      switch feature.values {
      case .categories(let vocabulary, let offsets, let codes):
        return .words(
          WeightedWords(
            offsets: offsets, codes: codes, count: vocabulary.count, anchors: anchors,
            importance: importance.isEmpty ? [] : importance[place]))
      case .numbers(let all):
        let own = anchors.map { all[Int($0)] }
        return .numbers(all: all, ofAnchors: own, width: Self.width(of: own))
      }
    }
  }

  var featureCount: Int { features.count + (together.isEmpty ? 0 : 1) }

  /// Half the standard deviation of the known numbers; 1 where they are all the same.
  private static func width(of numbers: [Float]) -> Double {
    let known = numbers.filter(\.isFinite).map(Double.init)
    let mean = known.reduce(0, +) / Double(max(1, known.count))
    let squares = known.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let width = (squares / Double(max(1, known.count))).squareRoot() / 2
    return width > 0 && width.isFinite ? width : 1
  }

  /// Adds to each anchor's sum how alike the item is to it in one feature, times `scale`.
  func add(
    _ feature: Int, of item: Int32, scale: Float, to sums: UnsafeMutablePointer<Float>
  ) {
    guard feature < features.count else { return addProduct(of: item, scale: scale, to: sums) }
    switch features[feature] {
    case .words(let words): words.add(item, scale: scale, to: sums)
    case .numbers(let all, let ofAnchors, let width):
      let own = Double(all[Int(item)])
      guard own.isFinite else { return }
      for (anchor, number) in ofAnchors.enumerated() where number.isFinite {
        let distance = (own - Double(number)) / width
        sums[anchor] += scale * Float(Elementary.exp(-distance * distance))
      }
    }
  }

  private func addProduct(
    of item: Int32, scale: Float, to sums: UnsafeMutablePointer<Float>
  ) {
    let count = anchors.count
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * count) { memory in
      guard let product = memory.baseAddress else { return }
      let own = product + count
      product.initialize(repeating: scale, count: count)
      for feature in together {
        own.initialize(repeating: 0, count: count)
        add(feature, of: item, scale: 1, to: own)
        for anchor in 0..<count { product[anchor] *= own[anchor] }
      }
      for anchor in 0..<count { sums[anchor] += product[anchor] }
    }
  }

  /// How alike some items are to all anchors, made of the weighted mean over features: a column for each.
  ///
  /// - Parameter weights: of the features; their sum is 1.
  func columns(
    _ items: [Int32], weights: [Float], shape: NewItemOptions.KernelShape
  ) -> PanelMatrix {
    let table = PanelMatrix(rows: anchors.count, columns: items.count)
    table.eachPanel { panel, columns in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: anchors.count) { sums in
        guard let sums = sums.baseAddress else { return }
        for (place, column) in columns.enumerated() {
          sums.initialize(repeating: 0, count: anchors.count)
          for (feature, weight) in weights.enumerated() where weight > 0 {
            add(feature, of: items[column], scale: weight, to: sums)
          }
          for row in anchors.indices { panel[row, place] = shape.value(of: sums[row]) }
        }
      }
    }
    return table
  }
}

/// The categories of items as vectors of length 1, weighted by inverse document frequency, and by category the
/// anchors that have it.
private struct WeightedWords: Sendable {
  let offsets: [Int32]
  let codes: [Int32]
  /// One for each code.
  private var weights: [Float]
  private var memberOffsets: [Int]
  private var members: [(anchor: Int32, weight: Float)]

  init(
    offsets: [Int32], codes: [Int32], count: Int, anchors: [Int32], importance: [Double]
  ) {
    (self.offsets, self.codes) = (offsets, codes)
    /// Where an item's categories stand, each once.
    func places(_ item: Int32) -> [Int] {
      let own = Int(offsets[Int(item)])..<Int(offsets[Int(item) + 1])
      return own.filter { place in !codes[own.lowerBound..<place].contains(codes[place]) }
    }
    var counts = [Int](repeating: 0, count: count)
    for anchor in anchors { for place in places(anchor) { counts[Int(codes[place])] += 1 } }
    let rarity = counts.enumerated().map { code, number in
      number == 0
        ? 0
        : Elementary.log(Double(anchors.count + 1) / Double(number + 1))
          * (importance.isEmpty ? 1 : importance[code])
    }
    weights = [Float](repeating: 0, count: codes.count)
    for item in 0..<Int32(offsets.count - 1) {
      let own = places(item)
      let squares = own.map { rarity[Int(codes[$0])] * rarity[Int(codes[$0])] }
      let length = squares.reduce(0, +).squareRoot()
      for place in own where length > 0 {
        weights[place] = Float(rarity[Int(codes[place])] / length)
      }
    }
    memberOffsets = [0]
    for count in counts { memberOffsets.append(memberOffsets[memberOffsets.count - 1] + count) }
    var next = memberOffsets
    members = Array(repeating: (0, 0), count: memberOffsets[count])
    for (anchor, item) in anchors.enumerated() {
      for place in places(item) {
        members[next[Int(codes[place])]] = (Int32(anchor), weights[place])
        next[Int(codes[place])] += 1
      }
    }
  }

  /// The sums over the anchors that have each of an item's categories, but for itself, where it is one.
  func sums(_ item: Int32, of values: UnsafePointer<Float>, but own: Int) -> [(
    code: Int, sum: Double
  )] {
    (Int(offsets[Int(item)])..<Int(offsets[Int(item) + 1])).compactMap { place in
      guard weights[place] > 0 else { return nil }
      let code = Int(codes[place])
      return (
        code,
        members[memberOffsets[code]..<memberOffsets[code + 1]].reduce(0.0) {
          Int($1.anchor) == own ? $0 : $0 + Double(values[Int($1.anchor)])
        }
      )
    }
  }

  /// How many anchors have each category.
  var counts: [Int] { zip(memberOffsets, memberOffsets.dropFirst()).map { $1 - $0 } }

  func add(_ item: Int32, scale: Float, to sums: UnsafeMutablePointer<Float>) {
    for place in Int(offsets[Int(item)])..<Int(offsets[Int(item) + 1]) where weights[place] > 0 {
      let (own, code) = (scale * weights[place], Int(codes[place]))
      for at in memberOffsets[code]..<memberOffsets[code + 1] {
        sums[Int(members[at].anchor)] += own * members[at].weight
      }
    }
  }
}

extension ContentKernel {
  /// The most anchors whose pairs decide how much each feature counts.
  private static let asked = 1000

  /// How much each feature tells of who takes what: the factors, none of them negative, with which the
  /// similarities in the features come closest, by least squares with an intercept, to the cosine of the users
  /// who took two items, n(i, j) / √(n(i) n(j)), over pairs of anchors. All 1 where none tells anything.
  ///
  /// - Parameter columns: the anchors' columns among the clicks.
  func alignment(with clicks: TrainingClicks, columns: [Int32]) -> [Double] {
    let step = max(1, (columns.count + Self.asked - 1) / Self.asked)
    let rows = Array(stride(from: 0, to: columns.count, by: step))
    let (places, size) = (Self.places(of: columns, clicks), featureCount)
    let sums = orderedMap(rows.count, abandoned: [Double]()) { row in
      moments(of: rows[row], clicks, columns, places)
    }
    var all = [Double](repeating: 0, count: (size + 2) * (size + 2))
    for sum in sums where !sum.isEmpty { for index in all.indices { all[index] += sum[index] } }
    return Self.weights(all, size: size)
  }

  /// Sums of products over the pairs of one anchor: of the similarities in each feature, the cosine of the users
  /// and 1.
  private func moments(
    of anchor: Int, _ clicks: TrainingClicks, _ columns: [Int32], _ places: [Int32]
  ) -> [Double] {
    let (count, width) = (columns.count, featureCount + 2)
    return withUnsafeTemporaryAllocation(of: Float.self, capacity: count * width) { memory in
      var sums = [Double](repeating: 0, count: width * width)
      guard let rows = memory.baseAddress else { return sums }
      rows.initialize(repeating: 0, count: count * width)
      for feature in 0..<featureCount {
        add(feature, of: anchors[anchor], scale: 1, to: rows + feature * count)
      }
      cosines(of: anchor, clicks, columns, places, into: rows + featureCount * count)
      (rows + (featureCount + 1) * count).initialize(repeating: 1, count: count)
      for i in 0..<width {
        for j in i..<width {
          var sum = 0.0
          for other in 0..<count where other != anchor {
            sum += Double(rows[i * count + other]) * Double(rows[j * count + other])
          }
          sums[i * width + j] = sum
          sums[j * width + i] = sum
        }
      }
      return sums
    }
  }

  /// The factors of the features, by coordinate descent on the centred normal equations.
  private static func weights(_ sums: [Double], size: Int) -> [Double] {
    let width = size + 2
    let pairs = max(1, sums[width * width - 1])
    func centred(_ i: Int, _ j: Int) -> Double {
      sums[i * width + j] - sums[i * width + width - 1] * sums[j * width + width - 1] / pairs
    }
    var factors = [Double](repeating: 0, count: size)
    for _ in 0..<200 {
      for feature in 0..<size {
        let square = centred(feature, feature)
        guard square > 1e-9 * pairs else { continue }
        var rest = centred(feature, size)
        for other in 0..<size where other != feature {
          rest -= centred(feature, other) * factors[other]
        }
        factors[feature] = max(0, rest / square)
      }
    }
    return factors.contains { $0 > 0 } ? factors : factors.map { _ in 1 }
  }

  /// The anchor that each column of the clicks is, or -1.
  private static func places(of columns: [Int32], _ clicks: TrainingClicks) -> [Int32] {
    var places = [Int32](repeating: -1, count: clicks.itemCount)
    for (anchor, column) in columns.enumerated() { places[Int(column)] = Int32(anchor) }
    return places
  }

  /// The cosine of the users who took one anchor and each of them.
  private func cosines(
    of anchor: Int, _ clicks: TrainingClicks, _ columns: [Int32], _ places: [Int32],
    into shared: UnsafeMutablePointer<Float>
  ) {
    func users(_ anchor: Int) -> Range<Int> { clicks.byItem.range(Int(columns[anchor])) }
    shared.initialize(repeating: 0, count: columns.count)
    for entry in users(anchor) {
      for at in clicks.byUser.range(Int(clicks.byItem.others[entry])) {
        let other = places[Int(clicks.byUser.others[at])]
        if other >= 0 { shared[Int(other)] += 1 }
      }
    }
    let own = Float(users(anchor).count)
    for other in columns.indices {
      shared[other] /= (own * Float(users(other).count)).squareRoot()
    }
  }

  /// As if so many more pairs of items shared a category and agreed no more than others.
  private static let doubted = 20.0

  /// How much the items that share a category agree in who took them: √(a + 0.001), with a the mean over their
  /// pairs of the cosine of the users less its mean over all pairs of anchors, shrunk, and 0 where it is less.
  func agreement(with clicks: TrainingClicks, columns: [Int32]) -> [[Double]] {
    let places = Self.places(of: columns, clicks)
    let count = columns.count
    let found = orderedMap(count, abandoned: (0.0, [[(code: Int, sum: Double)]]())) { anchor in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: count) { memory in
        guard let shared = memory.baseAddress else { return (0, []) }
        cosines(of: anchor, clicks, columns, places, into: shared)
        let all = (0..<count).reduce(0.0) { $1 == anchor ? $0 : $0 + Double(shared[$1]) }
        return (
          all,
          features.map { feature in
            guard case .words(let words) = feature else { return [] }
            return words.sums(anchors[anchor], of: shared, but: anchor)
          }
        )
      }
    }
    let pairs = Double(max(1, count * (count - 1)))
    let mean = found.reduce(0.0) { $0 + $1.0 } / pairs
    return features.enumerated().map { place, feature in
      guard case .words(let words) = feature else { return [] }
      var sums = [Double](repeating: 0, count: words.counts.count)
      for (_, own) in found where !own.isEmpty {
        for (code, sum) in own[place] { sums[code] += sum }
      }
      return zip(sums, words.counts).map { sum, members in
        let pairs = Double(members * (members - 1))
        return (max(0, (sum - mean * pairs) / (pairs + Self.doubted)) + 0.001).squareRoot()
      }
    }
  }
}
