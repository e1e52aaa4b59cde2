import Datasets
import Kernels
import Language
import MetaLearning
import Models
import Reports

/// `trace adapt user 42`: the inner loop, step by step.
package struct Trace: Command {
  var said = SaidNoun()
  package var user = ""
  package var count = 3

  package init() {}

  package static let signature = Signature<Self>(
    "trace", "Shows each inner step of an adaptation: losses, distance moved, and the top items.",
    details: """
      Adapts on the support of the user's task. The query loss is that of the ratings kept from it, in the \
      same unit: it tells whether what the steps learn carries over. Distance is that of the adapted weights.
      """,
    [
      .filler("adapt"), .noun("user", noting: \.said.user),
      .noun("item", noting: \.said.item),
      .positional(
        "id", \.user, "the user's id", expects: "the id of a user", completion: .live("owner")),
      .option("k", \.count, in: 1...100, "how many top items to show"),
    ],
    needs: [.data, .model],
    examples: [Example("trace adapt user 42", "what five steps on the ratings do")])

  package var resultFields: [ResultField]? {
    ["support-loss", "query-loss", "query-mae", "distance"]
  }

  package func run(in session: inout Session, host: any Host) throws -> Report {
    guard let data = session.modelData, let model = session.model else {
      throw CommandFailure("E0402", Noun.model.absence)
    }
    try said.require("user", model, "trace adapt user \(user)")
    let number = try data.userNumber(user)
    var notes: [Report.Block] = []
    let learned = data.learnable(number, session.modelTasks, dividingAll: true, notes: &notes)
    let rated = Set(learned.context.support.map(\.item)).union(learned.query.map(\.item))
    let candidates = (0..<Int32(data.items.count)).filter { !rated.contains($0) }
    let moments = try model.finiteTrace(
      for: learned.context, query: learned.query, items: candidates
    )
    .map { point, queryLoss, predictions in
      Moment(
        step: point.step, supportLoss: Double(point.supportLoss), queryLoss: Double(queryLoss),
        queryError: error(of: predictions, on: learned.query, model, data),
        distance: model.learner is any GradientLearner ? Double(point.distance) : .nan,
        best: best(predictions.dropFirst(learned.query.count), of: candidates, data))
    }
    let title =
      "Adapting \(model.title) to user \(user) on \(counted(learned.context.support.count, "rating"))"
    return Report(
      [
        .table(table(moments, title)),
        .curve(curve(moments, loss: type(of: model.problem.loss).name)),
      ] + notes, result: result(moments))
  }

  /// Where an adaptation stands. What cannot be known is not a number.
  private struct Moment {
    var step: Int
    var supportLoss: Double
    var queryLoss: Double
    var queryError: Double
    var distance: Double
    var best: [String]
  }

  private func error(
    of predictions: [Float], on query: [UserContext.Rating], _ model: TrainedModel, _ data: Dataset
  ) -> Double {
    guard model.predictsRatings, !query.isEmpty else { return .nan }
    let errors = zip(predictions, query).map {
      abs(Double(data.scale.clamped($0) - $1.rating))
    }
    return errors.reduce(0, +) / Double(errors.count)
  }

  /// The titles of the items that score highest.
  private func best(
    _ scores: ArraySlice<Float>, of candidates: [Int32], _ data: Dataset
  ) -> [String] {
    highest(count, of: Array(scores)).map { data.items.label(Int(candidates[$0])) }
  }

  /// A row for each moment; a column that nothing is known of is left out.
  private func table(_ moments: [Moment], _ title: String) -> Table {
    func cell(_ value: Double, digits: Int) -> Table.Cell {
      value.isFinite ? .number(value, digits: digits) : .missing
    }
    let columns: [(title: String, cells: [Table.Cell])] = [
      ("step", moments.map { .count($0.step) }),
      ("support loss", moments.map { cell($0.supportLoss, digits: 4) }),
      ("query loss", moments.map { cell($0.queryLoss, digits: 4) }),
      ("query MAE", moments.map { cell($0.queryError, digits: 4) }),
      ("distance", moments.map { cell($0.distance, digits: 3) }),
    ].filter { column in column.1.contains { $0 != .missing } }
    return Table(
      title, columns: columns.map { .init($0.title, .right) } + [.init("top \(count)")],
      rows: moments.enumerated().map { row, moment in
        columns.map { $0.cells[row] } + [.text(moment.best.joined(separator: " · "))]
      })
  }

  private func curve(_ moments: [Moment], loss: String) -> Curve {
    func series(_ name: String, _ value: (Moment) -> Double) -> Curve.Series {
      Curve.Series(
        name, moments.filter { value($0).isFinite }.map { .init(Double($0.step), value($0)) })
    }
    let lines = [series("support loss", \.supportLoss), series("query loss", \.queryLoss)]
    return Curve(
      "Adaptation", x: "inner step", y: loss, series: lines.filter { !$0.points.isEmpty })
  }

  private func result(_ moments: [Moment]) -> Record {
    guard let last = moments.last else { return Record() }
    return Record([
      .init("support-loss", .number(last.supportLoss)),
      .init("query-loss", .number(last.queryLoss)), .init("query-mae", .number(last.queryError)),
      .init("distance", .number(last.distance)),
    ])
  }
}
