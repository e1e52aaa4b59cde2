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
  case usage = 64
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
}
