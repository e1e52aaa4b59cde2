import Datasets
import Evaluation
import Language
import MetaLearning
import Reports

/// Judges the session's model on the query ratings of users it was not trained on, beside chance and
/// the baselines.
package struct Evaluate: ConstrainedCommand {
  package var metrics: [any Metric] = []
  package var options = JudgingOptions()
  package var with: [String] = []
  package var by: String?
  package var seeds = 1
  package var resplit = false
  package var beside: String?
  var way = JudgingProtocol.heldOut
  var recency: HalfLife?
  var streaming = PrequentialOptions()

  package init() {}

  static let with = Parameter<Self>.option(
    "with", \.with, "further baselines to show: `[item-knn, content]`", completion: .live("model"))
  static let recency = Parameter<Self>.option(
    "recency", \.recency,
    "forget: a rating of the user counts half as much for each such time that has passed")

  package static let signature = Signature<Self>(
    "evaluate", "Judges the model on new users, beside chance and the simple baselines.",
    details: """
      Each user's support ratings are given to the model, and the query ratings are predicted and \
      ranked. Without a model the baselines are judged alone. Equal scores count with the mean over \
      all their orders. seeds=5 trains the model four more times, and judges the mean of all; with \
      resplit=yes each time on tasks dealt out anew. candidates=cold ranks the items that no training task \
      has, and a second table ranks new and known items mixed, as a shop does: `$r.mixed.ease.ndcg@20`.

      A model with several heads= has each of them judged beside what is simpler: `$r.heads.click.ndcg@20`. Of \
      data sets side by side a further table has the rows of each, as by=domain asks for.

      protocol=prequential takes all ratings of the part in the order of their times: each is predicted from \
      what came before it, and then learnt from, so that the support of each user grows; ratings of one time \
      are predicted together. Baselines learn from every rating, or are fitted anew on the way. A second table \
      follows the first metric over the last window= ratings; `plot prequential` draws it.
      """,
    [.members("metrics", \.metrics, from: Evaluation.metrics, "what to measure")]
      + JudgingOptions.parameters(\.options) + [
        with,
        .option("by", \.by, "tell groups apart: `activity`, or a feature of users or items"),
        .option("seeds", \.seeds, in: 1...100, "how many times to train the model"),
        .option(
          "resplit", \.resplit,
          "deal out the tasks anew for each seed; with folds, take them one after the other"),
        .option(
          "beside", \.beside, "a file of numbers others printed, to show in the same table",
          completion: .file(extensions: ["csv"])),
        .option("protocol", \.way, "on hidden ratings, or on each rating before it is learnt from"),
        recency,
      ] + PrequentialOptions.parameters(\.streaming),
    needs: [.tasks], uses: [.model],
    examples: [
      Example("evaluate", "all usual metrics on the test users"),
      Example("evaluate mae ndcg@10 part=valid with=[item-knn, content]"),
      Example("evaluate precision@5 mrr@5 positives=top", "the protocol of RecBole-MetaRec"),
      Example("evaluate ndcg@10 candidates=sampled:20 by=activity"),
      Example(
        "split phases 5 5 of=items; evaluate auc pooled=yes part=phases",
        "new items, as their first ratings come"),
      Example(
        "split tasks by=time; evaluate mae protocol=prequential",
        "each rating before it is learnt from"),
      Example("evaluate mae protocol=prequential recency=30d", "old ratings are forgotten"),
      Example("let r = evaluate ndcg@10", "keeps the result: `$r.ndcg@10`, `$r.item-mean.ndcg@10`"),
    ])

  package var resultFields: [ResultField]? {
    // What phases there are only the tasks tell.
    if options.part == .phases { return nil }
    if way == .prequential { return prequentialFields }
    let fields = Leaderboard.fields(
      options.known(metrics),
      rows: Known.all(shown(.ratings), shown(.interactions)) { $0 }, subjectNeeds: .model)
    return (options.tables.count > 1 ? fields + [ResultField(Self.mixed, .record(fields))] : fields)
      + [headFields]
  }

  /// The field that holds the result of the second table.
  private static let mixed = "mixed"

  /// The names of the baselines of the table.
  func shown(_ feedback: Feedback) -> [String] {
    let always = JudgingOptions.alwaysShown(feedback).map { type(of: $0).name }
    return always + with.filter { !always.contains($0) }
  }

  private func shownNames(_ recommenders: SessionRecommenders) throws(CommandFailure) -> [String] {
    for name in with where recommenders.baseline(name) == nil {
      throw recommenders.unknown(name)
    }
    return shown(recommenders.session.feedback)
  }

  package func run(in session: inout Session, host: any Host) throws -> Report {
    if let contradiction { throw contradiction }
    if session.data?.owners != nil { return try judgeAtHome(in: session, host: host) }
    if way == .prequential { return try prequential(in: session, host: host) }
    let trials = try trials(in: session)
    let references = try beside.map { path in
      try reading { try ReferenceTable(host.read(path)) }
    }
    var repeats = trials.map { _ in Repeats() }
    var baselines = BaselineRemarks()
    var groups: GroupLeaderboard?
    if let data = session.taskData, let by = by ?? data.grouping {
      groups = GroupLeaderboard(try TaskGroups(by, data))
    }
    var heads = headBoard(of: session)
    let rounds = try rounds(of: session)
    for round in 0..<rounds {
      try judge(round, of: rounds, &session, into: &repeats, &groups, &baselines, &heads, host)
    }
    let subject = session.model?.title
    let boards = zip(trials, repeats).enumerated().map { place, table in
      let (trial, repeats) = table
      var board = Leaderboard(
        trial: rounds == 1 || !resplit ? trial : trial.restarted(on: repeats.tasks),
        chance: repeats.means.first { $0.title == Trial.chanceTitle }, references: references)
      // What was chosen stands once.
      if place == 0 { board.remarks = baselines.choices }
      for row in repeats.means where row.title != Trial.chanceTitle {
        board.add(row, isSubject: row.title == subject)
      }
      return board
    }
    var report = report(of: boards, of: session)
    if rounds > 1 {
      report.blocks.append(
        .note(spread(repeats[0].judgements(of: subject ?? ""), rounds, trials[0].columns)))
    }
    report.blocks += baselines.leftOut
    if let heads, let data = session.taskData {
      report.blocks.append(.table(heads.table))
      report.result[Self.heads] = .record(heads.record(data.users.ids))
    }
    if let groups, by != nil || groups.count > 1 {
      report.blocks.append(.table(groups.table(trials[0].columns)))
    }
    if let recency {
      report.blocks.append(.note(recency.remark(on: boards[0].rows.map(\.title), in: session)))
    }
    return report
  }

  /// What the tables are judged by.
  private func trials(in session: Session) throws -> [Trial] {
    let forgetting = try session.forgetting(recency)
    return try options.tables.map { table in
      var trial = try table.trial(metrics, in: session)
      trial.forgetting = forgetting
      return trial
    }
  }

  /// The table, or that of new items alone and that of new and known ones.
  private func report(of boards: [Leaderboard], of session: Session) -> Report {
    let titles = boards.map { options.title($0.trial) }
    guard boards.count > 1 else { return boards[0].report(title: titles[0]) }
    var report = boards[0].report(title: titles[0] + ": new items alone")
    report.blocks.insert(
      .table(boards[1].table(titles[1] + ": new and known items mixed")), at: 1)
    report.result[Self.mixed] = .record(boards[1].result)
    let all = (try? session.tasks?.tasks(of: options.part).count) ?? 0
    if seeds == 1, all > boards[0].trial.tasks.count {
      let without = all - boards[0].trial.tasks.count
      report.blocks.append(
        .note(
          counted(without, "user is", "users are") + " not asked for a new item, and stand in the "
            + "second table alone"))
    }
    return report
  }

  /// The same judged once.
  var once: Evaluate {
    var once = self
    (once.seeds, once.resplit) = (1, false)
    return once
  }

  /// How many times all is judged.
  func rounds(of session: Session) throws(CommandFailure) -> Int {
    guard resplit else { return seeds }
    guard let splitting = session.tasks?.splitting else {
      throw CommandFailure("E0409", "these tasks cannot be dealt out again")
    }
    if let folds = splitting.folds { return folds * seeds }
    guard seeds > 1 else {
      throw CommandFailure(
        "E0306", "resplit=yes needs to know how often", help: ["give it seeds: seeds=5"],
        argument: "resplit")
    }
    return seeds
  }

  /// Judges every row once more, under the seed or on the tasks of that round.
  private func judge(
    _ round: Int, of rounds: Int, _ session: inout Session, into repeats: inout [Repeats],
    _ groups: inout GroupLeaderboard?, _ baselines: inout BaselineRemarks,
    _ heads: inout HeadBoard?, _ host: any Host
  ) throws {
    let own = try session.inRound(round, resplit: resplit)
    let trials = try trials(in: own)
    guard let data = own.taskData, let tasks = own.tasks else { return }
    let recommenders = SessionRecommenders(session: own, part: options.part)
    let parts = groups?.parts(of: trials[0]) ?? []
    // The last table has all users and candidates of the others.
    let narrower = Array(trials.dropLast()) + parts.map(\.trial)
    func add(_ judge: (_ widest: Trial, _ narrower: [Trial]) throws -> [Judgement]) rethrows {
      guard let widest = trials.last else { return }
      var judged = try judge(widest, narrower)
      groups?.add(parts, judged.suffix(parts.count))
      judged = judged.dropFirst().prefix(trials.count - 1) + [judged[0]]
      for (place, trial) in trials.enumerated() {
        repeats[place].add(judged[place], of: trial.tasks)
      }
    }
    if round == 0, let model = session.model { try recommenders.refuseLeak(model, tasks) }
    if round == 0 || resplit {
      add { widest, narrower in ([widest] + narrower).map { $0.chance() } }
      let names = try shownNames(recommenders)
      for (done, name) in names.enumerated() {
        try host.checkpoint(
          Progress(
            "evaluate", done: Double(round * names.count + done),
            total: Double(rounds * names.count), unit: "rows", detail: name))
        guard let baseline = recommenders.baseline(name) else { continue }
        try recommenders.refuse(baseline, name, on: data)
        if let shortage = recommenders.shortage(of: baseline, name, data, host) {
          baselines.leaveOut(name, shortage)
          continue
        }
        let fitted = recommenders.fitted(baseline, name, data, tasks)
        baselines.note(fitted)
        try add { try $0.judgements(of: fitted, and: $1) }
      }
    }
    guard let model = session.model else { return }
    if round == 0 {
      try judgeHeads(of: model, into: &heads, in: own, host)
      return try add { try $0.judgements(of: model, and: $1) }
    }
    guard session.recipe != nil else {
      throw session.unrepeatable(model, "judging it again")
    }
    if let again = try session.recipe?.model(in: own, host: host) {
      try judgeHeads(of: again, into: &heads, in: own, host)
      try add { try $0.judgements(of: again, and: $1) }
    }
  }

  private func spread(
    _ judgements: [Judgement], _ rounds: Int, _ metrics: [JudgedColumn]
  ) -> String {
    let what = resplit ? "splits" : "seeds"
    let parts = metrics.indices.compactMap { index -> String? in
      guard let over = MeanInterval(judgements.map { $0.mean(index)?.mean }), over.count > 1 else {
        return nil
      }
      return "\(metrics[index].title) \(fixed(over.deviation, digits: 4))"
    }
    let means = "means over \(rounds) \(what), each user's own first"
    return parts.isEmpty
      ? means
      : "\(means); standard deviation of the model over them: " + parts.joined(separator: ", ")
  }
}
