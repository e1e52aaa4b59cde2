import Language
import MetaLearning
import Reports

/// A sweep under way: its runs, how far each has come, and the best one so far.
struct RunningSweep {
  /// The field of a run's record that names it.
  static let nameField = "run"

  /// How many runs were taken from earlier replays.
  var taken: Int { runs.count { $0.isTaken } }

  private let command: any SweepCommand
  private let sweep: Sweep
  private let candidates: [[Value]]
  private let rounds: [SearchRound]
  private(set) var runs: [SweepRun] = []
  /// How many runs were complete before this sweep began.
  private var found = 0

  init(_ command: any SweepCommand, _ sweep: Sweep, in session: Session) throws {
    let type = type(of: command)
    self.command = command
    self.sweep = sweep
    candidates = command.strategy.candidates(
      of: sweep, key: session.settings.key.derived("search"))
    rounds = command.strategy.rounds(of: candidates.count)
    guard let split = session.tasks else { throw CommandFailure("E0402", Noun.tasks.absence) }
    guard !split.valid.isEmpty else {
      throw CommandFailure(
        "E0408", "there are no validation users to choose the best run by",
        help: ["give the split some: `split tasks valid=10%`"])
    }
    for values in candidates {
      var root: any Configurable = type.init()
      let bound = BoundArguments(sweep.arguments(values), to: &root)
      if let problem = bound.binding.problems.first?.problem {
        throw CommandFailure(problem.code, problem.message, help: problem.help)
      }
      guard var training = (root as? any SweepCommand)?.training else { continue }
      training.stopAfter = nil
      let label = zip(sweep.keys, values).map { "\($0)=\($1.text)" }.joined(separator: " ")
      var run = SweepRun(training, label, in: session)
      if !training.checkpoint.isEmpty {
        training.checkpoint = path(training.checkpoint, of: run)
        run = SweepRun(training, label, in: session)
      }
      if let known = session.runs[run.name] {
        run = known
        run.label = label
        found += run.isDone(until: run.command.epochs) ? 1 : 0
      }
      runs.append(run)
    }
  }

  /// `tuning-1a2b3c4d5e6f.checkpoint` for `tuning.checkpoint`.
  private func path(_ path: String, of run: SweepRun) -> String {
    let folder = path.lastIndex(of: "/").map { path[...$0] } ?? ""
    let file = path.dropFirst(folder.count)
    guard let dot = file.lastIndex(of: "."), dot > file.startIndex else {
      return "\(path)-\(run.name)"
    }
    return "\(folder)\(file[..<dot])-\(run.name)\(file[dot...])"
  }

  /// The training command of the run with that index, for a plan: with the epochs that it is sure to train.
  func estimated(_ index: Int) -> MetaTrain {
    var training = runs[index].command
    let last = rounds.last { index < $0.runs }
    let isReached = command.training.stopAfter.map { index < $0 } ?? true
    training.epochs = isReached ? runs[index].epochs(share: last?.share ?? 1) : 0
    return training
  }

  /// Runs it for a plan: some of the runs, scaled down, which stand for the others as well.
  ///
  /// - Parameter run: gives nil for a run that fails without ending the sweep.
  mutating func estimate<Failure: Error>(
    in session: inout Session, _ run: (Int) throws(Failure) -> (Session, Record)?
  ) throws(Failure) -> Report {
    var results: [Record] = []
    let tried = Set(Plan.tried(of: runs.count))
    var last: (session: Session, result: Record)?
    for index in runs.indices {
      if tried.contains(index) || last == nil, let (after, result) = try run(index) {
        last = (after, result)
        session.model = after.model
        session.recipe = after.recipe
      }
      runs[index].estimate(last?.session.model, last?.result ?? Record())
      if tried.contains(index) { session.keep(runs[index]) }
      results.append(sweep.record(of: runs[index], candidates[index]))
    }
    session.sweep = outcome(runs.map { $0.loss(until: .max) }, "validation loss")
    session.models[Best.name] = session.model
    var result = results.last ?? Record()
    result["runs"] = .list(results.map { .record($0) })
    result["best"] = results.last.map { .record($0) }
    return Report(result: result)
  }

  /// Trains the runs that are not complete, and makes the model of the best run the session's.
  ///
  /// - Parameter store: where runs are kept from one replay to the next.
  mutating func follow(
    in session: inout Session, host: any Host, keeping store: (any ResultStore)? = nil
  ) throws -> Report {
    let start = host.now()
    var racing = Array(runs.indices)
    var isPartial = false
    var advanced = 0
    for round in rounds where !isPartial {
      racing = Array(racing.prefix(round.runs))
      for (done, index) in racing.enumerated() where !isPartial {
        let epoch = runs[index].epochs(share: round.share)
        guard !runs[index].isDone(until: epoch) else { continue }
        if advanced == command.training.stopAfter {
          isPartial = true
          continue
        }
        let caption = "run \(done + 1) of \(racing.count)"
        if let store {
          isPartial = try runs[index].advance(
            until: epoch, in: session, host: host, caption: caption, keeping: store)
        } else {
          isPartial = try runs[index].advance(
            until: epoch, in: session, host: host, caption: caption)
        }
        session.keep(runs[index])
        advanced += isPartial ? 0 : 1
      }
      racing.sort {
        let epochs = (runs[$0].epochs(share: round.share), runs[$1].epochs(share: round.share))
        return (runs[$0].loss(until: epochs.0), runs[$0].lowest(until: epochs.0), $0)
          < (runs[$1].loss(until: epochs.1), runs[$1].lowest(until: epochs.1), $1)
      }
    }
    let stop = isPartial ? TrainingStop(after: advanced) : nil
    return try conclude(among: Set(racing), stop, in: &session, host, since: start)
  }

  /// The results of the runs, for `plot sweep` and `best`.
  private func outcome(_ values: [Double], _ objective: String) -> SweepOutcome {
    let learner = type(of: command.training.learner).name
    return SweepOutcome(
      title: "Sweep of \(learner)", keys: sweep.keys, objective: objective,
      runs: zip(candidates, values).map { ($0.map(\.text), $1.isFinite ? $1 : .nan) },
      names: runs.map(\.name))
  }

  private func conclude(
    among finalists: Set<Int>, _ stop: TrainingStop?, in session: inout Session, _ host: any Host,
    since start: Double
  ) throws -> Report {
    var ranking = SweepRanking(
      runs.indices.map { session.runs[runs[$0].name] ?? runs[$0] }, by: command.metric)
    let values = try ranking.values(in: &session, host: host)
    let hopeful = values.indices.map { finalists.contains($0) ? values[$0] : .nan }
    guard let best = ranking.best(hopeful) else {
      if stop != nil { throw Interrupted() }
      throw runs.compactMap(\.failure).last ?? CommandFailure("E0601", "no run has a finite loss")
    }
    try session.adopt(ranking.runs[best], host: host)
    session.sweep = outcome(values, ranking.title)
    let reporter = SweepReport(
      sweep: sweep, candidates: candidates, ranking: ranking, values: values, best: best,
      command: command)
    var report = reporter.report(seconds: host.now() - start)
    if let warning = runs.compactMap(\.warning).first { report.blocks.append(.warning(warning)) }
    if let fruitless = ranking.runs[best].fruitless { report.blocks.append(.warning(fruitless)) }
    if found > 0 {
      report.blocks.append(.note("\(counted(found, "run was", "runs were")) finished before."))
    }
    if let stop {
      let done = runs.count { $0.result != nil || $0.failure != nil }
      session.stopped = stop
      report.blocks.append(
        .warning("Stopped with \(done) of \(counted(runs.count, "run")); the same line goes on."))
    }
    return report
  }
}

/// The report of a sweep.
private struct SweepReport {
  let sweep: Sweep
  let candidates: [[Value]]
  let ranking: SweepRanking
  let values: [Double]
  let best: Int
  let command: any SweepCommand

  func report(seconds: Double) -> Report {
    var blocks: [Report.Block] = [.table(table), .text(text(seconds))]
    let failed = ranking.runs.compactMap(\.failure)
    if let last = failed.last {
      blocks.append(
        .warning(
          "\(grouped(failed.count)) of \(counted(ranking.runs.count, "run")) failed; the last: \(last.message)."
        )
      )
    }
    var result = record(best)
    result[RunningSweep.nameField] = nil
    result["runs"] = .list(candidates.indices.map { .record(record($0)) })
    result["best"] = .record(record(best))
    return Report(blocks, result: result)
  }

  private var table: Table {
    let order =
      command.strategy.draws ? ranking.order(values) : Array(candidates.indices)
    var titles = ["validation loss"]
    if command.metric != nil { titles.append(ranking.title) }
    titles.append("epochs")
    var table = Table(
      counted(candidates.count, "run") + (command.strategy.draws ? ", best first" : ""),
      columns: (sweep.keys + titles).map { .init($0, .right) })
    table.rows = order.map { index in
      var row = candidates[index].map { Table.Cell.text($0.text) }
      row.append(number(ranking.runs[index].loss(until: .max)))
      if command.metric != nil { row.append(number(values[index])) }
      return row + [.count(ranking.runs[index].history.count)]
    }
    table.emphasis = order.firstIndex(of: best)
    return table
  }

  private func number(_ value: Double) -> Table.Cell {
    value.isFinite ? .number(value, digits: 4) : .missing
  }

  private var done: String {
    let count = ranking.runs.count { $0.result != nil || $0.failure != nil }
    return count == 1 ? "One run" : counted(count, "run")
  }

  private func text(_ seconds: Double) -> String {
    "Kept the best, \(ranking.runs[best].label): \(ranking.title) "
      + "\(fixed(values[best], digits: 4)). \(done) in \(fixed(seconds, digits: 2)) s; "
      + "`compare best …` knows it by this name."
  }

  private func record(_ index: Int) -> Record {
    let score = command.metric.flatMap { metric in
      values[index].isFinite ? Record.Field(metric, .number(values[index])) : nil
    }
    return sweep.record(of: ranking.runs[index], candidates[index], score: score)
  }
}

extension Sweep {
  /// The row of a run: its options, its results and its name.
  fileprivate func record(
    of run: SweepRun, _ values: [Value], score: Record.Field? = nil
  ) -> Record {
    var record = Record(zip(keys, values).map { .init($0, $1) })
    // An option that varies is what its name means here.
    for field in (run.result?.fields ?? []) + [score].compactMap(\.self)
    where record[field.name] == nil {
      record[field.name] = field.value
    }
    record[RunningSweep.nameField] = .text(run.name)
    return record
  }
}
