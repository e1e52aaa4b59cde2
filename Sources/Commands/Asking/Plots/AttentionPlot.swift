import Datasets
import Kernels
import Language
import MetaLearning
import Models
import Reports

/// What the network attends to when it scores items for a user.
package struct AttentionPlot: Plot {
  var user: String?
  var items = 8
  var ratings = 16

  package init() {}

  package static let signature = Signature<Self>(
    "attention", "Which of a user's ratings the network attends to when it scores the best items.",
    details: """
      Rows are the items that the user has not rated and that score highest, columns those ratings that get the \
      most attention; a shade is a share of it, the mean over heads, in the last layer. What is missing to 1 goes \
      to other ratings and to none. Of interactions the drawn items that the user did not take are there, too. `graph` \
      weighs all alike; of `memory` the prototypes are shown.
      """,
    [
      .option(
        "user", \.user, "the user's id; the first test user if not given",
        expects: "the id of a user", completion: .live("owner")),
      .option("items", \.items, in: 1...50, "how many of the best items to show"),
      .option("ratings", \.ratings, in: 1...50, "how many ratings to show"),
    ],
    needs: [.data, .model],
    examples: [Example("model attention; meta-train ridge epochs=1; plot attention user=42")])

  package func curves(of session: Session, host: any Host) throws -> [Curve] {
    guard let data = session.modelData, let model = session.model else {
      throw CommandFailure("E0402", Noun.model.absence)
    }
    let number =
      try user.map { id throws(CommandFailure) in try data.userNumber(id) }
      ?? session.modelTasks?.test.first.map { Int($0.user) } ?? 0
    var notes: [Report.Block] = []
    let learned = data.learnable(number, session.modelTasks, dividingAll: true, notes: &notes)
    let taken = Set(learned.context.support.map(\.item))
    let best = try model.best(
      items, of: (0..<Int32(data.items.count)).filter { !taken.contains($0) },
      for: learned.context, threads: session.threads
    ).map(\.item)
    let name = data.users.ids.names[number]
    guard !best.isEmpty, let paid = try model.attention(for: learned.context, items: best) else {
      throw CommandFailure(
        "E0306", "this model attends to nothing for user \(name)",
        help: [
          "networks that do, once the user has rated something: attention, transformer, graph, memory",
          "model transformer",
        ])
    }
    let mark = "user \(name)"
    guard let support = paid.support else { return [prototypes(paid, mark, model)] }
    return [map(paid, support, taken, best, mark, model, data)]
  }

  private func prototypes(_ paid: PaidAttention, _ user: String, _ model: TrainedModel) -> Curve {
    let shares = paid.shares[0]
    return .heat(
      "The prototypes that \(model.title) starts \(user) from", x: "prototypes of the memory",
      value: "share", rows: [user], columns: shares.indices.map { "\($0 + 1)" },
      values: [shares.map { Double($0) }])
  }

  /// The ratings with the most attention, in the order of the support.
  private func map(
    _ paid: PaidAttention, _ support: [Int32], _ taken: Set<Int32>, _ best: [Int32], _ user: String,
    _ model: TrainedModel, _ data: Dataset
  ) -> Curve {
    let totals = support.indices.map { place in paid.shares.reduce(0) { $0 + $1[place] } }
    let shown = highest(min(ratings, totals.count), of: totals).sorted()
    let network = type(of: model.problem.network).name
    return .heat(
      "What \(network) attends to for \(user)", x: "ratings of the user",
      value: "share of attention",
      rows: best.map { data.items.label(Int($0)) },
      columns: shown.map { place in
        let label = data.items.label(Int(support[place]))
        return taken.contains(support[place]) ? label : "not taken: \(label)"
      },
      values: paid.shares.map { row in shown.map { Double(row[$0]) } })
  }
}

extension Curve {
  /// A map of shades; a row of `values` for each of `rows`.
  static func heat(
    _ title: String, x: String, value: String, rows: [String], columns: [String],
    values: [[Double]]
  ) -> Curve {
    var curve = Curve(
      title, x: x, y: value,
      series: zip(rows, values).map { name, values in
        Series(name, values.enumerated().map { .init(Double($0), $1) })
      })
    curve.mark = .heat
    curve.names = columns
    return curve
  }
}
