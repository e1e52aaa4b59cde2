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
      text: String(source.slice(call.range).prefix { $0 != "\n" }), seconds: 0, bounds: 0...0)
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
        "\(grouped(data.interactions.count)) ratings, \(grouped(data.users.count)) users, "
          + "\(grouped(data.items.count)) items")
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

  /// Runs it, at most three times, and reckons; the draft keeps what it made, but all of the tasks.
  mutating func run(_ plan: inout Plan?, _ draft: inout Session) throws -> Report {
    let whole = session.tasks?.train.count ?? 0
    let few = max(32, whole / 16)
    let repeating = command as? any RepeatingCommand
    var entry = plan?.calibration.entries[key]
    var last: (report: Report, session: Session, seconds: Double)
    if let repeating, repeating.repetitions.upperBound > 0 {
      last = try time(repeating.repeated(1), few)
      if entry == nil {
        let one = last.seconds
        last = try time(repeating.repeated(2), few)
        let share = Double(whole) / Double(min(few, max(whole, 1)))
        let each = max(last.seconds - one, one / 4)
        entry = .init(
          once: max(0, one - each) * share, each: each * share, bytes: plan?.memory() ?? 0)
      }
    } else {
      last = try time(command, min(whole, 2 * few))
      if entry == nil { entry = try reckoned(last.seconds, few, whole, plan) }
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

  /// A line through what two sizes took.
  private func reckoned(
    _ larger: Double, _ few: Int, _ whole: Int, _ plan: Plan?
  ) throws -> Calibration.Entry {
    var total = larger
    if whole > 2 * few {
      let smaller = try time(command, few).seconds
      let slope = max(0, larger - smaller) / Double(few)
      total = larger + slope * Double(whole - 2 * few)
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

  private func time(
    _ command: any Command, _ count: Int
  ) throws -> (report: Report, session: Session, seconds: Double) {
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
    var words: [String] = ["\(command)", "\(session.network)", "\(session.threads)"]
    if let data = session.data { words.append(data.contentDigest) }
    if let tasks = session.tasks { words.append(hexadecimal(tasks.fingerprint)) }
    if let model = session.model {
      words += ["\(model.learner)", "\(model.problem.layout.count)"]
    }
    if let recipe = session.recipe { words.append("\(recipe.command)") }
    return hexadecimal(digest(Array(words.joined(separator: "\u{0}").utf8)))
  }
}
