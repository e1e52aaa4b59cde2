import Datasets
import Evaluation
import Language
import Reports

/// How a measure goes with time, where each rating is predicted before it is learnt from.
package struct PrequentialPlot: Plot {
  var metrics: [any Metric] = []
  var options = JudgingOptions()
  var with: [String] = []
  var recency: HalfLife?
  var streaming = PrequentialOptions()

  package init() {}

  package static let signature = Signature<Self>(
    "prequential", "A measure over the last ratings, as time goes on.",
    details: """
      As `evaluate protocol=prequential`: each rating is predicted from what came before it, and then learnt \
      from. Each point is a mean over the last window= ratings.
      """,
    [
      .members(
        "metrics", \.metrics, from: Evaluation.metrics, "what to measure; the first is drawn")
    ]
      + JudgingOptions.parameters(\.options) + [
        .option(
          "with", \.with, "further baselines to show: `[item-knn, content]`",
          completion: .live("model")),
        .option(
          "recency", \.recency,
          "forget: a rating of the user counts half as much for each such time that has passed"),
      ] + PrequentialOptions.parameters(\.streaming),
    needs: [.tasks], uses: [.model],
    examples: [
      Example("plot prequential"), Example("plot prequential mae window=200 recency=30d"),
    ])

  /// The evaluation that is drawn.
  private var evaluation: Evaluate {
    var evaluate = Evaluate()
    evaluate.way = .prequential
    evaluate.metrics = metrics
    evaluate.options = options
    evaluate.with = with
    return evaluate
  }

  func shown(_ feedback: Feedback) -> [String] { evaluation.shown(feedback) }

  package func curves(of session: Session, host: any Host) throws -> [Curve] {
    if let contradiction = evaluation.contradiction { throw contradiction }
    var run = try PrequentialRun(
      Array(metrics.prefix(1)), options, streaming, recency: recency, in: session)
    try run.judge(shown(run.data.feedback), host)
    let ends = run.ends(60)
    let title =
      "\(run.trial.metrics[0].title) over the last \(counted(run.window, run.data.noun)), "
      + "\(run.day(run.window - 1)) to \(run.day(run.trial.stream.count - 1))"
    return [
      Curve(
        title, x: "\(run.data.noun)s so far", y: run.trial.metrics[0].title,
        series: run.courses.dropFirst().map { course in
          .init(
            course.title,
            ends.compactMap { end in
              run.sliding(course, 0, to: end).map { .init(Double(end), $0.mean) }
            })
        })
    ]
  }
}
