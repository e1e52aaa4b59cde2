import Datasets
import Evaluation
import Language
import MetaLearning
import Reports

/// Judges the session's model on the query ratings of users it was not trained on, beside chance and
/// the baselines.
package struct Evaluate: Command {
  package var metrics: [any Metric] = []
  package var options = JudgingOptions()
  package var with: [String] = []
  package var by: String?
  package var seeds = 1

  package init() {}

  package static let signature = Signature<Self>(
    "evaluate", "Judges the model on new users, beside chance and the simple baselines.",
    details: """
      Each user's support ratings are given to the model, and her query ratings are predicted and \
      ranked. Without a model the baselines are judged alone. Equal scores count with the mean over \
      all their orders. seeds=5 trains the model four more times, and judges the mean of all.
      """,
    [.members("metrics", \.metrics, from: Evaluation.metrics, "what to measure")]
      + JudgingOptions.parameters(\.options) + [
        .option(
          "with", \.with, "further baselines to show: `[item-knn, content]`",
          expects: "names of baselines: " + baselines.members.names.joined(separator: ", "),
          where: { $0.allSatisfy { baselines.members.names.contains($0) } }),
        .option("by", \.by, "tell groups apart: `activity`, or a feature of the users"),
        .option("seeds", \.seeds, in: 1...100, "how many times to train the model"),
      ],
    needs: [.tasks], uses: [.model],
    examples: [
      Example("evaluate", "all usual metrics on the test users"),
      Example("evaluate mae ndcg@10 part=valid with=[item-knn, content]"),
      Example("evaluate precision@5 mrr@5 positives=top", "the protocol of RecBole-MetaRec"),
      Example("evaluate ndcg@10 candidates=sampled:20 by=activity"),
      Example("let r = evaluate ndcg@10", "keeps the result: `$r.ndcg@10`, `$r.item-mean.ndcg@10`"),
    ])

  package var resultFields: [String]? {
    options.completed(metrics).map(\.field) + ["users", "tie-rate", "chance"]
      + shown.map { type(of: $0).name } + [UserValues.field]
  }

  /// The baselines of the table.
  private var shown: [any Baseline] {
    let always = JudgingOptions.alwaysShown
    return always
      + with.compactMap { name in
        always.contains { type(of: $0).name == name } ? nil : try? baselines.make(name).get()
      }
  }

  package func run(in session: inout Session, host: any Host) throws -> Report {
    let trial = try options.trial(metrics, in: session)
    guard let data = session.data, let tasks = session.tasks else {
      throw CommandFailure("E0401", Noun.tasks.absence, help: [Noun.tasks.remedy])
    }
    let contestants = Contestants(session: session)
    if let model = session.model { try contestants.refuseLeak(model, tasks) }
    var board = Scoreboard(trial: trial)
    for (done, baseline) in shown.enumerated() {
      try host.checkpoint(
        Progress(
          "evaluate", done: Double(done), total: Double(shown.count + seeds), unit: "rows",
          detail: type(of: baseline).name))
      board.add(trial.judgement(of: contestants.fitted(baseline, data, tasks)))
    }
    let judgements = try modelJudgements(trial, session, host)
    if let mean = Judgement.mean(of: judgements) { board.add(mean, isSubject: true) }
    var report = board.report(title: "\(trial.tasks.count) \(options.part.name) users")
    if judgements.count > 1 { report.blocks.append(.note(spread(judgements, trial.metrics))) }
    if let by { report.blocks.append(.table(try groupTable(by, board, data))) }
    return report
  }

  /// The model's judgement for each seed; none without a model.
  private func modelJudgements(
    _ trial: Trial, _ session: Session, _ host: any Host
  ) throws -> [Judgement] {
    guard let model = session.model else { return [] }
    var judgements = [trial.judgement(of: model)]
    guard seeds > 1 else { return judgements }
    guard let recipe = session.recipe else {
      throw CommandFailure(
        "E0409", "seeds=\(seeds) needs a model that was trained in this session",
        help: ["train it again: `meta-train \(model.title)`"])
    }
    for extra in 1..<seeds {
      let seed = session.settings.seed + extra
      if let model = try recipe.model(seed: seed, in: session, host: host) {
        judgements.append(trial.judgement(of: model))
      }
    }
    return judgements
  }

  private func spread(_ judgements: [Judgement], _ metrics: [any Metric]) -> String {
    let parts = metrics.indices.compactMap { index -> String? in
      guard let over = MeanInterval(judgements.map { $0.mean(index)?.mean }), over.count > 1 else {
        return nil
      }
      return "\(metrics[index].title) \(fixed(over.deviation, digits: 4))"
    }
    return "standard deviation over \(judgements.count) seeds: " + parts.joined(separator: ", ")
  }

  /// The model (or the last baseline, without one) in each group of users.
  private func groupTable(
    _ by: String, _ board: Scoreboard, _ data: Dataset
  ) throws(CommandFailure) -> Table {
    let groups = try UserGroups(by, board.trial.tasks, data)
    guard let row = board.subject.map({ board.rows[$0] }) ?? board.rows.last else {
      return Table(columns: [])
    }
    let metrics = board.trial.metrics
    return Table(
      "\(row.title) by \(by)",
      columns: [.init(by), .init("users", .right)] + metrics.map { .init($0.title, .right) },
      rows: groups.groups.map { group in
        let part = row.restricted(to: group.tasks)
        return [.text(group.name), .count(group.tasks.count)]
          + metrics.indices.map { part.mean($0).map(Scoreboard.cell) ?? .missing }
      }, footnotes: [groups.definition])
  }
}
