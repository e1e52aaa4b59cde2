import CLineEditor
import Commands
import Language
import Reports

/// The prompt: reads a cell, runs it, shows what came of it, until the user leaves. No error leaves.
package final class Repl {
  private let editor: any LineEditor
  private let history: History
  private let terminal: Terminal
  private var output: Output
  package private(set) var interpreter = Interpreter()
  /// The number of the next cell.
  package private(set) var number = 1
  private var hasLeft = false

  package init(editor: any LineEditor, history: History, output: Output, terminal: Terminal) {
    self.editor = editor
    self.history = history
    self.output = output
    self.terminal = terminal
  }

  package func run() -> ExitStatus {
    if !output.isQuiet {
      output.say("mrs \(Version.text) · help for help, Tab completes, ? lists, Ctrl-D leaves")
    }
    if let warning = history.warning { output.say(warning) }
    while !hasLeft {
      let live = LiveValues(session: interpreter.session, host: output.host)
      editor.assistance = interpreter.assistance(live: { live.values($0, prefix: $1) })
      switch editor.read(prompt: prompt, initial: "") {
      case .end:
        output.say("")
        hasLeft = true
      case .interrupted: continue
      case .line(let text): cell(text)
      }
    }
    return .success
  }

  /// The number in the prompt stands between marks that take no room on the screen.
  private var prompt: String {
    guard output.messages.page.hasColour else { return "mrs [\(number)]> " }
    return "\u{1}\u{1B}[1;36m\u{1}mrs [\(number)]\u{1}\u{1B}[0m\u{1}> "
  }

  /// Runs what was typed as one cell.
  private func cell(_ text: String) {
    let text = text.trimmingSpaces
    guard !text.isEmpty else { return }
    let hadWarning = history.warning != nil
    history.remember(text)
    if !hadWarning, let warning = history.warning { output.say(warning) }
    if text == "quit" || text == "exit" {
      hasLeft = true
      return
    }
    output.follow(terminal)
    let source = Source(text: text)
    mrs_signals_forget()
    mrs_terminal_hush(1)
    let result = interpreter.run(source, host: output.host) { outcome in
      if let report = outcome.report { output.show(report) }
    }
    mrs_terminal_hush(0)
    output.show(result, of: source)
    number += 1
  }
}
