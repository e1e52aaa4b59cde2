import Language
import Reports

/// What a script will do and what that will take, found out by doing it in miniature: data are loaded
/// and split as they are, everything after that is done on a few of the tasks and reckoned up.
package struct Plan: Sendable {
  /// A command of the script with everything it is expected to take.
  package struct Step: Sendable {
    package var line: Int
    package var text: String
    /// How often it runs.
    package var runs = 1
    /// What the session holds after it, when the step has changed that.
    package var sizes = ""
    package var seconds: Double
    /// The least and the most, where a command may end early.
    package var bounds: ClosedRange<Double>
  }

  package private(set) var steps: [Step] = []
  package var calibration: Calibration
  /// How many bytes of memory the process has held at most.
  let memory: @Sendable () -> Double
  /// The most it held.
  package private(set) var bytes = 0.0

  package init(calibration: Calibration, memory: @escaping @Sendable () -> Double) {
    self.calibration = calibration
    self.memory = memory
  }

  package var seconds: Double { steps.reduce(0) { $0 + $1.seconds } }
  package var bounds: ClosedRange<Double> {
    steps.reduce(0) { $0 + $1.bounds.lowerBound }...steps.reduce(0) { $0 + $1.bounds.upperBound }
  }

  /// Adds a step; one of the same line is the next round of a loop, or the next run of a sweep.
  mutating func add(_ step: Step) {
    bytes = max(bytes, memory())
    guard let index = steps.firstIndex(where: { $0.line == step.line && $0.text == step.text })
    else {
      steps.append(step)
      return
    }
    steps[index].runs += 1
    steps[index].seconds += step.seconds
    let bounds = steps[index].bounds
    steps[index].bounds =
      bounds.lowerBound + step.bounds.lowerBound...bounds.upperBound + step.bounds.upperBound
    if !step.sizes.isEmpty { steps[index].sizes = step.sizes }
  }

  mutating func needs(_ bytes: Double) { self.bytes = max(self.bytes, bytes) }
}

/// How long commands took in miniature, kept from one plan to the next.
package struct Calibration: Sendable, Equatable {
  package struct Entry: Sendable, Equatable {
    /// Seconds that do not depend on how often the command repeats its work.
    package var once: Double
    /// Seconds of each repetition.
    package var each: Double
    /// Bytes that the process held then.
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

/// A command that does the same many times over, and may stop early: a plan looks at a few times.
package protocol RepeatingCommand: Command {
  var repetitions: ClosedRange<Double> { get }
  func repeated(_ times: Int) -> Self
}

extension MetaTrain: RepeatingCommand {
  package var repetitions: ClosedRange<Double> {
    let most = Double(min(epochs, stopAfter ?? .max))
    return (patience > 0 ? min(Double(patience + 1), most) : most)...most
  }

  package func repeated(_ times: Int) -> MetaTrain {
    var short = self
    short.epochs = times
    (short.patience, short.stopAfter) = (0, nil)
    return short
  }
}
