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
      let count = lost.statements.count
      output.say(
        "the session of \(lost.clock) was cut off: `recover` brings back its "
          + (count == 1 ? "one statement" : "\(count) statements"))
      if let running = lost.running {
        output.say("this was running: " + clipped(running.replacing("\n", with: " ⏎ "), to: 60))
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
    let stale = remarks ? notebook.stale : [:]
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
      if remarks, let remark = notebook.remark(staleBefore: stale) { output.show(remark) }
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
    case .recover: recover()
    }
  }

  /// Runs again what was cut off. What is left when it stops can be recovered later; until all is done, the
  /// old journal is the one that counts.
  private func recover() {
    guard var lost else {
      output.say("there is nothing to recover")
      return
    }
    var done = 0
    journal.postpones = true
    results?.isTaking = true
    for text in lost.statements {
      output.say("mrs [\(notebook.number)]> " + text)
      guard run(text, remarks: false) else { break }
      done += 1
    }
    results?.isTaking = false
    journal.postpones = false
    lost.statements.removeFirst(done)
    self.lost = lost.statements.isEmpty ? nil : lost
    if lost.statements.isEmpty { return lost.forget() }
    let count = lost.statements.count
    output.say(
      (count == 1 ? "one statement is" : "\(count) statements are")
        + " not brought back; `recover` goes on with " + (count == 1 ? "it" : "them"))
  }

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
      output.say("mrs [\(notebook.number)]> " + text)
      guard run(text, again: again.indices.contains(place) ? again[place] : nil) else {
        return false
      }
    }
    return true
  }
}

extension Output {
  /// The cells that the followed session has run since this was asked last, as they are shown.
  func news(of following: Following) -> String? {
    let cells = following.news()
    guard !cells.isEmpty else { return nil }
    var renderer = messages
    renderer.page.width = Terminal.width(of: STDERR_FILENO) - 2
    return cells.map { cell in
      let head = renderer.page.ink("shared [\(cell.number)], `pull \(cell.number)` takes it:", .dim)
      let lines = LineText.split(cell.said.map { renderer.text($0) }.joined())
      let said = lines.prefix(Self.mostNews) + (lines.count > Self.mostNews ? ["…"] : [])
      return head + "\n" + renderer.text(Report([.code(cell.text)]))
        + said.map { "  \($0)\n" }.joined()
    }.joined()
  }

  /// How many lines of what a shared cell said are shown.
  private static let mostNews = 16
}
