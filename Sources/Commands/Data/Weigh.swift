import Datasets
import Language
import Reports

/// `weigh`: behaviours become ratings.
struct Weigh: Command {
  var column = ""
  var weights: [KeyedValue<Double>] = []

  init() {}

  static let signature = Signature<Self>(
    "weigh", "Makes ratings of behaviours such as click, cart and order, by weights.",
    details: "Every value of the column needs a weight.",
    [
      .positional(
        "column", \.column, "the column that says what was done", completion: .live("column")),
      .pairs("weights", \.weights, "the rating that each value stands for: click=1 order=5"),
    ],
    needs: [.data], gives: [.data],
    examples: [Example("weigh behaviour look=1 wish=2 buy=5")])

  func run(in session: inout Session, host: any Host) throws -> Report {
    guard let data = session.data else {
      throw CommandFailure("E0401", "no data are loaded", help: ["load data"])
    }
    let weighted = try reading {
      try data.weighted(by: column, weights.map { ($0.key, Float($0.value)) })
    }
    session.data = weighted
    session.tasks = nil
    return Report([
      .text(
        counted(data.interactions.count, "rating is a weight", "ratings are weights")
          + " of `\(column)` now, scale "
          + "\(weighted.scale.text).")
    ])
  }
}
