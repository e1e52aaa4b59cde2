import Datasets
import Evaluation
import Kernels
import Language
import MetaLearning

/// The options of evaluation that several commands share: which users, which candidates, which metrics.
package struct JudgingOptions: Sendable {
  package var part = JudgedPart.test
  /// How many places count; 5 of ratings and 20 of interactions if nil.
  package var k: Int?
  package var gain = Gain.exponential
  package var positives = Positives.high
  /// Which items are put in order; the query's of ratings and all of interactions if nil.
  package var candidates: Candidates?
  package var over = Averaging.users
  /// Whether auc and f1 are measured over all pairs at once as well.
  package var pooled = false
  package var threshold = ScoreThreshold.mean

  package init() {}

  /// The options as parameters of a command that has them at `path`.
  static func parameters<Root>(_ path: Path<Root, JudgingOptions>) -> [Parameter<Root>] {
    own.map { $0.lifted(along: path) }
  }

  private static let own: [Parameter<JudgingOptions>] = [
    .option("part", \.part, "whose query ratings to predict"),
    .option(
      "k", \.k, in: 1...1_000_000,
      "how many places count where no `@` says it; 5 if not given, of interactions 20"),
    .option("gain", \.gain, "what a rating is worth in nDCG"),
    .option("positives", \.positives, "which ratings count as positive"),
    .option(
      "candidates", \.candidates,
      "which items are put in order; `query` if not given, of interactions `all`"),
    .option("over", \.over, "what mean errors are means over"),
    .option(
      "pooled", \.pooled, "show auc and f1 over all pairs of user and item at once, too"),
    .option("threshold", \.threshold, "the score that f1 takes candidates from"),
  ]

  /// The baselines that every evaluation shows.
  static func alwaysShown(_ feedback: Feedback) -> [any Baseline] {
    switch feedback {
    case .ratings: [Popularity(), ItemMean(), Bias(), MatrixFactorization()]
    case .interactions:
      [
        Popularity(), ItemKNN(), AlternatingLeastSquares(), BayesianPersonalizedRanking(), Ease(),
        EpisodicEase(),
      ]
    }
  }

  /// What is measured when nothing is asked for.
  private static func usual(_ feedback: Feedback) -> [any Metric] {
    switch feedback {
    case .ratings:
      [
        MeanAbsoluteError(), RootMeanSquaredError(), NDCG(), Precision(), Recall(), HitRate(),
        ReciprocalRank(),
      ]
    case .interactions: [NDCG(), CappedRecall(), Recall(), HitRate(), ReciprocalRank()]
    }
  }

  /// The metrics with all their options set; the usual ones when none is asked for.
  func completed(_ metrics: [any Metric], _ feedback: Feedback) -> [any Metric] {
    let defaults = MetricDefaults(
      cutoff: k ?? (feedback == .ratings ? 5 : 20), gain: gain, positives: positives, over: over,
      threshold: threshold)
    let asked = (metrics.isEmpty ? Self.usual(feedback) : metrics).map { metric in
      var metric = metric
      metric.adopt(defaults)
      return metric
    }
    guard pooled else { return asked }
    let both = asked.flatMap { metric -> [any Metric] in
      (metric as? any PoolableMetric).map { [$0, $0.pooled] } ?? [metric]
    }
    return both.reduce(into: []) { all, metric in
      if !all.contains(where: { $0.field == metric.field }) { all.append(metric) }
    }
  }

  /// Of whom a table is.
  func title(_ trial: Trial) -> String {
    guard part == .phases else { return counted(trial.tasks.count, "\(part.name) user") }
    return counted(trial.tasks.count, "new user") + ", each in every phase"
  }

  /// Ratings to be judged on that models have learnt from.
  private static func leak(
    _ facts: LeakFacts, _ tasks: TaskSplit, _ data: Interactions
  ) -> CommandFailure {
    if facts.sharedRows > 0 {
      return CommandFailure(
        "E0410",
        counted(facts.sharedRows, "rating to be judged on is", "ratings to be judged on are")
          + " in training tasks, too",
        help: ["the present split: \(tasks.recipe)", "split again"])
    }
    return CommandFailure(
      "E0410",
      counted(facts.repeatedPairs, "rating to be judged on is", "ratings to be judged on are")
        + " in the data twice, and the other one may "
        + "have been learnt from",
      help: data.repeatRemedies)
  }

  /// The metrics of data of either kind, and the kind that alone has one.
  func known(_ metrics: [any Metric]) -> [Known<any Metric>] {
    Known.all(completed(metrics, .ratings), completed(metrics, .interactions)) { $0.field }
  }

  /// The trial that these options describe.
  func trial(_ metrics: [any Metric], in session: Session) throws(CommandFailure) -> Trial {
    guard let data = session.taskData, let tasks = session.tasks else {
      throw CommandFailure("E0401", Noun.tasks.absence, help: [Noun.tasks.remedy])
    }
    if let error = metrics.first(where: { $0.needsRatings }) {
      try data.requireRatings(for: type(of: error).name)
    }
    let judged = try tasks.tasks(of: part)
    let measured = completed(metrics, data.feedback)
    if pooled, !measured.contains(where: { $0 is any SharedMetric }) {
      throw CommandFailure(
        "E0306", "pooled=yes is for auc and f1", help: ["evaluate auc pooled=yes"],
        argument: "pooled")
    }
    guard !judged.isEmpty else {
      throw CommandFailure(
        "E0408", "there are no \(part.name) users to judge on",
        help: ["give the split some: `split tasks \(part.name)=10%`"])
    }
    // Validation users choose the model, and so only training rows must not be theirs.
    let facts = tasks.leaks(
      to: judged, from: part == .valid ? [.train] : [.train, .valid], in: data.interactions)
    guard facts.isClean else { throw Self.leak(facts, tasks, data.interactions) }
    let trial = Trial(
      dataset: data, tasks: judged, phases: part == .phases ? tasks.others : [],
      metrics: measured, training: tasks.training(for: part),
      candidates: candidates ?? (data.feedback == .ratings ? .query : .all),
      isNew: candidates == .cold
        ? tasks.isNewItem(in: data, judgesValidation: part == .valid) : [],
      key: session.settings.key.derived("candidates"),
      threads: session.threads)
    guard !trial.tasks.isEmpty else {
      throw CommandFailure(
        "E0408", "no \(part.name) user is asked for a new item: training tasks have all of theirs",
        help: ["hold items out: `split tasks cold=item`"], argument: "cold")
    }
    return trial
  }

  /// The options of the tables to show: beside the new items alone these among all others, as a shop ranks them.
  var tables: [JudgingOptions] {
    guard candidates == .cold else { return [self] }
    var mixed = self
    mixed.candidates = .all
    return [self, mixed]
  }
}

/// A metric or a row as it is known before there are data.
struct Known<Value> {
  var value: Value
  /// The kind of data that alone has it; none where both have it.
  var needs: [Noun]

  /// Those of both kinds of data, those of ratings first.
  static func all(
    _ rated: [Value], _ happened: [Value], name: (Value) -> String
  ) -> [Known] {
    let names = (Set(rated.map(name)), Set(happened.map(name)))
    return rated.map { Known(value: $0, needs: names.1.contains(name($0)) ? [] : [.scale]) }
      + happened.filter { !names.0.contains(name($0)) }
      .map { Known(value: $0, needs: [.interactions]) }
  }
}

/// The users that a model is judged on.
package enum JudgedPart: Sendable, Equatable {
  case test, valid
  /// The new users of `split phases`, in every phase.
  case phases
  /// One that `split others=` named.
  case other(String)

  package var name: String {
    switch self {
    case .test: "test"
    case .valid: "valid"
    case .phases: "phases"
    case .other(let name): name
    }
  }
}

extension JudgedPart: ArgumentReadable {
  package static var expectation: String { "`test`, `valid` or a part that the split names" }

  package static var namedValues: [NamedValue] {
    [
      NamedValue("test", "the users kept for the final report"),
      NamedValue("valid", "the users that models are chosen by"),
      NamedValue("phases", "the new users of `split phases`, a column for each phase"),
    ]
  }

  package var argumentText: String { name }

  package static func read(_ value: Value) -> JudgedPart? {
    switch String.read(value) {
    case "test"?: .test
    case "valid"?: .valid
    case "phases"?: .phases
    case let name?: .other(name)
    case nil: nil
    }
  }
}

extension TaskSplit {
  /// The tasks that may be learnt from before a part is judged.
  func training(for part: JudgedPart) -> [UserTask] {
    part == .valid ? train : settledTraining
  }

  /// The tasks of a part to judge on.
  func tasks(of part: JudgedPart) throws(CommandFailure) -> [UserTask] {
    switch part {
    case .test: return test
    case .valid: return valid
    case .phases:
      guard knownCounts.isEmpty else { return test }
      throw CommandFailure(
        "E0408", "the split has no phases", help: ["`split phases 5 5` makes some"],
        argument: "phases")
    case .other(let name):
      if let part = others.first(where: { $0.name == name }) { return part.tasks }
      let known = ["test", "valid"] + others.map(\.name)
      throw CommandFailure(
        "E0408", "the split has no part `\(name)`",
        help: [
          "parts: " + known.joined(separator: ", "),
          "`split tasks from=COLUMN others=\(name)` makes one",
        ],
        suggestions: suggestions(for: name, among: known), argument: name)
    }
  }
}
