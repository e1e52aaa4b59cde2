import Datasets
import Language
import MetaLearning
import Models
import Reports

/// How the error on new users falls with the number of ratings that are known of them.
package struct AdaptationPlot: Plot {
  var users = 100

  package init() {}

  package static let signature = Signature<Self>(
    "adaptation", "The error on test users against how many of their ratings are known.",
    [.option("users", \.users, in: 1...100_000, "how many test users to take")],
    needs: [.tasks, .model], examples: [Example("plot adaptation")])

  package func curve(of session: Session, host: any Host) throws -> Curve {
    guard let data = session.data, let tasks = session.tasks, let model = session.model else {
      throw CommandFailure("E0402", Noun.model.absence)
    }
    let chosen = tasks.test.prefix(users)
    guard !chosen.isEmpty else { throw CommandFailure("E0403", "there are no test users") }
    let longest = chosen.map(\.support.count).max() ?? 0
    var counts = [0, 1, 2, 3, 5, 8, 12, 18, 27, 40, 60, 90, 135].filter { $0 < longest }
    counts.append(longest)
    var points: [Curve.Point] = []
    for (index, count) in counts.enumerated() {
      try host.checkpoint(
        Progress("plot adaptation", done: Double(index), total: Double(counts.count), unit: "sizes")
      )
      let errors = chosen.map { error(of: model, on: $0, knowing: count, data) }
      points.append(.init(Double(count), errors.reduce(0, +) / Double(errors.count)))
    }
    return Curve(
      "Error of \(model.title) on \(chosen.count) test users", x: "ratings known of a user",
      y: "MAE", series: [.init(model.title, points)])
  }

  /// The mean absolute error on the query ratings of a task, from the first ratings of its support.
  private func error(
    of model: TrainedModel, on task: UserTask, knowing count: Int, _ data: Dataset
  ) -> Double {
    var context = UserContext(task, in: data.interactions)
    context.support = Array(context.support.prefix(count))
    let rows = task.query.map { Int($0) }
    let scores = model.scores(for: context, items: rows.map { data.interactions.items[$0] })
    let errors = zip(scores, rows).map {
      abs(Double(data.scale.clamped($0) - data.interactions.ratings[$1]))
    }
    return errors.isEmpty ? 0 : errors.reduce(0, +) / Double(errors.count)
  }
}
