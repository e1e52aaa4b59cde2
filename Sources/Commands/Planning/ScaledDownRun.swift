import Datasets
import Language
import MetaLearning
import Models
import Reports

/// Runs of a scaled-down command on a few of the tasks, from which the time of the whole is extrapolated.
struct ScaledDownRun {
  /// The command as it is tried out.
  let command: any Command
  /// The command as it was written.
  private let whole: any Command
  private var session: Session
  private let host: any Host
  /// The work of each task in the whole, relative to the scaled-down command.
  private let work: Double
  private let rounds: Rounds
  /// Baselines that were scaled down, with the ratios of their work.
  private let baselines: [(name: String, work: Double)]
  /// The baselines that there is no memory for, and that it leaves out or ends at.
  private let tooLarge: [String]
  private(set) var seconds = 0.0
  private(set) var bounds = 0.0...0.0
  private(set) var sizes = ""

  init(_ command: any Command, of session: Session, host: any Host, plan: Plan?) {
    let quiet = session.unrecorded
    let reduction = ScaledDownCommand(command, in: quiet, modelWork: plan?.modelWork ?? 1)
    whole = command
    self.command = reduction.command
    self.session = session
    self.host = host
    work = reduction.work
    rounds = reduction.rounds
    (self.session.namedBaselines, baselines) = reduction.baselines(of: quiet)
    let recommenders = SessionRecommenders(session: quiet)
    tooLarge = reduction.fitted.filter { name in
      guard let data = quiet.taskData, let baseline = recommenders.baseline(name) else {
        return false
      }
      return recommenders.shortage(of: baseline, name, data, host) != nil
    }
  }

  /// A command that takes less than this, in seconds, is measured as a whole.
  private static let quick = 0.4
  /// The fewest and the most training tasks that are tried, and the share of all in between.
  private static let (fewest, most, share) = (32, 4096, 16)

  /// Runs it a few times and extrapolates. The draft keeps what the runs made, but with all of the tasks.
  mutating func run(_ plan: inout Plan?, _ draft: inout Session) throws -> Report {
    let all = session.tasks?.train.count ?? 0
    let few = min(all, max(Self.fewest, min(Self.most, all / Self.share)))
    let repeating = (command as? any RepeatingCommand).flatMap {
      $0.repetitions.upperBound > 0 ? $0 : nil
    }
    let single: any Command = repeating?.repeated(1) ?? command
    var entry = plan?.calibration.entries[key]
    var last = try time(single, few)
    if entry == nil {
      // The first run warms up caches and memory, as a first epoch does for all later ones; this one is
      // measured.
      last = try time(single, few)
      let share = Double(all) / Double(max(1, few))
      let count = last.seconds * share <= Self.quick ? all : few
      last = try time(single, count)
      if let repeating {
        let (found, after) = try measured(repeating, last.seconds, count, all, plan)
        (entry, last) = (found, after)
      } else {
        entry = try extrapolated(single, last.seconds, count, all, plan)
      }
      try entry?.once += remainder(few, all)
    }
    guard let entry else { return last.report }
    plan?.calibration.entries[key] = entry
    plan?.needs(entry.bytes)
    extrapolate(entry, repeating?.repetitions)
    let baselines = draft.namedBaselines
    draft = last.session
    draft.tasks = session.tasks
    draft.namedBaselines = baselines
    draft.runs = session.runs
    note(&plan, &draft)
    return last.report
  }

  /// Notes the time of a training for later commands that repeat it, and adds the rounds of an evaluation.
  private mutating func note(_ plan: inout Plan?, _ draft: inout Session) {
    if let training = whole as? MetaTrain {
      // `evaluate seeds=5` repeats the training in full, not scaled down.
      draft.recipe?.command = training
      plan?.modelWork = work
      plan?.training = seconds
      if work > 1, let bytes = training.memory(in: session) { plan?.needs(bytes) }
    }
    if !tooLarge.isEmpty { sizes = "no memory for " + tooLarge.joined(separator: ", ") }
    guard rounds.count > 1 else { return }
    let more = Double(rounds.count - 1)
    let judged = seconds * (rounds.dealsAnew ? more : more / Double(rounds.rows))
    let total = seconds + judged + more * (plan?.training ?? 0)
    (seconds, bounds) = (total, total...total)
    sizes = (["\(grouped(rounds.count)) rounds"] + (sizes.isEmpty ? [] : [sizes])).joined(
      separator: "; ")
  }

  /// The additional time of baselines that were scaled down.
  private func remainder(_ few: Int, _ all: Int) throws -> Double {
    let small = session.shrunk(to: few)
    guard !baselines.isEmpty, let data = small.taskData, let tasks = small.tasks else { return 0 }
    let share = Double(all) / Double(max(1, few))
    let recommenders = SessionRecommenders(session: small)
    return baselines.reduce(0.0) { sum, baseline in
      guard let fitting = recommenders.baseline(baseline.name) else { return sum }
      let start = host.now()
      _ = recommenders.fitted(fitting, baseline.name, data, tasks)
      return sum + (baseline.work - 1) * share * (host.now() - start)
    }
  }

  /// What each repetition adds, and what remains.
  private func measured(
    _ command: any RepeatingCommand, _ one: Double, _ count: Int, _ all: Int, _ plan: Plan?
  ) throws -> (Calibration.Entry, Timed) {
    let three = try time(command.repeated(3), count)
    let each = max(0, three.seconds - one) / 2
    let share = Double(all) / Double(max(1, count))
    let entry = Calibration.Entry(
      once: max(0, one - each) * share, each: command.goesOverTasks ? each * share : each,
      bytes: plan?.memory() ?? 0)
    return (entry, three)
  }

  /// Linear extrapolation from the times of two sizes.
  private func extrapolated(
    _ command: any Command, _ smaller: Double, _ count: Int, _ all: Int, _ plan: Plan?
  ) throws -> Calibration.Entry {
    var total = smaller
    if all > count {
      let larger = try time(command, min(all, 2 * count)).seconds
      let slope = max(0, larger - smaller) / Double(min(all, 2 * count) - count)
      total = larger + slope * Double(max(0, all - 2 * count))
    }
    return .init(once: total, each: 0, bytes: plan?.memory() ?? 0)
  }

  private mutating func extrapolate(_ entry: Calibration.Entry, _ repetitions: ClosedRange<Double>?)
  {
    let (once, each) = (entry.once * work, entry.each * work)
    guard let repetitions else {
      seconds = once
      bounds = seconds...seconds
      return
    }
    let (fewest, most) = (repetitions.lowerBound, repetitions.upperBound)
    // The geometric mean of the bounds: its relative error is the same towards both.
    seconds = once + each * (fewest * most).squareRoot()
    bounds = once + each * fewest...once + each * most
    if fewest < most {
      sizes = "\(Number.text(fewest)) to \(Number.text(most)) epochs"
    }
  }

  typealias Timed = (report: Report, session: Session, seconds: Double)

  private func time(_ command: any Command, _ count: Int) throws -> Timed {
    var small = session.shrunk(to: count)
    let all = session.tasks?.train.count ?? 0
    let fitting =
      (command as? MetaTrain)?.shared(among: small.tasks?.train.count ?? 0, of: all) ?? command
    let start = host.now()
    do {
      let report = try fitting.run(in: &small, host: host)
      return (report, small, host.now() - start)
    } catch is CommandFailure where count < session.tasks?.train.count ?? 0 {
      // Too few tasks for the command: its failure on all tasks is what counts.
      return try time(command, .max)
    }
  }

  /// The key of the cache: a digest of the command with its options and of all that its time depends on.
  private var key: String {
    let session = session.unrecorded
    var words: [String] = [
      "\(whole)", "\(session.network)", "\(session.threads)", "\(baselines)",
      session.kernels.name,
    ]
    if let data = session.data { words.append(data.contentDigest) }
    if let tasks = session.tasks { words.append(hexadecimal(tasks.fingerprint)) }
    if let model = session.model {
      words.append("\(model.learner)")
    }
    if let recipe = session.recipe { words.append("\(recipe.command)") }
    return hexadecimal(digest(Array(words.joined(separator: "\u{0}").utf8)))
  }
}

extension Session {
  /// The session with so many training tasks, and as large a share of the others.
  fileprivate func shrunk(to count: Int) -> Session {
    guard let all = tasks, all.train.count > count else { return self }
    var tasks = all
    let share = Double(count) / Double(tasks.train.count)
    func few(_ part: [UserTask]) -> [UserTask] {
      Array(part.prefix(max(min(part.count, 2), Int((Double(part.count) * share).rounded()))))
    }
    tasks = TaskSplit(
      train: few(tasks.train), valid: few(tasks.valid), test: few(tasks.test),
      recipe: tasks.recipe, fingerprint: tasks.fingerprint)
    (tasks.owner, tasks.knownCounts) = (all.owner, all.knownCounts)
    tasks.others = all.others.map { .init(name: $0.name, tasks: few($0.tasks)) }
    var session = self
    session.tasks = tasks
    return session
  }
}
