import Datasets
import Kernels
import Language
import Models

/// Weighted matrix factorisation of what users took (Hu, Koren and Volinsky 2008): every pair counts, those
/// that did not happen as weak zeros, those that did with confidence 1 + α · count. A new user's factors are
/// solved for, given those of the items (fold-in).
package struct AlternatingLeastSquares: NewItemScorer {
  package var factors: Int?
  package var penalty: Double?
  package var alpha: Double?
  package var iterations = 15
  package var counts = CountScale.linear
  package var newItems = NewItemOptions()

  package init() {}

  package static let signature = Signature<Self>(
    "als", "Factors of users and items from all pairs, weighted by how sure each is (ALS).",
    details: """
      What happened counts as 1 with confidence 1 + alpha · count, what did not as 0 with confidence 1; \
      counts=log takes 1 + alpha · log(1 + count). `factors`, `l2` and `alpha` that are not given are the \
      best of five settings on the validation users. Hu, Koren and Volinsky, ICDM 2008; the library \
      `implicit` calls 1 + alpha `alpha`. \(NewItemOptions.details)
      """,
    [
      .option(
        "factors", \.factors, in: 1...256,
        "numbers that describe a user or an item; chosen on validation users if absent"),
      .option(
        "l2", \.penalty, in: 1e-3...1e6,
        "ridge penalty on both; chosen on validation users if absent"),
      .option(
        "alpha", \.alpha, in: 0...1e6,
        "confidence that each count adds; chosen on validation users if absent"),
      .option("iterations", \.iterations, in: 1...1000, "rounds of fitting users, then items"),
      .option("counts", \.counts, "what counts add to the confidence"),
    ] + NewItemOptions.parameters(\.newItems),
    needs: [.interactions],
    examples: [Example("baseline als factors=64 l2=30 alpha=4"), Example("evaluate with=[als]")])

  package var feedback: Set<Feedback> { [.interactions] }
  package var predictsRatings: Bool { false }

  package func memory(for data: Dataset) -> Double { newItems.memory(for: data, rows: 256) }

  /// Settings from weak to strong: few clicks want few factors.
  private static let settings: [(factors: Int, penalty: Double, alpha: Double)] = [
    (16, 30, 0), (32, 50, 4), (64, 30, 4), (64, 100, 4), (64, 300, 4),
  ]

  package func candidates(on feedback: Feedback) -> [AlternatingLeastSquares] {
    with(each: Self.settings) { next, setting in
      next.factors = factors ?? setting.factors
      next.penalty = penalty ?? setting.penalty
      next.alpha = alpha ?? setting.alpha
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
    let setting = candidates(on: .interactions)[0]
    let squares = setting.squares(kernels)
    let items = clicks.kept.value("factors of " + nameOfTheRest) {
      factorized(clicks, key: key, kernels: kernels).items
    }
    let base = squares.base(of: items.rows)
    let table = items.table(kernels)
    fill(table, of: clicks, kernels)
    return ItemTable(
      title: Self.name, clicks, table,
      profile: .computed { users, rows in
        let lists = ClickLists(users)
        squares.solve(
          lists, confidences: setting.confidences(lists.counts), given: items.rows, base: base,
          into: rows)
      }, kernels: kernels)
  }

  /// The factors of training users and of items.
  package func factorized(
    _ clicks: TrainingClicks, key: RandomKey, kernels: KernelSet
  ) -> (users: FactorRows, items: FactorRows) {
    let setting = candidates(on: .interactions)[0]
    let (squares, width) = (setting.squares(kernels), setting.factors ?? 1)
    let users = FactorRows(zeros: clicks.userCount, width: width)
    let items = FactorRows(clicks.itemCount, width: width, key: key)
    let ofUsers = setting.confidences(clicks.byUser.counts)
    let ofItems = setting.confidences(clicks.byItem.counts)
    for _ in (0..<iterations).whileWanted(asking: 1) {
      squares.solve(
        clicks.byUser, confidences: ofUsers, given: items.rows, base: squares.base(of: items.rows),
        into: users.rows)
      squares.solve(
        clicks.byItem, confidences: ofItems, given: users.rows, base: squares.base(of: users.rows),
        into: items.rows)
    }
    return (users, items)
  }

  private func squares(_ kernels: KernelSet) -> WeightedLeastSquares {
    WeightedLeastSquares(penalty: Float(penalty ?? 1), kernels: kernels)
  }

  /// How sure the pairs are that happened so often.
  private func confidences(_ counts: [Float]) -> Confidences {
    let alpha = Float(alpha ?? 0)
    return Confidences(counts.map { 1 + alpha * self.counts.value(of: $0) })
  }
}

/// What a count adds to the confidence in what happened.
package enum CountScale: String, ArgumentChoice {
  case linear, log

  package var summary: String {
    switch self {
    case .linear: "the count itself"
    case .log: "log(1 + count): a hundred times is not a hundred times as sure"
    }
  }

  func value(of count: Float) -> Float {
    switch self {
    case .linear: count
    case .log: Float(Elementary.log(1 + Double(count)))
    }
  }
}

/// A row of factors for each user, or each item.
package struct FactorRows: Sendable {
  private let memory: FloatBuffer
  package let rows: Matrix

  init(zeros count: Int, width: Int) {
    memory = FloatBuffer(count: count * width)
    rows = Matrix(memory.base, rows: count, columns: width)
  }

  /// Small numbers drawn by chance.
  init(_ count: Int, width: Int, key: RandomKey) {
    self.init(zeros: count, width: width)
    var stream = key.derived("items").stream
    for place in (0..<rows.count).whileWanted() {
      rows.base[place] = Float(0.1 * stream.normal())
    }
  }

  /// The factors as a table with a column for each row.
  func table(_ kernels: KernelSet) -> PanelMatrix {
    let table = PanelMatrix(rows: rows.columns, columns: rows.rows)
    table.eachPanel { panel, items in
      for (place, item) in items.enumerated() {
        for factor in 0..<rows.columns { panel[factor, place] = rows[item, factor] }
      }
    }
    return table
  }
}

extension ClickLists {
  /// The lists of some users.
  init(_ users: [[TakenItem]]) {
    var offsets = [0]
    for taken in users { offsets.append(offsets[offsets.count - 1] + taken.count) }
    self.init(
      offsets: offsets, others: users.flatMap { $0.map(\.column) },
      counts: users.flatMap { $0.map(\.count) })
  }
}
