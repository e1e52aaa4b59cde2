import Commands

/// What the process says to whoever started it; documented, tested, never anything else.
package enum ExitStatus: Int32, Sendable, CaseIterable {
  case success = 0
  /// An expectation or a recorded output differs.
  case differs = 1
  /// The script is invalid; nothing ran.
  case invalid = 2
  /// A command failed.
  case failed = 3
  /// The same script with the same seed came to different results.
  case nondeterministic = 4
  case usage = 64
  /// A script took longer than it was allowed to.
  case timedOut = 124
  /// Ctrl-C stopped a script.
  case interrupted = 130

  package init(_ result: RunResult) {
    switch result {
    case .completed: self = .success
    case .invalid: self = .invalid
    case .failed: self = .failed
    case .expectationFailed: self = .differs
    case .interrupted: self = .interrupted
    }
  }

  /// What a file comes to that cannot be read at all, or not be written anew.
  package init(_ failure: CommandFailure) {
    switch failure.code {
    case "E0109", "E0503": self = .invalid
    case "E0504", "E0505", "E0506", "E0903": self = .failed
    default: self = .usage
    }
  }

  /// The worse of two: what stops everything first, a difference of results last.
  package func worse(_ other: ExitStatus) -> ExitStatus {
    let order: [ExitStatus] = [
      .interrupted, .usage, .timedOut, .invalid, .failed, .nondeterministic, .differs, .success,
    ]
    return order.first { $0 == self || $0 == other } ?? self
  }
}
