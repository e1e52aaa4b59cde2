import Datasets
import Evaluation
import Kernels
import Language
import MetaLearning
import Models
import Reports

/// The users that a model is judged on.
package enum JudgedPart: String, ArgumentChoice {
  case test, valid

  package var summary: String {
    switch self {
    case .test: "the users kept for the final report"
    case .valid: "the users that models are chosen by"
    }
  }

  var part: TaskSplit.Part {
    switch self {
    case .test: .test
    case .valid: .valid
    }
  }
}

/// Judges the session's model on the query ratings of users it was not trained on, beside chance and
/// the baselines.
package struct Evaluate: Command {
  package var metrics: [any Metric] = []
  package var part = JudgedPart.test
  package var k = 5
  package var gain = Gain.exponential
  package var positives = Positives.high

  package init() {}

  package static let signature = Signature<Self>(
    "evaluate", "Judges the model on new users, beside chance and the simple baselines.",
    details: """
      Each user's support ratings are given to the model, and her query ratings are predicted and \
      ranked. Without a model the baselines are judged alone. Equal scores count with the mean over \
      all their orders.
      """,
    [
      .members("metrics", \.metrics, from: Evaluation.metrics, "what to measure"),
      .option("part", \.part, "whose query ratings to predict"),
      .option("k", \.k, in: 1...1_000_000, "how many places count where no `@` says it"),
      .option("gain", \.gain, "what a rating is worth in nDCG"),
      .option("positives", \.positives, "which ratings count as positive"),
    ],
    needs: [.tasks], uses: [.model],
    examples: [
      Example("evaluate", "all usual metrics on the test users"),
      Example("evaluate mae ndcg@10 part=valid"),
      Example("evaluate precision@5 mrr@5 positives=top", "the protocol of RecBole-MetaRec"),
      Example("let r = evaluate ndcg@10", "keeps the result: `$r.ndcg@10`, `$r.item-mean.ndcg@10`"),
    ])

  /// What is measured when nothing is asked for.
  private static let usual: [any Metric] = [
    MeanAbsoluteError(), RootMeanSquaredError(), NDCG(), Precision(), Recall(), HitRate(),
    ReciprocalRank(),
  ]

  /// The rows that no evaluation hides.
  static let alwaysShown: [any Baseline] = [
    Popularity(), ItemMean(), Bias(), MatrixFactorization(),
  ]

  /// The metrics with all their options set.
  private var chosen: [any Metric] {
    let defaults = MetricDefaults(cutoff: k, gain: gain, positives: positives)
    return (metrics.isEmpty ? Self.usual : metrics).map { metric in
      var metric = metric
      metric.adopt(defaults)
      return metric
    }
  }

  package var resultFields: [String]? {
    chosen.map(\.field) + ["users", "tie-rate", "chance"]
      + Self.alwaysShown.map { type(of: $0).name } + [UserValues.field]
  }

  package func run(in session: inout Session, host: any Host) throws -> Report {
    guard let data = session.data, let tasks = session.tasks else {
      throw CommandFailure("E0401", Noun.tasks.absence, help: [Noun.tasks.remedy])
    }
    let judged = tasks[part.part]
    guard !judged.isEmpty else {
      throw CommandFailure(
        "E0408", "there are no \(part.rawValue) users to judge on",
        help: ["give the split some: `split tasks \(part.rawValue)=0.1`"])
    }
    if let model = session.model { try refuseLeak(model, tasks) }
    let trial = Trial(dataset: data, tasks: judged, metrics: chosen, threads: session.threads)
    var board = Scoreboard(trial: trial)
    let key = session.settings.key.derived("baselines")
    for (done, baseline) in Self.alwaysShown.enumerated() {
      let name = type(of: baseline).name
      try checkpoint(host, done, name)
      board.judge(baseline.fitted(to: data, training: tasks.train, key: key.derived(name)))
    }
    if let model = session.model {
      try checkpoint(host, Self.alwaysShown.count, model.title)
      board.judge(model, isSubject: true)
    }
    return board.report(title: "\(judged.count) \(part.rawValue) users")
  }

  private func checkpoint(_ host: any Host, _ done: Int, _ row: String) throws {
    try host.checkpoint(
      Progress(
        "evaluate", done: Double(done), total: Double(Self.alwaysShown.count + 1), unit: "rows",
        detail: row))
  }

  /// A model of another split may have been trained on the very users it would be judged on.
  private func refuseLeak(_ model: TrainedModel, _ tasks: TaskSplit) throws(CommandFailure) {
    guard model.fingerprint != tasks.fingerprint else { return }
    throw CommandFailure(
      "E0404", "the model was trained on another split, and may know these users",
      help: [
        "the present split: \(tasks.recipe)",
        "train a model on it, or split as it was when the model was trained",
      ])
  }
}
