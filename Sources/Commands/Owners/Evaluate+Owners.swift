import Datasets
import Evaluation
import Kernels
import Language
import MetaLearning
import Models
import Reports

extension Evaluate: OwnedDataCommand {
  package var ownersObstacle: CommandFailure? {
    let shared = options.completed(metrics, .ratings).first {
      $0.isPooled || $0 is any SharedMetric || $0 is Novelty
    }
    if let shared {
      return .owned(
        "`\(shared.title)` is measured over all users at once, and each owner judges its own",
        "evaluate mae rmse ndcg", type(of: shared).name)
    }
    let obstacles: [(Bool, String, String)] = [
      (way != .heldOut, "protocol", "ratings of all users in the order of time"),
      (
        seeds > 1, "seeds",
        "the training again for each seed, in each of which owners would send more"
      ),
      (resplit, "resplit", "tasks dealt out anew by each owner"),
      (by != nil, "by", "groups over all users"),
      (beside != nil, "beside", "one table of one process"),
      (recency != nil, "recency", "one time for all"),
      (options.part == .phases, "part", "phases"),
      ((options.candidates ?? .query) != .query, "candidates", "what all users have rated"),
    ]
    return obstacles.first(where: \.0).map {
      .owned(
        "\($0.1)= asks for \($0.2), and each owner judges its own users once", "leave \($0.1)= out",
        $0.1)
    }
  }

  /// Judges each owner's users where they are; the mean and deviation of each row leave an owner, and of how many users.
  func judgeAtHome(in session: Session, host: any Host) throws -> Report {
    guard let data = session.taskData, let tasks = session.tasks else {
      throw CommandFailure("E0402", Noun.tasks.absence, help: [Noun.tasks.remedy])
    }
    let judged = try tasks.tasks(of: options.part)
    let share = OwnerShare(exchanging: judged.count)
    guard share.total > 0 else {
      throw CommandFailure(
        "E0408", "no owner has \(options.part.name) users to judge on",
        help: ["give the split some: `split tasks \(options.part.name)=10%`"])
    }
    let measured = options.completed(metrics, data.feedback)
    let names = try shownAtHome(session)
    let own = try Ranks.own { () throws -> [HomeRow] in
      judged.isEmpty ? [] : try homeRows(names, in: session, data, tasks, host)
    }
    let titles = [Trial.chanceTitle] + names + [session.model?.title].compactMap(\.self)
    let rows = titles.indices.map { row in
      (
        title: titles[row],
        parts: measured.indices.map { metric in
          exchanged(own.isEmpty ? nil : own[row].means[metric])
        }
      )
    }
    return report(
      HomeBoard(
        metrics: measured, rows: rows, share: share, isOfModel: session.model != nil,
        scale: data.scale))
  }

  private func shownAtHome(_ session: Session) throws(CommandFailure) -> [String] {
    let recommenders = SessionRecommenders(session: session, part: options.part)
    for name in with where recommenders.baseline(name) == nil { throw recommenders.unknown(name) }
    return shown(.ratings)
  }

  /// All rows on the users of one owner: baselines know what its training users gave.
  private func homeRows(
    _ names: [String], in session: Session, _ data: Dataset, _ tasks: TaskSplit, _ host: any Host
  ) throws -> [HomeRow] {
    let trial = try options.trial(metrics, in: session)
    let recommenders = SessionRecommenders(session: session, part: options.part)
    func row(_ judgement: Judgement) -> HomeRow {
      HomeRow(means: judgement.values.indices.map { judgement.mean($0) })
    }
    do {
      var rows = [row(trial.chance())]
      for name in names {
        guard let baseline = recommenders.baseline(name) else { continue }
        try recommenders.refuse(baseline, name, on: data)
        if let shortage = recommenders.shortage(of: baseline, name, data, host) { throw shortage }
        rows.append(
          row(try trial.judgement(of: recommenders.fitted(baseline, name, data, tasks))))
      }
      guard let model = session.model else { return rows }
      try recommenders.refuseLeak(model, tasks)
      return rows + [row(try trial.judgement(of: model))]
    } catch let error as ScoreError {
      throw CommandFailure(error, in: session)
    }
  }

  /// What all owners have for one mean.
  private func exchanged(_ own: MeanInterval?) -> [MeanInterval?] {
    var message = MessageWriter()
    message.put(own?.count ?? 0)
    message.put(own?.mean ?? 0)
    message.put(own?.deviation ?? 0)
    return Ranks.gathered(message, for: .results).map { message in
      var message = message
      let count = message.take(Int.self)
      let (mean, deviation) = (message.take(Double.self), message.take(Double.self))
      return count == 0 ? nil : MeanInterval(count: count, mean: mean, deviation: deviation)
    }
  }

  private func report(_ board: HomeBoard) -> Report {
    var report = Report([.table(board.table(of: options.part.name))], result: board.result)
    if board.isOfModel {
      report.blocks.append(.table(board.modelTable))
    } else {
      report.blocks.append(.note("there is no model yet: these are the rows it will have to beat"))
    }
    return report
  }
}

/// What a recommender reached on the users of one owner: the mean of each metric, where it has one.
private struct HomeRow: Sendable {
  var means: [MeanInterval?]
}

/// What recommenders reached on the users of all owners.
private struct HomeBoard {
  let metrics: [any Metric]
  /// For each row and metric what each owner has; the last row is of the model.
  let rows: [(title: String, parts: [[MeanInterval?]])]
  let share: OwnerShare
  let isOfModel: Bool
  let scale: RatingScale

  private func mean(_ parts: [MeanInterval?]) -> MeanInterval? {
    MeanInterval(merging: parts.compactMap(\.self))
  }

  private func cell(_ interval: MeanInterval?) -> Table.Cell {
    interval.map(Leaderboard.cell) ?? .missing
  }

  func table(of part: String) -> Table {
    let columns = [Table.Column("model")] + metrics.map { Table.Column($0.title, .right) }
    var notes = [
      "mean over users ± 95 % interval (Student's t); candidates: the query's",
      "each owner judges its own users, and fits baselines to its own training users; what leaves it for each row is a "
        + "mean, a deviation and the number of users",
    ]
    let lower = metrics.filter { !$0.higherIsBetter }.map(\.title)
    if !lower.isEmpty { notes.append("lower is better: " + lower.joined(separator: ", ")) }
    for note in metrics.map({ $0.definition(on: scale) }) where !notes.contains(note) {
      notes.append(note)
    }
    return Table(
      "\(counted(share.total, "\(part) user")) of \(counted(share.counts.count, "owner"))",
      columns: columns,
      rows: rows.enumerated().map { place, row in
        let isModel = isOfModel && place == rows.count - 1
        let title = isModel || place == 0 ? row.title : "\(row.title), each owner's"
        return [.text(title)] + row.parts.map { cell(mean($0)) }
      }, emphasis: isOfModel ? rows.count - 1 : nil, footnotes: notes)
  }

  /// The model's row for each owner.
  var modelTable: Table {
    let own = rows[rows.count - 1]
    return Table(
      "\(own.title), owner by owner",
      columns: [.init("owner"), .init("users", .right)]
        + metrics.map { Table.Column($0.title, .right) },
      rows: share.counts.indices.map { owner in
        [.text("rank \(owner)"), .count(share.counts[owner])]
          + own.parts.map { cell($0[owner]) }
      })
  }

  var result: Record {
    func means(_ row: (title: String, parts: [[MeanInterval?]])) -> Record {
      Record(
        metrics.indices.compactMap { metric in
          mean(row.parts[metric]).map {
            Record.Field(metrics[metric].field, .number($0.mean))
          }
        })
    }
    var result = isOfModel ? means(rows[rows.count - 1]) : Record()
    result["users"] = .number(Double(share.total))
    for row in rows { result[row.title] = .record(means(row)) }
    return result
  }
}
