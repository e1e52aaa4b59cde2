import Language
import Reports

/// The steps of a script with the time and memory that they will take, estimated by scaled-down runs: data
/// are loaded and split in full; every later command runs on a few of the tasks and with small counts
/// (`ScaledDownCommand`), and its time is extrapolated. So planning does not take longer when options ask for
/// more.
package struct Plan: Sendable {
  /// A command of the script with its expected time.
  package struct Step: Sendable {
    package var line: Int
    package var text: String
    /// How often it runs.
    package var runs = 1
    /// What the session holds after it, when the step has changed that.
    package var sizes = ""
    package var seconds: Double
    /// The bounds of the time in seconds, which differ where a command may end early.
    package var bounds: ClosedRange<Double>
  }

  package private(set) var steps: [Step] = []
  package var calibration: Calibration
  /// The peak memory of the process, in bytes.
  let memory: @Sendable () -> Double
  /// The largest value that was measured so far.
  package private(set) var bytes = 0.0
  /// The time of the last training.
  var training = 0.0
  /// The work of its model relative to that of the scaled-down model.
  var modelWork = 1.0
  /// How many rounds of loops and runs of sweeps were not tried, but stand in the plan by others.
  package private(set) var untried = 0
  /// How many rounds each tried round of the open loops and sweeps stands for.
  private var weight = 1.0

  /// - Parameter calibration: what is known before.
  package init(
    calibration: Calibration = Calibration(), memory: @escaping @Sendable () -> Double
  ) {
    self.calibration = calibration
    self.memory = memory
  }

  package var seconds: Double { steps.reduce(0) { $0 + $1.seconds } }
  package var bounds: ClosedRange<Double> {
    steps.reduce(0) { $0 + $1.bounds.lowerBound }...steps.reduce(0) { $0 + $1.bounds.upperBound }
  }

  /// The most rounds of a loop, or runs of a sweep, that are tried.
  package static let mostRounds = 8

  /// The rounds of so many that are tried: all, or some that are spread evenly.
  static func tried(of count: Int) -> [Int] {
    guard count > mostRounds else { return Array(0..<count) }
    return (0..<mostRounds).map { count / mostRounds * $0 + count % mostRounds * $0 / mostRounds }
  }

  /// Lets each of the rounds that are tried, out of so many, stand for others as well.
  mutating func enter(rounds count: Int) {
    weight *= Double(max(1, count)) / Double(max(1, Plan.tried(of: count).count))
    untried += max(0, count - Plan.mostRounds)
  }

  /// After the last of the rounds.
  mutating func leave(rounds count: Int) {
    weight /= Double(max(1, count)) / Double(max(1, Plan.tried(of: count).count))
  }

  /// Adds a step; one of the same line is the next round of a loop, or the next run of a sweep.
  mutating func add(_ one: Step) {
    bytes = max(bytes, memory())
    var step = one
    step.runs = Int((weight * Double(one.runs)).rounded())
    step.seconds *= weight
    step.bounds = one.bounds.lowerBound * weight...one.bounds.upperBound * weight
    guard let index = steps.firstIndex(where: { $0.line == step.line && $0.text == step.text })
    else {
      steps.append(step)
      return
    }
    steps[index].runs += step.runs
    steps[index].seconds += step.seconds
    let bounds = steps[index].bounds
    steps[index].bounds =
      bounds.lowerBound + step.bounds.lowerBound...bounds.upperBound + step.bounds.upperBound
    if !step.sizes.isEmpty { steps[index].sizes = step.sizes }
  }

  mutating func needs(_ bytes: Double) { self.bytes = max(self.bytes, bytes) }
}

/// A cache of the times of scaled-down commands, since the rounds of a loop repeat many. Kept in memory with
/// the plan, which writes no file.
package struct Calibration: Sendable, Equatable {
  package struct Entry: Sendable, Equatable {
    /// Seconds that do not depend on how often the command repeats its work.
    package var once: Double
    /// Seconds of each repetition.
    package var each: Double
    /// Memory of the process then, in bytes.
    package var bytes: Double

    package init(once: Double, each: Double, bytes: Double) {
      self.once = once
      self.each = each
      self.bytes = bytes
    }
  }

  /// By digests of the command and of everything it works on.
  package var entries: [String: Entry]

  package init(entries: [String: Entry] = [:]) { self.entries = entries }
}

/// A command that repeats the same work (epochs, simulated tests) and may stop early: a plan measures a few
/// repetitions.
package protocol RepeatingCommand: Command {
  var repetitions: ClosedRange<Double> { get }
  func repeated(_ times: Int) -> Self
  /// Whether a repetition goes over all tasks, and so takes the longer the more there are.
  var goesOverTasks: Bool { get }
}

extension RepeatingCommand {
  package var goesOverTasks: Bool { true }
}

extension ABTest: RepeatingCommand {
  /// The users of a group and the simulated tests that are one repetition.
  private var portion: (users: Int, runs: Int) {
    let users = min(users, 2000)
    return (users, max(1, 100_000 / users))
  }

  package var repetitions: ClosedRange<Double> {
    let portion = portion
    let times = Double(users) / Double(portion.users) * Double(runs) / Double(portion.runs)
    return times...times
  }

  package func repeated(_ times: Int) -> ABTest {
    var small = self
    small.users = portion.users
    small.runs = portion.runs * times
    return small
  }

  package var goesOverTasks: Bool { false }
}

extension MetaTrain: RepeatingCommand {
  package var repetitions: ClosedRange<Double> {
    let most = Double(min(epochs, stopAfter ?? .max))
    return (patience > 0 ? min(Double(patience + 1), most) : most)...most
  }

  package func repeated(_ times: Int) -> MetaTrain {
    var short = self
    short.epochs = times
    (short.patience, short.stopAfter, short.targetLoss) = (0, nil, nil)
    return short
  }
}
