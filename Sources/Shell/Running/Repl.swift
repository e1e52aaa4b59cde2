import CLineEditor
import Commands
import Glibc
import Language
import Reports

/// The prompt: reads a cell, runs it, shows what came of it, until the user leaves. No error leaves.
package final class Repl {
  private let editor: any LineEditor
  private let history: History
  private let journal: Journal
  private let terminal: Terminal
  private var output: Output
  private var lost: LostSession?
  private let sharing: Sharing?
  private let following: Following?
  package private(set) var notebook: Notebook
  /// Where results of long commands are kept, for `recover` to take them.
  private let results: RecoverableResults?
  private var hasLeft = false
  /// The cell whose training was stopped just now; Ctrl-C before anything else is typed drops its model.
  private var stopped: Int?

  package init(
    editor: any LineEditor, history: History, journal: Journal = Journal(folder: nil),
    lost: LostSession? = nil, sharing: Sharing? = nil, following: Following? = nil,
    results: RecoverableResults? = nil, output: Output, terminal: Terminal
  ) {
    self.editor = editor
    self.history = history
    self.journal = journal
    self.lost = lost
    self.sharing = sharing
    self.following = following
    self.results = results
    notebook = Notebook(keepingResultsIn: results)
    self.output = output
    self.terminal = terminal
  }

  package func run() -> ExitStatus {
    greet()
    while !hasLeft {
      let live = LiveValues(session: notebook.interpreter.session, host: output.host)
      editor.assistance = notebook.interpreter.assistance(live: { live.values($0, prefix: $1) })
      if let news = following.flatMap({ output.news(of: $0) }) { output.write(news, STDERR_FILENO) }
      switch editor.read(prompt: prompt, initial: "") {
      case .end:
        output.say("")
        hasLeft = true
      case .interrupted: drop()
      case .dropped: continue
      case .line(let text): take(text.trimmingSpaces)
      }
    }
    journal.finish()
    return .success
  }

  private func greet() {
    if !output.isQuiet {
      output.say("mrs \(Version.text) · help for help, Tab completes, ? lists, Ctrl-D leaves")
    }
    for warning in [history.warning, journal.warning] { if let warning { output.say(warning) } }
    if let lost {
      output.say(lost.offer)
      if let running = lost.running {
        output.say(
          "this was running: "
            + LineText.cleaned(clipped(running.replacing("\n", with: " ⏎ "), to: 60)))
      }
    }
  }

  /// The number in the prompt stands between marks that take no room on the screen.
  private var prompt: String {
    guard output.messages.page.hasColour else { return "mrs [\(notebook.number)]> " }
    return "\u{1}\u{1B}[1;36m\u{1}mrs [\(notebook.number)]\u{1}\u{1B}[0m\u{1}> "
  }

  /// Remembers what was typed and runs it.
  private func take(_ text: String, again: Int? = nil) {
    guard !text.isEmpty else { return }
    stopped = nil
    let warned = (history.warning, journal.warning)
    history.remember(text)
    run(text, again: again)
    if warned.0 == nil, let warning = history.warning { output.say(warning) }
    if warned.1 == nil, let warning = journal.warning { output.say(warning) }
  }

  /// Runs a cell; false when what was to follow it should not.
  ///
  /// - Parameter remarks: whether to say what it makes stale.
  @discardableResult
  private func run(_ typed: String, again: Int? = nil, remarks: Bool = true) -> Bool {
    let text = spelledOut(typed)
    output.follow(terminal)
    journal.starts(text)
    mrs_terminal_hush(1)
    let stale = remarks ? notebook.stale(output.host) : [:]
    let before = notebook.interpreter.log.count
    let outcome = notebook.run(text, again: again, host: output.host) { outcome in
      if let report = outcome.report { output.show(report) }
    }
    mrs_terminal_hush(0)
    // From here on Ctrl-C is meant for the prompt.
    let presses = Int(mrs_signals_interrupts())
    mrs_signals_forget()
    switch outcome {
    case .ran(let result):
      output.show(
        result, of: Source(text: text), hasKept: notebook.interpreter.log.count > before)
      keep(presses: presses)
      if result == .completed { share() }
      journal.reaches(notebook.interpreter.log)
      if remarks, let remark = notebook.remark(staleBefore: stale, output.host) { output.show(remark) }
      if let answer = notebook.lessonAnswer(host: output.host) { output.show(answer) }
      return result == .completed && presses == 0
    case .wish(let wish):
      grant(wish)
      journal.reaches(notebook.interpreter.log)
      return true
    }
  }

  /// After Ctrl-C has stopped a training: what it came to is kept, unless Ctrl-C was pressed twice.
  private func keep(presses: Int) {
    guard presses > 0, let cell = notebook.cells.last, cell.isPartial else { return }
    stopped = cell.number
    if presses > 1 {
      drop()
    } else {
      output.say("Ctrl-C again drops this model")
    }
  }

  /// Takes back what the cell left that was stopped just now.
  private func drop() {
    guard let cell = stopped, (try? notebook.step(-1)) != nil else { return }
    stopped = nil
    journal.reaches(notebook.interpreter.log)
    output.say(
      "dropped: the session is as it was before cell \(cell); `redo` brings the model back")
  }

  private func grant(_ wish: NotebookWish) {
    switch wish {
    case .show(let report): output.show(report)
    case .leave: hasLeft = true
    case .run(let texts, let numbers): runAll(texts, again: numbers)
    case .edit(let text, let number):
      let edited = ExternalEditor.edit(text)
      // Ctrl-C in the other editor was not meant for us.
      mrs_signals_forget()
      guard let edited, !edited.isEmpty else {
        output.say("nothing was changed, nothing runs")
        return
      }
      output.say("mrs [\(notebook.number)]> " + edited)
      take(edited, again: number)
    case .pull(let numbers): pull(numbers)
    case .recover(let damaged): recover(damaged: damaged)
    }
  }

  /// Runs again what was cut off. What is left when it stops can be recovered later; until all is done, the
  /// old journal is the one that counts.
  ///
  /// - Parameter damaged: also what stands behind damaged lines.
  private func recover(damaged: Bool) {
    guard var lost else {
      output.say("there is nothing to recover")
      return
    }
    let texts = damaged ? lost.readable : lost.statements
    let done = bringBack(texts)
    lost.goOn(behind: Array(texts[..<done]))
    self.lost = lost.statements.isEmpty && lost.readable.isEmpty ? nil : lost
    let count = texts.count - done
    if count > 0 {
      output.say(
        (count == 1 ? "one statement is" : "\(count) statements are")
          + " not brought back; `recover\(damaged ? " damaged" : "")` goes on with "
          + (count == 1 ? "it" : "them"))
      return
    }
    guard let kept = lost.forget() else { return }
    output.say(
      "what was done in and behind the damaged lines is not brought back"
        + (self.lost == nil ? "" : "; `recover damaged` runs what can be read of it"))
    output.say("the journal is damaged; " + kept)
    self.lost?.path = lost.path
  }

  /// Runs statements until one fails; returns how many did not.
  private func bringBack(_ statements: [String]) -> Int {
    journal.postpones = true
    results?.isTaking = true
    defer {
      results?.isTaking = false
      journal.postpones = false
    }
    for (done, text) in statements.enumerated() {
      echo(text)
      guard run(text, remarks: false) else { return done }
    }
    return statements.count
  }

  /// Shows a cell that nobody typed as if somebody had: foreign text must not steer the terminal, nor fill
  /// it.
  private func echo(_ text: String) { output.say("mrs [\(notebook.number)]> " + excerpt(text)) }

  /// Adds the last cell to the file that others follow.
  private func share() {
    guard let sharing, let cell = notebook.cells.last else { return }
    if !sharing.add(SharedCell(number: cell.number, text: cell.text, said: cell.reports)) {
      output.say("cell \(cell.number) could not be shared")
    }
  }

  /// Runs cells of the session that is followed.
  private func pull(_ numbers: ClosedRange<Int>?) {
    guard let following else {
      output.say("no session is followed: start with `mrs --follow FILE`")
      return
    }
    _ = following.news()
    let newest = following.cells.last?.number
    let wanted = numbers ?? newest.map { $0...$0 }
    let cells = wanted.map { wanted in following.cells.filter { wanted.contains($0.number) } } ?? []
    guard !cells.isEmpty else {
      let known = newest.map { "; the newest is \($0)" } ?? "; it has none yet"
      output.say("the session that is followed has no such cell" + known)
      return
    }
    runAll(cells.sorted { $0.number < $1.number }.map(\.text))
  }

  /// Runs cells one after the other, each shown as if it were typed, until one fails.
  @discardableResult
  private func runAll(_ texts: [String], again: [Int] = []) -> Bool {
    for (place, text) in texts.enumerated() {
      echo(text)
      guard run(text, again: again.indices.contains(place) ? again[place] : nil) else {
        return false
      }
    }
    return true
  }
}

extension Output {
  /// The cells that the followed session has run since this was asked last, as they are shown, and what is
  /// wrong with lines of its file.
  func news(of following: Following) -> String? {
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
