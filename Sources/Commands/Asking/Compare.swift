import Datasets
import Evaluation
import Kernels
import Language
import MetaLearning
import Reports

/// `compare maml reptile mf`: models and baselines on the same users, and whether the first differs
/// from each of the others by more than luck.
package struct Compare: Command {
  package var names: [String] = []
  package var metrics = "ndcg"
  package var options = JudgingOptions()

  package init() {}

  package static let signature = Signature<Self>(
    "compare", "Compares models and baselines on the same users, with paired tests.",
    details: """
      A model is known by its algorithm, or by the name that `keep` gave it; `baseline` sets \
      the options of a baseline. The first is tested against every other row; p-values are corrected for the number of rows (Holm). \
      Of data sets side by side a further table has the rows of each.
      """,
    [
      .rest(
        "names", \.names, "models and baselines, the one to test first", isRequired: true,
        expects: "the name of a model or a baseline", completion: .live("model")),
      .option(
        "by", \.metrics, "the metric that is tested", expects: "the name of a metric",
        where: { (try? Evaluation.metrics.make($0).get()) != nil }),
    ] + JudgingOptions.parameters(\.options),
    needs: [.tasks],
    examples: [
      Example("compare mf item-mean", "two baselines"),
      Example("compare hybrid mf content by=mae"),
      Example("baseline mf factors=4 as=small-mf; compare small-mf mf", "other options"),
    ])

  package var resultFields: [ResultField]? {
    guard options.part != .phases, let rated = try? measured(.ratings),
      let happened = try? measured(.interactions)
    else {
      return nil
    }
    let rows = Known.all(order(.ratings), order(.interactions)) { $0 }
    // A row that only orders has no errors to test.
    let isTested = { name in
      !rated.tested.needsRatings || !Leaderboard.orderingRows.contains(name)
    }
    let tested = rows.dropFirst().filter { isTested($0.value) && isTested(rows[0].value) }
    return Leaderboard.fields(Known.all(rated.all, happened.all) { $0.field }, rows: rows)
      + [
        ResultField(
          "tests",
          .record(tested.map { ResultField($0.value, Difference.kind, needs: $0.needs) }))
      ]
  }

  /// All rows: the names, and the baselines that are always shown.
  func order(_ feedback: Feedback) -> [String] {
    let always = JudgingOptions.alwaysShown(feedback).map { type(of: $0).name }
    return (names + always).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  /// What is measured, and the metric among it that is tested.
  private func measured(
    _ feedback: Feedback
  ) throws -> (all: [any Metric], tested: any Metric) {
    let tested = options.completed([try Evaluation.metrics.make(metrics).get()], feedback)[0]
    let usual = options.completed([], feedback)
    return (usual.contains { $0.field == tested.field } ? usual : usual + [tested], tested)
  }

  package func run(in session: inout Session, host: any Host) throws -> Report {
    let feedback = session.feedback
    let (measured, tested) = try measured(feedback)
    let trial = try options.trial(measured, in: session)
    let recommenders = SessionRecommenders(session: session, part: options.part)
    let order = order(feedback)
    var board = Leaderboard(trial: trial)
    var remarks = BaselineRemarks()
    var groups = try session.taskData.flatMap { data in
      try data.grouping.map { GroupLeaderboard(try TaskGroups($0, data)) }
    }
    let ofTested = try options.trial([tested], in: session)
    let parts = groups?.parts(of: ofTested) ?? []
    groups?.add(parts, parts.map { $0.trial.chance() })
    for (done, name) in order.enumerated() {
      try host.checkpoint(
        Progress(
          "compare", done: Double(done), total: Double(order.count), unit: "rows", detail: name))
      let recommender = try recommenders.recommender(name, host)
      if let fitted = recommender as? FittedBaseline { remarks.note(fitted) }
      let judged = try trial.judgements(of: recommender, and: parts.map(\.trial))
      board.add(judged[0], isSubject: done == 0)
      groups?.add(parts, judged.dropFirst())
    }
    board.remarks = remarks.choices
    var report = board.report(title: options.title(trial))
    if let groups, groups.count > 1 { report.blocks.append(.table(groups.table(ofTested.columns))) }
    let columns = trial.columns.enumerated().filter { $0.element.metric.field == tested.field }
    let key = session.settings.key.derived("compare")
    let differences = columns.flatMap { index, column in
      self.differences(board, index, column.phase, key)
    }
    report.result["tests"] = .record(Difference.records(differences))
    guard trial.tasks.count > 1 else {
      report.blocks.append(.warning(loneUser))
      return report
    }
    if !differences.isEmpty {
      report.blocks.append(
        .table(Difference.table("\(names[0]) − other, \(tested.title)", "other", differences)))
    }
    let untested = order.dropFirst().filter { name in
      !differences.contains { $0.title == name || $0.title.hasPrefix(name + " ") }
    }
    if !untested.isEmpty {
      report.blocks.append(
        .note(
          "not tested, for want of \(tested.title) of two users in both: "
            + untested.joined(separator: ", ")))
    }
    return report
  }

  private var loneUser: String {
    let part = options.part.name
    return "one \(part) user allows no comparison: a test needs the differences of two or more; "
      + "`split tasks \(part)=20%` gives the part more"
  }

  private func differences(
    _ board: Leaderboard, _ metric: Int, _ phase: String?, _ key: RandomKey
  ) -> [Difference] {
    let first = board.rows[0].values[metric]
    return board.rows.dropFirst().compactMap { row in
      let title = row.title + (phase.map { " \($0)" } ?? "")
      return Difference(title, (first, row.values[metric]), key: key.derived(title))
    }
  }
}
