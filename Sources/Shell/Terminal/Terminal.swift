import CLineEditor
import LibC

/// What standard input, output and error are connected to.
package struct Terminal: Sendable {
  package var hasInput: Bool
  package var hasOutput: Bool
  package var hasErrors: Bool
  /// Whether colours and drawings may be sent to a terminal that is there.
  package var allowsColour: Bool
  /// Whether lines can be edited: input and output are a terminal.
  package var allowsEditing: Bool { hasInput && hasOutput }

  package init(hasInput: Bool, hasOutput: Bool, hasErrors: Bool, allowsColour: Bool) {
    self.hasInput = hasInput
    self.hasOutput = hasOutput
    self.hasErrors = hasErrors
    self.allowsColour = allowsColour
  }

  /// The surroundings of this process.
  package static var current: Terminal {
    let kind = environment("TERM") ?? "dumb"
    let isPlain = kind == "dumb" || environment("NO_COLOR").map { !$0.isEmpty } ?? false
    return Terminal(
      hasInput: isatty(STDIN_FILENO) == 1, hasOutput: isatty(STDOUT_FILENO) == 1,
      hasErrors: isatty(STDERR_FILENO) == 1, allowsColour: !isPlain)
  }

  /// The width of the terminal behind a file; 100 when it is not one or does not say.
  package static func width(of file: Int32) -> Int {
    var columns: Int32 = 0
    var rows: Int32 = 0
    guard mrs_terminal_size(file, &columns, &rows) == 1 else { return 100 }
    return min(max(Int(columns), 20), 10_000)
  }

  /// The rows of the terminal behind standard output; 24 when it does not say.
  package static var rows: Int {
    var columns: Int32 = 0
    var rows: Int32 = 0
    return mrs_terminal_size(STDOUT_FILENO, &columns, &rows) == 1 ? Int(rows) : 24
  }

  /// A variable of the environment.
  package static func environment(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }
}
