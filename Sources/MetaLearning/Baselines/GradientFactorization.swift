import Datasets
import Kernels
import Language
import Models

/// r̂ = μ + b_u + b_i + p_u · q_i by stochastic gradient descent on one rating after the other (Funk 2006;
/// Koren, Bell and Volinsky 2009), with the options of Surprise.
package struct GradientFactorization: Baseline {
  package var factors = 100
  package var epochs = 20
  package var rate = 0.005
  package var penalty = 0.02
  package var implicit = false

  package init() {}

  package static let signature = Signature<Self>(
    "svd", "Matrix factorisation by gradient steps, as Surprise's SVD and SVD++.",
    details: """
      implicit=yes adds to each user's factors the mean direction of the items the user rated, whatever the \
      ratings (Koren 2008, SVD++); Surprise uses factors=20 rate=0.007 with it.
      """,
    [
      .option("factors", \.factors, in: 1...1000, "numbers that describe a user or an item"),
      .option("epochs", \.epochs, in: 1...1000, "passes over the ratings"),
      .option("rate", \.rate, in: 1e-6...1, "length of a step"),
      .option("penalty", \.penalty, in: 0...100, "pull of every number to zero"),
      .option("implicit", \.implicit, "let what a user rated speak, too"),
    ],
    examples: [Example("evaluate rmse with=[svd]")])

  package func fitted(
    to dataset: Dataset, training: [UserTask], key: RandomKey, kernels: KernelSet
  ) -> any Recommender {
    let ratings = TrainingRatings(training, in: dataset)
    let index = RatingIndex(
      by: ratings.users, count: ratings.userCount, others: ratings.items,
      values: ratings.ratings.map { Double($0) })
    var table = FactorTable(self, index, itemCount: ratings.itemCount, mean: ratings.mean, key: key)
    for _ in 0..<epochs {
      for user in 0..<ratings.userCount {
        if Cancellation.isRequested { break }
        table.pass(over: index.range(user), of: index, user: user, movesItems: true)
      }
    }
    return GradientFactorModel(table: table, index: index, options: self)
  }
}

/// The factors and biases of all users and items.
private struct FactorTable: Sendable {
  let options: GradientFactorization
  let mean: Double
  var userBias: [Float]
  var itemBias: [Float]
  var users: [Float]
  var items: [Float]
  /// Implicit item factors y_j: what having rated an item adds to a user's factors (SVD++).
  var implicit: [Float]

  init(
    _ options: GradientFactorization, _ index: RatingIndex, itemCount: Int, mean: Double,
    key: RandomKey
  ) {
    self.options = options
    self.mean = mean
    let width = options.factors
    func random(_ name: String, _ count: Int) -> [Float] {
      var stream = key.derived(name).stream
      // Allocated in full even when cancelled, since rows are found by index.
      var numbers = [Float](repeating: 0, count: count * width)
      for place in numbers.indices.whileWanted() { numbers[place] = 0.1 * Float(stream.normal()) }
      return numbers
    }
    let userCount = index.offsets.count - 1
    userBias = Array(repeating: 0, count: userCount)
    itemBias = Array(repeating: 0, count: itemCount)
    users = random("users", userCount)
    items = random("items", itemCount)
    implicit = options.implicit ? random("implicit", itemCount) : []
  }

  /// Gradient steps along the ratings of one user. Implicit factors take part by their sum, which is then
  /// divided among them.
  mutating func pass(over rows: Range<Int>, of index: RatingIndex, user: Int, movesItems: Bool) {
    guard !rows.isEmpty else { return }
    let width = options.factors
    let (rate, penalty) = (Float(options.rate), Float(options.penalty))
    let norm = 1 / Float(rows.count).squareRoot()
    var chosen = [Float](repeating: 0, count: width)
    if options.implicit {
      for row in rows {
        let item = Int(index.others[row]) * width
        for factor in 0..<width { chosen[factor] += norm * implicit[item + factor] }
      }
    }
    let before = chosen
    let mean = Float(mean)
    let isImplicit = options.implicit && movesItems
    users.withUnsafeMutableBufferPointer { users in
      items.withUnsafeMutableBufferPointer { items in
        chosen.withUnsafeMutableBufferPointer { chosen in
          guard let p = users.baseAddress?.advanced(by: user * width),
            let items = items.baseAddress, let chosen = chosen.baseAddress
          else { return }
          for row in rows {
            let item = Int(index.others[row])
            let q = items.advanced(by: item * width)
            let dot =
              options.implicit ? Lanes.dot(p, chosen, q, width) : Lanes.dot(p, q, width)
            let error = Float(index.values[row]) - mean - userBias[user] - itemBias[item] - dot
            userBias[user] += rate * (error - penalty * userBias[user])
            if movesItems { itemBias[item] += rate * (error - penalty * itemBias[item]) }
            let step = Lanes(error: error, rate: rate, penalty: penalty)
            if isImplicit {
              step.move(p, q, chosen, width)
            } else if movesItems {
              step.move(p, q, width)
            } else {
              step.pull(p, towards: q, width)
            }
          }
        }
      }
    }
    if options.implicit, movesItems { moveImplicit(rows, of: index, from: before, to: chosen) }
  }

  /// Updates the implicit factors of a user's rated items to a new sum: each decays by itself, and all get
  /// the same change.
  private mutating func moveImplicit(
    _ rows: Range<Int>, of index: RatingIndex, from before: [Float], to after: [Float]
  ) {
    let width = options.factors
    let norm = 1 / Float(rows.count).squareRoot()
    var kept: Float = 1
    for _ in rows { kept *= 1 - Float(options.rate * options.penalty) }
    let shares = (0..<width).map { (after[$0] - kept * before[$0]) * norm }
    for row in rows {
      let item = Int(index.others[row]) * width
      for factor in 0..<width {
        implicit[item + factor] = kept * implicit[item + factor] + shares[factor]
      }
    }
  }

  /// A user's factors plus the implicit factors of their rated items.
  func taste(of user: Int, rated: some Collection<Int32>) -> [Float] {
    let width = options.factors
    var taste = Array(users[user * width..<(user + 1) * width])
    guard options.implicit, !rated.isEmpty else { return taste }
    let norm = 1 / Float(rated.count).squareRoot()
    for item in rated {
      for factor in 0..<width { taste[factor] += norm * implicit[Int(item) * width + factor] }
    }
    return taste
  }
}

/// A gradient step along one rating, with SIMD vectors of eight factors.
private struct Lanes {
  private typealias Eight = SIMD8<Float>
  typealias Numbers = UnsafeMutablePointer<Float>

  let error: Float
  let rate: Float
  let penalty: Float

  @inline(__always)
  private static func load(_ numbers: Numbers, _ at: Int) -> Eight {
    UnsafeRawPointer(numbers + at).loadUnaligned(as: Eight.self)
  }

  @inline(__always)
  private static func store(_ eight: Eight, _ numbers: Numbers, _ at: Int) {
    UnsafeMutableRawPointer(numbers + at).storeBytes(of: eight, as: Eight.self)
  }

  /// p · q
  static func dot(_ p: Numbers, _ q: Numbers, _ width: Int) -> Float {
    sum(width, { load(p, $0) * load(q, $0) }, { p[$0] * q[$0] })
  }

  /// (p + c) · q
  static func dot(_ p: Numbers, _ c: Numbers, _ q: Numbers, _ width: Int) -> Float {
    sum(
      width, { (load(p, $0) + load(c, $0)) * load(q, $0) }, { (p[$0] + c[$0]) * q[$0] })
  }

  /// The sum of terms, eight at a time and the last ones singly: lanes 0 and 4, 1 and 5, … are added, then
  /// those that are left in the same way.
  @inline(__always)
  private static func sum(
    _ width: Int, _ eight: (Int) -> Eight, _ one: (Int) -> Float
  ) -> Float {
    var sums = Eight.zero
    var at = 0
    while at + 8 <= width {
      sums += eight(at)
      at += 8
    }
    let four = sums.lowHalf + sums.highHalf
    let two = four.lowHalf + four.highHalf
    var sum = two[0] + two[1]
    while at < width {
      sum += one(at)
      at += 1
    }
    return sum
  }

  // Inlined: a call for every eight numbers would cost more than their update.
  @inline(__always)
  private func moved<N: SIMD>(_ own: N, by other: N) -> N where N.Scalar == Float {
    own + rate * (error * other - penalty * own)
  }

  @inline(__always)
  private func moved(_ own: Float, by other: Float) -> Float {
    own + rate * (error * other - penalty * own)
  }

  /// Updates `p` alone.
  func pull(_ p: Numbers, towards q: Numbers, _ width: Int) {
    var at = 0
    while at + 8 <= width {
      Self.store(moved(Self.load(p, at), by: Self.load(q, at)), p, at)
      at += 8
    }
    while at < width {
      p[at] = moved(p[at], by: q[at])
      at += 1
    }
  }

  /// Updates both, each by the other's value before.
  func move(_ p: Numbers, _ q: Numbers, _ width: Int) {
    var at = 0
    while at + 8 <= width {
      let (own, other) = (Self.load(p, at), Self.load(q, at))
      Self.store(moved(own, by: other), p, at)
      Self.store(moved(other, by: own), q, at)
      at += 8
    }
    while at < width {
      let (own, other) = (p[at], q[at])
      p[at] = moved(own, by: other)
      q[at] = moved(other, by: own)
      at += 1
    }
  }

  /// Updates all three. The gradient of each implicit factor is norm · error · q, and `c` is norm times their
  /// sum: with n of them it changes by n · norm² · error · q = error · q.
  func move(_ p: Numbers, _ q: Numbers, _ c: Numbers, _ width: Int) {
    var at = 0
    while at + 8 <= width {
      let (own, other, sum) = (Self.load(p, at), Self.load(q, at), Self.load(c, at))
      Self.store(moved(own, by: other), p, at)
      Self.store(moved(other, by: own + sum), q, at)
      Self.store(moved(sum, by: other), c, at)
      at += 8
    }
    while at < width {
      let (own, other, sum) = (p[at], q[at], c[at])
      p[at] = moved(own, by: other)
      q[at] = moved(other, by: own + sum)
      c[at] = moved(sum, by: other)
      at += 1
    }
  }
}

private struct GradientFactorModel: Recommender {
  let table: FactorTable
  let index: RatingIndex
  let options: GradientFactorization
  let title = GradientFactorization.name
  let predictsRatings = true

  func scores(for user: UserContext, items: [Int32]) -> [Float] {
    let width = options.factors
    let (bias, taste) = known(user) ?? folded(user)
    return items.map { item in
      var score = Float(table.mean) + bias + table.itemBias[Int(item)]
      for factor in 0..<width { score += taste[factor] * table.items[Int(item) * width + factor] }
      return score
    }
  }

  /// The factors of a user whose support is what they were trained on.
  private func known(_ user: UserContext) -> (Float, [Float])? {
    guard let number = user.user.map({ Int($0) }) else { return nil }
    let trained = index.others[index.range(number)]
    guard !trained.isEmpty, trained.count == user.support.count,
      Set(trained) == Set(user.support.map(\.item))
    else { return nil }
    return (table.userBias[number], table.taste(of: number, rated: trained))
  }

  /// The factors of a new user: the same steps along their ratings, with the items fixed.
  private func folded(_ user: UserContext) -> (Float, [Float]) {
    let rated = user.support.map(\.item)
    let own = RatingIndex(
      by: rated.map { _ in 0 }, count: 1, others: rated,
      values: user.support.map { Double($0.rating) })
    var table = table
    table.userBias = [0]
    table.users = Array(repeating: 0, count: options.factors)
    for _ in 0..<options.epochs {
      table.pass(over: own.range(0), of: own, user: 0, movesItems: false)
    }
    return (table.userBias[0], table.taste(of: 0, rated: rated))
  }
}
