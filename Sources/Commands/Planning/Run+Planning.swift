import Datasets
import Language
import Reports

extension Run {
  /// What a command says in miniature; what it would take is added to the plan.
  mutating func foresee(_ command: any Command, _ call: Call) throws -> Report {
    var draft = interpreter.session
    let line = (site ?? call.range).lower
    var step = Plan.Step(
      line: site == nil ? source.line(of: line) : 0,
      text: String(source.slice(call.range).prefix { !$0.isNewline }), seconds: 0, bounds: 0...0)
    let gives = type(of: command).form.gives
    let report: Report
    if gives.contains(.data) || gives.contains(.tasks) || draft.tasks == nil {
      let start = host.now()
      report = try command.run(in: &draft, host: host)
      step.seconds = host.now() - start
      step.bounds = step.seconds...step.seconds
      step.sizes = draft.planSizes(after: gives)
    } else {
      var rehearsal = Miniature(command, of: draft, host: host)
      report = try rehearsal.run(&interpreter.plan, &draft)
      (step.seconds, step.bounds) = (rehearsal.seconds, rehearsal.bounds)
      step.sizes = rehearsal.sizes
    }
    interpreter.plan?.add(step)
    interpreter.session = draft
    return report
  }
}

extension Session {
  /// The sizes that a step has changed.
  fileprivate func planSizes(after gives: [Noun]) -> String {
    var sizes: [String] = []
    if gives.contains(.data), let data {
      sizes.append(
        "\(counted(data.interactions.count, "rating")), \(counted(data.users.count, "user")), "
          + counted(data.items.count, "item"))
    }
    if gives.contains(.tasks), let tasks {
      sizes.append(
        "\(grouped(tasks.train.count)) + \(grouped(tasks.valid.count)) + "
          + "\(grouped(tasks.test.count)) tasks")
    }
    return sizes.joined(separator: "; ")
  }

  /// The session with so many training tasks, and as large a share of the others.
  fileprivate func shrunk(to count: Int) -> Session {
    guard var tasks, tasks.train.count > count else { return self }
    let share = Double(count) / Double(tasks.train.count)
    func few(_ part: [UserTask]) -> [UserTask] {
      Array(part.prefix(max(min(part.count, 2), Int((Double(part.count) * share).rounded()))))
    }
    tasks = TaskSplit(
      train: few(tasks.train), valid: few(tasks.valid), test: few(tasks.test),
      recipe: tasks.recipe, fingerprint: tasks.fingerprint)
    var session = self
    session.tasks = tasks
    return session
  }
}

/// A command on a few of the tasks, and what that tells of the whole.
private struct Miniature {
  let command: any Command
  let session: Session
  let host: any Host
  private(set) var seconds = 0.0
  private(set) var bounds = 0.0...0.0
  private(set) var sizes = ""

  init(_ command: any Command, of session: Session, host: any Host) {
    self.command = command
    self.session = session
    self.host = host
  }

  /// What the whole of a command may take to be measured rather than reckoned up from a part.
  private static let quick = 0.4

  /// Runs it a few times and reckons; the draft keeps what it made, but all of the tasks.
  mutating func run(_ plan: inout Plan?, _ draft: inout Session) throws -> Report {
    let whole = session.tasks?.train.count ?? 0
    let few = min(whole, max(32, whole / 16))
    let repeating = (command as? any RepeatingCommand).flatMap {
      $0.repetitions.upperBound > 0 ? $0 : nil
    }
    let single: any Command = repeating?.repeated(1) ?? command
    var entry = plan?.calibration.entries[key]
    var last = try time(single, few)
    if entry == nil {
      // Only now is warm what all but the first epochs find warm.
      last = try time(single, few)
      let share = Double(whole) / Double(max(1, few))
      let count = last.seconds * share <= Self.quick ? whole : few
      last = try time(single, count)
      if let repeating {
        let (found, after) = try measured(repeating, last.seconds, count, whole, plan)
        (entry, last) = (found, after)
      } else {
        entry = try reckoned(single, last.seconds, count, whole, plan)
      }
    }
    guard let entry else { return last.report }
    plan?.calibration.entries[key] = entry
    plan?.needs(entry.bytes)
    reckon(entry, repeating?.repetitions)
    draft = last.session
    draft.tasks = session.tasks
    // Whoever repeats the training later repeats the whole of it.
    if let training = command as? MetaTrain { draft.recipe?.command = training }
    return last.report
  }

  /// What each repetition adds, and what remains.
  private func measured(
    _ command: any RepeatingCommand, _ one: Double, _ count: Int, _ whole: Int, _ plan: Plan?
  ) throws -> (Calibration.Entry, Timed) {
    let three = try time(command.repeated(3), count)
    let each = max(0, three.seconds - one) / 2
    let share = Double(whole) / Double(max(1, count))
    let entry = Calibration.Entry(
      once: max(0, one - each) * share, each: each * share, bytes: plan?.memory() ?? 0)
    return (entry, three)
  }

  /// A line through what two sizes took.
  private func reckoned(
    _ command: any Command, _ smaller: Double, _ count: Int, _ whole: Int, _ plan: Plan?
  ) throws -> Calibration.Entry {
    var total = smaller
    if whole > count {
      let larger = try time(command, min(whole, 2 * count)).seconds
      let slope = max(0, larger - smaller) / Double(min(whole, 2 * count) - count)
      total = larger + slope * Double(max(0, whole - 2 * count))
    }
    return .init(once: total, each: 0, bytes: plan?.memory() ?? 0)
  }

  private mutating func reckon(_ entry: Calibration.Entry, _ repetitions: ClosedRange<Double>?) {
    guard let repetitions else {
      seconds = entry.once
      bounds = seconds...seconds
      return
    }
    let (fewest, most) = (repetitions.lowerBound, repetitions.upperBound)
    // Between the fewest and the most the geometric mean is off by the same factor either way.
    seconds = entry.once + entry.each * (fewest * most).squareRoot()
    bounds = entry.once + entry.each * fewest...entry.once + entry.each * most
    if fewest < most {
      sizes = "\(Number.text(fewest)) to \(Number.text(most)) epochs"
    }
  }

  typealias Timed = (report: Report, session: Session, seconds: Double)

  private func time(_ command: any Command, _ count: Int) throws -> Timed {
    var small = session.shrunk(to: count)
    let start = host.now()
    do {
      let report = try command.run(in: &small, host: host)
      return (report, small, host.now() - start)
    } catch is CommandFailure where count < session.tasks?.train.count ?? 0 {
      // Too few for it: what it says of all of them counts.
      return try time(command, .max)
    }
  }

  /// A digest of the command with its options and of all that its time depends on.
  private var key: String {
    var words: [String] = [
      "\(command)", "\(session.network)", "\(session.threads)", session.kernels.name,
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
