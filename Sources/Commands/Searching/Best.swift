import Evaluation
import Language
import MetaLearning
import Reports

/// `best $s by=ndcg@10`: makes the model of another run of a sweep the session's, by a metric of one's
/// choice.
package struct Best: RunChoice {
  package var sweep: SweepResult?
  package var metric: String?
  package var options = JudgingOptions()

  package init() {}

  package static let signature = Signature<Self>(
    "best", "Takes the best run of a sweep, by the loss or a metric on validation users.",
    details: """
      Without a result it is the last sweep. Its model becomes the session's, and is called `best` in \
      `compare`.
      """,
    [
      .positional(
        "sweep", \.sweep, "the result of a sweep; the last one if not given", isRequired: false),
      .objective("the metric; the validation loss if not given"),
    ] + JudgingOptions.parameters(\.options).filter { $0.form.name != "part" },
    needs: [.tasks, .model], gives: [.model, .ratings],
    examples: [
      Example(
        "let s = meta-train maml steps=1..2 epochs=1; best $s by=ndcg@10", "chosen by a metric")
    ])

  package func run(in session: inout Session, host: any Host) throws -> Report {
    let names = sweep?.names ?? session.sweep?.names ?? []
    let runs = names.compactMap { session.runs[$0] }.filter { $0.result != nil }
    guard !runs.isEmpty else {
      throw CommandFailure(
        "E0402",
        sweep == nil ? "there was no sweep" : "the runs of this sweep are not there any more",
        help: ["meta-train maml steps=1..3"])
    }
    guard let tasks = session.tasks, let model = runs.lazy.compactMap(\.model).first else {
      throw CommandFailure("E0402", Noun.tasks.absence)
    }
    try SessionRecommenders(session: session).refuseLeak(model, tasks)
    var ranking = SweepRanking(runs, by: metric, options)
    let values = try ranking.values(in: &session, host: host)
    guard let best = ranking.best(values) else {
      throw CommandFailure("E0408", "no run has a value of \(metric ?? "the loss")")
    }
    try session.adopt(runs[best], host: host)
    var result = runs[best].result ?? Record()
    if let metric { result[metric] = .number(values[best]) }
    return Report(
      [
        .text(
          "The best of \(counted(runs.count, "run")), by \(ranking.title) \(fixed(values[best], digits: 4)): "
            + "\(type(of: runs[best].command.learner).name) \(runs[best].label).")
      ], result: result)
  }
}

/// The result of a sweep as an argument: `$s`.
package struct SweepResult: ArgumentReadable {
  /// The names of its runs.
  package var names: [String]

  package static var expectation: String { "the result of a sweep, such as `$s`" }
  package var argumentText: String { "" }

  package static func read(_ value: Value) -> SweepResult? {
    guard case .record(let record) = value, case .list(let runs)? = record["runs"] else {
      return nil
    }
    let names = runs.compactMap { run -> String? in
      guard case .record(let run) = run else { return nil }
      return run[RunningSweep.nameField].flatMap { String.read($0) }
    }
    return names.isEmpty ? nil : SweepResult(names: names)
  }
}

/// The ranking of the runs of a sweep, by validation loss or by a metric on the validation users.
struct SweepRanking {
  let runs: [SweepRun]
  private let metric: String?
  private let options: JudgingOptions
  private(set) var title = "validation loss"
  private var higherIsBetter = false

  init(_ runs: [SweepRun], by metric: String?, _ options: JudgingOptions = JudgingOptions()) {
    self.runs = runs
    self.metric = metric
    self.options = options
  }

  /// The value of each run; NaN where it has none.
  mutating func values(in session: inout Session, host: any Host) throws -> [Double] {
    guard let metric else { return runs.map { $0.loss(until: .max) } }
    var options = options
    options.part = .valid
    let trial = try options.trial([try Evaluation.metrics.make(metric).get()], in: session)
    title = trial.metrics[0].title + " of validation users"
    higherIsBetter = trial.metrics[0].higherIsBetter
    var values: [Double] = []
    for run in runs {
      var draft = session
      if run.model == nil, run.failure == nil, run.result != nil {
        try draft.adopt(run, host: host)
      }
      let model = run.model ?? draft.model
      let judged = run.failure == nil && run.result != nil ? model : nil
      // A run with scores that are NaN cannot be the best one.
      values.append(judged.flatMap { try? trial.judgement(of: $0).mean(0)?.mean } ?? .nan)
    }
    return values
  }

  /// The index of the best run.
  func best(_ values: [Double]) -> Int? {
    let known = values.indices.filter { values[$0].isFinite }
    return higherIsBetter
      ? known.max { (values[$0], -$0) < (values[$1], -$1) }
      : known.min { (values[$0], $0) < (values[$1], $1) }
  }

  /// The indices of the runs, best first.
  func order(_ values: [Double]) -> [Int] {
    values.indices.sorted { a, b in
      let (x, y) = (values[a], values[b])
      if x.isFinite != y.isFinite { return x.isFinite }
      return x == y || !x.isFinite ? a < b : (x < y) != higherIsBetter
    }
  }
}
