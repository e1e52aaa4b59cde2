import Datasets
import Language
import Reports

/// `weigh`: behaviours become ratings.
struct Weigh: WithholdingCommand {
  var column = ""
  var weights: [KeyedValue<Double>] = []
  var result: Result?

  /// What becomes of weights.
  enum Result: String, ArgumentChoice {
    case ratings, counts

    var summary: String {
      switch self {
      case .ratings: "the rating of each row"
      case .counts: "how much each interaction counts"
      }
    }
  }

  init() {}

  static let signature = Signature<Self>(
    "weigh", "Makes ratings of behaviours such as click, cart and order, by weights.",
    details: """
      Every value of the column needs a weight. Of interactions the weights say how much each counts: those \
      of one user and item add up, and those that weigh 0 are left out. `as=ratings` makes ratings of them \
      all the same.
      """,
    [
      .positional(
        "column", \.column, "the column that says what was done", completion: .live("column")),
      .pairs("weights", \.weights, "the rating that each value stands for: click=1 order=5"),
      .option("as", \.result, "what the weights become; as the data have it if not given"),
    ],
    needs: [.data], gives: [.data, .scale, .interactions],
    examples: [Example("weigh behaviour look=1 wish=2 buy=5")])

  var withheld: [Noun] {
    switch result {
    case .counts?: [.scale]
    case .ratings?: [.interactions]
    case nil: []
    }
  }

  func run(in session: inout Session, host: any Host) throws -> Report {
    guard let data = session.data else {
      throw CommandFailure("E0401", "no data are loaded", help: ["load data"])
    }
    var counting = data.feedback
    if let result { counting = result == .ratings ? .ratings : .interactions }
    if counting == .interactions, let odd = weights.first(where: { $0.value < 0 }) {
      throw CommandFailure(
        "E0306", "`\(odd.key)` weighs \(Number.text(odd.value)), and nothing counts less than 0",
        help: [
          "\(odd.key)=0 leaves such rows out", "what is disliked is a rating: as=ratings",
        ], argument: odd.key)
    }
    if counting == .interactions,
      let odd = weights.first(where: { $0.value > Double(Interactions.mostCount) })
    {
      throw CommandFailure(
        "E0306", "`\(odd.key)` weighs \(Number.text(odd.value)), and nothing counts more than 1e12",
        help: ["weights matter by their ratios: \(odd.key)=1000"], argument: odd.key)
    }
    let weighted = try reading {
      try data.weighted(
        by: column, weights.map { ($0.key, Float($0.value)) }, as: counting)
    }
    session.data = weighted
    session.tasks = nil
    let text =
      counting == .ratings
      ? counted(data.interactions.count, "rating is a weight", "ratings are weights")
        + " of `\(column)` now, scale \(weighted.scale.text)."
      : "Interactions count by `\(column)` now: \(weighted.sizes)\(weighted.scaleOrCounts)."
    return Report([.text(text)] + weighted.notes.dropFirst(data.notes.count).map { .note($0) })
  }
}
