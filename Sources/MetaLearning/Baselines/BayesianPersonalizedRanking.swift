import Datasets
import Kernels
import Language
import Models

/// Matrix factorisation by pairs (Rendle et al. 2009): of an item that a user took and one drawn from those they
/// did not take, the first should score higher, by gradient steps on log σ(x_i − x_j). A new user is the mean
/// of the vectors of their items.
package struct BayesianPersonalizedRanking: TunableBaseline {
  package var factors = 32
  package var epochs = 30
  package var rate: Double?
  package var penalty: Double?
  package var sampling = NegativeDraw.uniform

  package init() {}

  package static let signature = Signature<Self>(
    "bpr", "Factors that rank what a user took above the rest (BPR).",
    details: """
      Each epoch takes as many steps as there are interactions. A negative is any item that the user did not \
      take, each as likely as any other or as often as it is taken; a user who took all has none. `rate` and \
      `l2` that are not given are the best of five settings on the validation users. Rendle et al., UAI 2009; \
      the library `implicit` draws by popularity.
      """,
    [
      .option("factors", \.factors, in: 1...1000, "numbers that describe a user or an item"),
      .option("epochs", \.epochs, in: 1...1000, "passes over the interactions"),
      .option(
        "rate", \.rate, in: 1e-6...1, "length of a step; chosen on validation users if absent"),
      .option(
        "l2", \.penalty, in: 0...100,
        "pull of every number to zero; chosen on validation users if absent"),
      .option("sampling", \.sampling, "how negatives are drawn"),
    ],
    needs: [.interactions],
    examples: [Example("evaluate ndcg@20 with=[bpr]")])

  package var feedback: Set<Feedback> { [.interactions] }
  package var predictsRatings: Bool { false }
  package var fitsOnOneThread: Bool { true }

  private static let settings: [(rate: Double, penalty: Double)] = [
    (0.02, 0.001), (0.02, 0.003), (0.05, 0.001), (0.05, 0.003), (0.05, 0.01),
  ]

  package func candidates(on feedback: Feedback) -> [BayesianPersonalizedRanking] {
    with(each: Self.settings) { next, setting in
      next.rate = rate ?? setting.rate
      next.penalty = penalty ?? setting.penalty
    }
  }

  package func common(
    to dataset: Dataset, training: [UserTask], key: RandomKey, kernels: KernelSet
  ) -> TrainingClicks {
    TrainingClicks(training, in: dataset)
  }

  package func fitted(
    to clicks: TrainingClicks, key: RandomKey, kernels: KernelSet
  ) -> any Recommender {
    var ranking = PairwiseFactors(clicks, factors: factors, drawing: sampling, key: key)
    var stream = key.derived("steps").stream
    for _ in (0..<epochs).whileWanted(asking: 1) {
      ranking.pass(rate: Float(rate ?? 0.05), penalty: Float(penalty ?? 0.01), &stream)
    }
    let items = ranking.items
    return ItemTable(
      title: Self.name, clicks, items.table(kernels),
      profile: .computed { users, rows in
        for (user, taken) in users.enumerated() {
          let own = rows.rows(user..<user + 1)
          own.fill(0)
          let share = 1 / Float(max(1, taken.count))
          for item in taken {
            kernels.axpy(share, items.rows.rows(Int(item.column)..<Int(item.column) + 1), own)
          }
          // The items' biases are their last numbers.
          own[0, own.columns - 1] = 1
        }
      }, kernels: kernels)
  }
}

/// How likely an item is drawn of those that a user did not take.
package enum NegativeDraw: String, ArgumentChoice {
  case uniform, popularity

  package var summary: String {
    switch self {
    case .uniform: "each as likely as any other"
    case .popularity: "as often as training users take it"
    }
  }
}

/// Draws of items that a user did not take.
package struct UntakenItems {
  private let clicks: ClickLists
  private let itemCount: Int
  private let drawing: NegativeDraw

  package init(clicks: ClickLists, itemCount: Int, drawing: NegativeDraw = .uniform) {
    (self.clicks, self.itemCount, self.drawing) = (clicks, itemCount, drawing)
  }

  /// Nil for a user who took all.
  package func draw(for user: Int, _ stream: inout RandomStream) -> Int? {
    let taken = clicks.range(user)
    guard taken.count < itemCount else { return nil }
    for _ in 0..<32 {
      let item =
        switch drawing {
        case .uniform: stream.below(itemCount)
        // The item of a click drawn from all.
        case .popularity: Int(clicks.others[stream.below(clicks.others.count)])
        }
      if !isTaken(item, taken) { return item }
    }
    // Of a user who took nearly everything: the n-th of the rest.
    var rank = stream.below(itemCount - taken.count)
    for place in taken {
      if Int(clicks.others[place]) > rank { break }
      rank += 1
    }
    return rank
  }

  private func isTaken(_ item: Int, _ taken: Range<Int>) -> Bool {
    var (low, high) = (taken.lowerBound, taken.upperBound)
    while low < high {
      let middle = (low + high) / 2
      if Int(clicks.others[middle]) < item { low = middle + 1 } else { high = middle }
    }
    return low < taken.upperBound && Int(clicks.others[low]) == item
  }
}

/// Vectors of users and items and biases of items, moved by gradient steps on pairs of items.
private struct PairwiseFactors {
  private typealias Eight = SIMD8<Float>

  private let clicks: TrainingClicks
  private let untaken: UntakenItems
  private let factors: Int
  /// How many times eight numbers a vector has; those behind the last factor stay 0.
  private let width: Int
  private var ofUsers: [Eight]
  private var ofItems: [Eight]
  private var biases: [Float]
  /// The user of each click.
  private let owners: [Int32]

  init(_ clicks: TrainingClicks, factors: Int, drawing: NegativeDraw, key: RandomKey) {
    self.clicks = clicks
    self.factors = factors
    untaken = UntakenItems(
      clicks: clicks.byUser, itemCount: clicks.itemCount, drawing: drawing)
    let width = (factors + 7) / 8
    func drawn(_ name: String, _ count: Int) -> [Eight] {
      var stream = key.derived(name).stream
      var vectors = [Eight](repeating: .zero, count: count * width)
      for vector in (0..<count).whileWanted(asking: 0x100) {
        for factor in 0..<factors {
          vectors[vector * width + factor / 8][factor % 8] = 0.1 * Float(stream.normal())
        }
      }
      return vectors
    }
    self.width = width
    ofUsers = drawn("users", clicks.userCount)
    ofItems = drawn("items", clicks.itemCount)
    biases = Array(repeating: 0, count: clicks.itemCount)
    owners = (0..<clicks.userCount).flatMap { user in
      Array(repeating: Int32(user), count: clicks.byUser.range(user).count)
    }
  }

  /// As many steps as there are clicks, each on one drawn from all.
  mutating func pass(rate: Float, penalty: Float, _ stream: inout RandomStream) {
    for _ in owners.indices.whileWanted() {
      let click = stream.below(owners.count)
      let user = Int(owners[click])
      guard let other = untaken.draw(for: user, &stream) else { continue }
      step(user, Int(clicks.byUser.others[click]), other, rate, penalty)
    }
  }

  private mutating func step(
    _ user: Int, _ taken: Int, _ other: Int, _ rate: Float, _ penalty: Float
  ) {
    ofUsers.withUnsafeMutableBufferPointer { users in
      ofItems.withUnsafeMutableBufferPointer { items in
        let (u, i, j) = (user * width, taken * width, other * width)
        var sums = Eight.zero
        for at in 0..<width { sums += users[u + at] * (items[i + at] - items[j + at]) }
        let four = sums.lowHalf + sums.highHalf
        let two = four.lowHalf + four.highHalf
        let margin = biases[taken] - biases[other] + two[0] + two[1]
        // 1 − σ(margin)
        let pull = Float(1 / (1 + Elementary.exp(Double(margin))))
        for at in 0..<width {
          let (p, q, r) = (users[u + at], items[i + at], items[j + at])
          users[u + at] = p + rate * (pull * (q - r) - penalty * p)
          items[i + at] = q + rate * (pull * p - penalty * q)
          items[j + at] = r - rate * (pull * p + penalty * r)
        }
        biases[taken] += rate * (pull - penalty * biases[taken])
        biases[other] -= rate * (pull + penalty * biases[other])
      }
    }
  }

  /// The items' vectors, each with its bias behind it.
  var items: FactorRows {
    let items = FactorRows(zeros: clicks.itemCount, width: factors + 1)
    for item in 0..<clicks.itemCount {
      for factor in 0..<factors {
        items.rows[item, factor] = ofItems[item * width + factor / 8][factor % 8]
      }
      items.rows[item, factors] = biases[item]
    }
    return items
  }
}
