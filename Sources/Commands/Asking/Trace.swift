import Datasets
import Language
import MetaLearning
import Models
import Reports

/// `trace adapt user 42`: the inner loop, step by step.
package struct Trace: Command {
  package var user = ""
  package var count = 3

  package init() {}

  package static let signature = Signature<Self>(
    "trace", "Shows each inner step of an adaptation: losses, distance moved, and the top items.",
    [
      .filler("adapt"), .filler("user"),
      .positional(
        "id", \.user, "the user's id", expects: "the id of a user", completion: .live("user")),
      .option("k", \.count, in: 1...100, "how many top items to show"),
    ],
    needs: [.data, .model],
    examples: [Example("trace adapt user 42", "what five steps on her ratings do")])

  package var resultFields: [String]? { ["support-loss", "query-loss", "query-mae", "distance"] }

  package func run(in session: inout Session, host: any Host) throws -> Report {
    guard let data = session.data, let model = session.model else {
      throw CommandFailure("E0402", Noun.model.absence)
    }
    let number = try data.userNumber(user)
    var notes: [Report.Block] = []
    let learned = data.learnable(number, session.tasks, notes: &notes)
    let rated = Set(learned.context.support.map(\.item)).union(learned.query.map(\.item))
    let candidates = (0..<Int32(data.items.count)).filter { !rated.contains($0) }
    let points = model.trace(for: learned.context, query: learned.query, items: candidates)
    var rows: [[Table.Cell]] = []
    var lines = (support: [Curve.Point](), query: [Curve.Point]())
    var last = (support: 0.0, query: Double.nan, mae: Double.nan, distance: 0.0)
    for (point, queryLoss, predictions) in points {
      let errors = zip(predictions, learned.query).map {
        abs(Double(data.scale.clamped($0) - $1.rating))
      }
      let mae =
        errors.isEmpty || !model.predictsRatings
        ? Double.nan : errors.reduce(0, +) / Double(errors.count)
      last = (Double(point.supportLoss), Double(queryLoss), mae, Double(point.distance))
      let scores = predictions.dropFirst(learned.query.count)
      let best = scores.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }.prefix(count)
      let titles = best.map { data.items.label(Int(candidates[$0 - learned.query.count])) }
      rows.append([
        .count(point.step), .number(last.support, digits: 4),
        last.query.isFinite ? .number(last.query, digits: 4) : .missing,
        mae.isFinite ? .number(mae, digits: 4) : .missing, .number(last.distance, digits: 3),
        .text(titles.joined(separator: " · ")),
      ])
      lines.support.append(.init(Double(point.step), last.support))
      if last.query.isFinite { lines.query.append(.init(Double(point.step), last.query)) }
    }
    let table = Table(
      "Adapting \(model.title) to user \(user) on \(learned.context.support.count) ratings",
      columns: [
        .init("step", .right), .init("support loss", .right), .init("query loss", .right),
        .init("query MAE", .right),
        .init("distance", .right), .init("top \(count)"),
      ], rows: rows)
    let curve = Curve(
      "Adaptation", x: "inner step", y: type(of: model.problem.loss).name,
      series: [.init("support loss", lines.support), .init("query loss", lines.query)].filter {
        !$0.points.isEmpty
      })
    return Report(
      [.table(table), .curve(curve)] + notes,
      result: Record([
        .init("support-loss", .number(last.support)), .init("query-loss", .number(last.query)),
        .init("query-mae", .number(last.mae)),
        .init("distance", .number(last.distance)),
      ]))
  }
}
