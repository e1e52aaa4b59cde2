import Datasets
import Evaluation
import Language
import Reports

/// How a measure goes with time, where each rating is predicted before it is learnt from.
package struct PrequentialPlot: Plot {
  /// The evaluation that is drawn.
  private var evaluation = Evaluate()

  package init() { evaluation.way = .prequential }

  package static let signature = Signature<Self>(
    "prequential", "A measure over the last ratings, as time goes on.",
    details: """
      As `evaluate protocol=prequential`: each rating is predicted from what came before it, and then learnt \
      from. Each point is a mean over the last window= ratings.
      """,
    [
      .members(
        "metrics", \.evaluation.metrics, from: Evaluation.metrics,
        "what to measure; the first is drawn")
    ]
      + JudgingOptions.parameters(\.evaluation.options) + [
        Evaluate.with.lifted(along: \.evaluation), Evaluate.recency.lifted(along: \.evaluation),
      ] + PrequentialOptions.parameters(\.evaluation.streaming),
    needs: [.tasks], uses: [.model],
    examples: [
      Example("plot prequential"), Example("plot prequential mae window=200 recency=30d"),
    ])

  func shown(_ feedback: Feedback) -> [String] { evaluation.shown(feedback) }

  package func curves(of session: Session, host: any Host) throws -> [Curve] {
    if let contradiction = evaluation.contradiction { throw contradiction }
    var run = try PrequentialRun(
      Array(evaluation.metrics.prefix(1)), evaluation.options, evaluation.streaming,
      recency: evaluation.recency, in: session)
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
