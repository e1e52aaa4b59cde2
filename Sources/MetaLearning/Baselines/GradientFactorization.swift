import Datasets
import Kernels
import Language
import Models

/// r̂ = μ + b_u + b_i + p_u · q_i by stochastic gradient descent on one rating after the other (Funk 2006; Koren,
/// Bell and Volinsky 2009), with the options of Surprise.
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
      implicit=yes adds to each user's factors the mean direction of the items she rated, whatever her \
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
    to dataset: Dataset, training: [UserTask], key: RandomKey
  ) -> any Recommender {
    let ratings = TrainingRatings(training, in: dataset)
    let index = RatingIndex(
      by: ratings.users, count: ratings.userCount, others: ratings.items,
      values: ratings.ratings.map { Double($0) })
    var table = FactorTable(self, index, itemCount: ratings.itemCount, mean: ratings.mean, key: key)
    for _ in 0..<epochs {
      for user in 0..<ratings.userCount {
        table.pass(over: index.range(user), of: index, user: user, movesItems: true)
      }
    }
    return GradientFactorModel(table: table, index: index, options: self)
  }
}

/// The numbers of all users and items.
private struct FactorTable: Sendable {
  let options: GradientFactorization
  let mean: Double
  var userBias: [Float]
  var itemBias: [Float]
  var users: [Float]
  var items: [Float]
  /// What having rated an item says of a user.
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
      return (0..<count * width).map { _ in 0.1 * Float(stream.normal()) }
    }
    let userCount = index.offsets.count - 1
    userBias = Array(repeating: 0, count: userCount)
    itemBias = Array(repeating: 0, count: itemCount)
    users = random("users", userCount)
    items = random("items", itemCount)
    implicit = options.implicit ? random("implicit", itemCount) : []
  }

  /// Steps along the ratings of one user; her rated items move as one where they count by having been rated.
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
    users.withUnsafeMutableBufferPointer { users in
      items.withUnsafeMutableBufferPointer { items in
        let p = UnsafeMutableBufferPointer(rebasing: users[user * width..<(user + 1) * width])
        for row in rows {
          let item = Int(index.others[row])
          let q = UnsafeMutableBufferPointer(rebasing: items[item * width..<(item + 1) * width])
          var dot: Float = 0
          for factor in 0..<width { dot += (p[factor] + chosen[factor]) * q[factor] }
          let error = Float(index.values[row]) - mean - userBias[user] - itemBias[item] - dot
          userBias[user] += rate * (error - penalty * userBias[user])
          if movesItems { itemBias[item] += rate * (error - penalty * itemBias[item]) }
          for factor in 0..<width {
            let (own, other) = (p[factor], q[factor])
            p[factor] = own + rate * (error * other - penalty * own)
            if movesItems {
              q[factor] = other + rate * (error * (own + chosen[factor]) - penalty * other)
            }
            if options.implicit, movesItems {
              // Every rated item moves by norm · error · q: the sum moves by n · norm² = 1 of it.
              chosen[factor] += rate * (error * other - penalty * chosen[factor])
            }
          }
        }
      }
    }
    if options.implicit, movesItems { moveImplicit(rows, of: index, from: before, to: chosen) }
  }

  /// Moves what each rated item says so that the sum is what the steps made of it: every item decayed by itself,
  /// and all moved by the same.
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

  /// A user's factors with what her rated items say.
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

  /// The numbers of a user whose support is what she was trained on.
  private func known(_ user: UserContext) -> (Float, [Float])? {
    guard let number = user.user.map({ Int($0) }) else { return nil }
    let trained = index.others[index.range(number)]
    guard !trained.isEmpty, trained.count == user.support.count,
      Set(trained) == Set(user.support.map(\.item))
    else { return nil }
    return (table.userBias[number], table.taste(of: number, rated: trained))
  }

  /// The numbers of a new user: the same steps along her ratings, with the items held.
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
