import CLineEditor
import Commands
import Language
import LibC
import Reports

/// The prompt: a front end of a workbench that reads lines from a terminal and shows what happens there. No
/// error leaves.
package final class Repl {
  private let editor: any LineEditor
  private let history: History
  private let bench: Workbench
  private let terminal: Terminal
  private var output: Output
  private var hasLeft = false
  private var hasToldOfOffers = false

  package init(
    editor: any LineEditor, history: History, bench: Workbench = Workbench(), output: Output,
    terminal: Terminal
  ) {
    self.editor = editor
    self.history = history
    self.bench = bench
    self.output = output
    self.terminal = terminal
  }

  package var notebook: Notebook { bench.notebook }

  package func run() -> ExitStatus {
    greet()
    while !hasLeft {
      let live = LiveValues(session: notebook.interpreter.session, host: output.host)
      editor.assistance = notebook.interpreter.assistance(live: { live.values($0, prefix: $1) })
      offer(notebook.mended)
      if let news = bench.following.flatMap({ output.news(of: $0) }) {
        output.write(news, STDERR_FILENO)
      }
      switch editor.read(prompt: prompt, initial: "") {
      case .end:
        output.say("")
        hasLeft = true
      case .interrupted: bench.interrupt(for: frontEnd)
      case .dropped: continue
      case .line(let text): run(text.trimmingSpaces)
      }
    }
    bench.close()
    return .success
  }

  private func greet() {
    if !output.isQuiet {
      output.say("mrs \(Version.text) · help for help, Tab completes, ? lists, Ctrl-D leaves")
    }
    if let warning = history.warning { output.say(warning) }
    bench.open(for: frontEnd)
  }

  /// The number in the prompt stands between marks that take no room on the screen.
  private var prompt: String {
    guard output.messages.page.hasColour else { return "mrs [\(notebook.number)]> " }
    return "\u{1}\u{1B}[1;36m\u{1}mrs [\(notebook.number)]\u{1}\u{1B}[0m\u{1}> "
  }

  /// Offers the last line as its fix mends it; says once how it is taken.
  private func offer(_ mended: String?) {
    editor.offer = mended
    guard mended != nil, !hasToldOfOffers else { return }
    hasToldOfOffers = true
    output.say(editor.wayToTakeOffers)
  }

  /// Whether a line wipes the screen, as it does at other prompts.
  private func clears(_ text: String) -> Bool {
    guard text == "clear" || text == "cls", output.messages.page.hasColour else { return false }
    return notebook.interpreter.procedures[text] == nil
  }

  /// Remembers what was typed and runs it.
  private func run(_ text: String, again: Int? = nil) {
    guard !text.isEmpty else { return }
    if clears(text) { return output.write("\u{1B}[H\u{1B}[2J", STDOUT_FILENO) }
    let wasWarned = history.warning != nil
    history.remember(text)
    bench.run(text, again: again, for: frontEnd)
    if !wasWarned, let warning = history.warning { output.say(warning) }
  }

  private var frontEnd: FrontEnd {
    FrontEnd(
      host: output.host,
      stops: {
        defer { mrs_signals_forget() }
        return Int(mrs_signals_interrupts())
      }, take: { self.take($0) })
  }

  private func take(_ event: WorkbenchEvent) {
    switch event {
    case .started(let number, let text, let isHandedIn):
      // As if somebody had typed it: foreign text must not steer the terminal, nor fill it.
      if !isHandedIn { output.say("mrs [\(number)]> " + excerpt(text)) }
      output.follow(terminal)
      mrs_terminal_hush(1)
    case .ended:
      mrs_terminal_hush(0)
      output.show(event)
    case .edit(let text, let number): edit(text, again: number)
    case .leave: hasLeft = true
    default: output.show(event)
    }
  }

  private func edit(_ text: String, again number: Int) {
    let edited = ExternalEditor.edit(text)
    // Ctrl-C in the other editor was not meant for us.
    mrs_signals_forget()
    guard let edited, !edited.isEmpty else {
      output.say("nothing was changed, nothing runs")
      return
    }
    output.say("mrs [\(notebook.number)]> " + edited)
    run(edited, again: number)
  }
}

extension Output {
  /// The cells that the followed session has run since this was asked last, as they are shown, and what is
  /// wrong with lines of its file.
  func news(of following: any CellFeed) -> String? {
    let cells = following.news()
    let warning = following.warning()
    guard !cells.isEmpty || warning != nil else { return nil }
    var renderer = messages
    renderer.page.width = Terminal.width(of: STDERR_FILENO) - 2
    let shown = cells.map { cell in
      let head = renderer.page.ink("shared [\(cell.number)], `pull \(cell.number)` takes it:", .dim)
      let said = excerpt(
        cell.said.lazy.map { renderer.text($0) }.joined(), lines: Self.mostNews, cleans: false)
      return head + "\n" + renderer.text(Report([.code(excerpt(cell.text))]))
        + LineText.split(said).map { "  \($0)\n" }.joined()
    }.joined()
    return shown + (warning.map { renderer.page.ink(LineText.cleaned($0), .dim) + "\n" } ?? "")
  }

  /// How many lines of what a shared cell said are shown.
  private static let mostNews = 16
}

/// The beginning of a text that somebody else has written, as it may go to a terminal.
///
/// - Parameter cleans: whether it may hold marks that steer the terminal, as what was rendered does not.
private func excerpt(_ text: String, lines: Int = 40, cleans: Bool = true) -> String {
  let mostBytes = 500 * lines
  var rest = text[...]
  if rest.utf8.count > mostBytes {
    // Whole characters only.
    rest = Substring(String(decoding: rest.utf8.prefix(mostBytes), as: UTF8.self).dropLast())
  }
  let all = rest.split(separator: "\n", omittingEmptySubsequences: false)
  var shown = all.prefix(lines).joined(separator: "\n")
  if cleans { shown = LineText.cleaned(shown.replacing("\t", with: "  ")) }
  return rest.utf8.count < text.utf8.count || all.count > lines ? shown + "\n…" : shown
}
