import Language
import Reports

/// The part of a prompt that all front ends share: a notebook with its journal (each cell is written before
/// it runs), recovery of an interrupted session, shared and pulled cells, dropping what a stopped training
/// left, and remarks on what became stale.
///
/// No method fails: errors are events, or the result of a cell. One thread at a time may use it. While a cell
/// runs, front ends see the notebook as it was before, and nothing else runs.
package final class Workbench {
  package private(set) var notebook: Notebook
  /// The session that `pull` takes cells from.
  package let following: (any CellFeed)?
  private let sharing: (any CellSink)?
  private let journal: Journal
  private var lost: RecoverableSession?
  /// The statement that bringing it back has stopped before.
  private var standing: String?
  /// Where results of long commands are kept, for `recover` to take them.
  private let results: RecoverableResults?
  /// Where it is kept how far lessons came.
  private let lessons: (any LessonRecord)?
  /// The cell whose training was stopped just now; asking again to stop before anything else runs drops its
  /// model.
  private var stopped: Int?
  private var isRunning = false
  /// Whether it was said that the session is not written down.
  private var hasWarned = false

  /// - Parameters:
  ///   - journal: where the session is written down; nowhere if not given.
  ///   - lost: what `recover` brings back.
  package init(
    journal: Journal = Journal(in: nil), lost: RecoverableSession? = nil,
    sharing: (any CellSink)? = nil, following: (any CellFeed)? = nil,
    results: RecoverableResults? = nil, lessons: (any LessonRecord)? = nil
  ) {
    self.lessons = lessons
    self.journal = journal
    self.lost = lost
    self.sharing = sharing
    self.following = following
    self.results = results
    notebook = Notebook(keepingResultsIn: results)
    notebook.lessonsDone = lessons?.steps() ?? [:]
  }

  /// A session that is written down in a store, where the newest one that was cut off can be recovered.
  ///
  /// - Parameter say: takes what is to be said of journals that cannot be read.
  package convenience init(
    journals: (any JournalStore)?, sharing: (any CellSink)? = nil,
    following: (any CellFeed)? = nil, results: RecoverableResults? = nil,
    lessons: (any LessonRecord)? = nil, say: (String) -> Void = { _ in }
  ) {
    // Before its own journal is there.
    let lost = journals.flatMap { RecoverableSession.newest(in: $0, say: say) }
    self.init(
      journal: Journal(in: journals), lost: lost, sharing: sharing, following: following,
      results: results, lessons: lessons)
  }

  /// Says what there is to say before the first cell: whether the session is written down, and what can be
  /// recovered.
  package func open(for frontEnd: FrontEnd) {
    warn(frontEnd)
    guard let lost else { return }
    frontEnd.take(.notice(lost.offer))
    if let running = lost.running {
      // Foreign text must not steer a terminal.
      let text = LineText.cleaned(clipped(running.replacing("\n", with: " ⏎ "), to: 60))
      frontEnd.take(.notice("this was running: " + text))
    }
  }

  /// Runs what was typed: as a new cell, or as a command about cells, with all that it wants done. Blanks
  /// alone are nothing.
  ///
  /// - Parameter again: the cell that it does again, perhaps changed.
  package func run(_ text: String, again: Int? = nil, for frontEnd: FrontEnd) {
    guard !text.trimmingSpaces.isEmpty else { return }
    guard !isRunning else {
      frontEnd.take(.notice("a cell is running; only when it has ended the next one can begin"))
      return
    }
    stopped = nil
    perform(text, again: again, isHandedIn: true, for: frontEnd)
    warn(frontEnd)
  }

  /// Runs a text that does not become a cell; what it changes belongs to the state that the last cell left.
  package func runAside(_ text: String, for frontEnd: FrontEnd) {
    guard !text.trimmingSpaces.isEmpty, !isRunning else { return }
    journal.starts(text)
    isRunning = true
    var next = notebook
    let result = next.runAside(text, host: ProgressHost(frontEnd)) {
      frontEnd.take(.statement($0))
    }
    notebook = next
    isRunning = false
    _ = frontEnd.stops()
    frontEnd.take(.ended(.init(result: result, source: Source(text: text))))
    journal.reaches(notebook.interpreter.log)
  }

  /// The user asks to stop while nothing runs: takes back what the cell left that was stopped just now.
  package func interrupt(for frontEnd: FrontEnd) {
    guard !isRunning, let cell = stopped, (try? notebook.step(-1)) != nil else { return }
    stopped = nil
    journal.reaches(notebook.interpreter.log)
    frontEnd.take(.dropped(cell: cell))
  }

  /// The session ends as it should: nothing of it is left to be recovered.
  package func close() { journal.finish() }

  /// Says once why the session is not written down.
  private func warn(_ frontEnd: FrontEnd) {
    guard !hasWarned, let warning = journal.warning else { return }
    hasWarned = true
    frontEnd.take(.notice(warning))
  }

  /// Runs a cell; false when what was to follow it should not.
  ///
  /// - Parameter remarks: whether to say what it makes stale.
  @discardableResult
  private func perform(
    _ typed: String, again: Int? = nil, isHandedIn: Bool = false, remarks: Bool = true,
    for frontEnd: FrontEnd
  ) -> Bool {
    frontEnd.take(.started(number: notebook.number, text: typed, isHandedIn: isHandedIn))
    let text = notebook.spelledOut(typed)
    journal.starts(text)
    let stale = remarks ? notebook.stale(frontEnd.host) : [:]
    let before = (count: notebook.interpreter.log.count, number: notebook.number)
    notebook.interpreter.warn(of: Source(text: text), for: frontEnd)
    let (outcome, stops) = ran(text, again, frontEnd)
    var ending = WorkbenchEvent.Ending(result: .completed, source: Source(text: text))
    switch outcome {
    case .ran(let result):
      ending.result = result
      ending.cell = notebook.number > before.number ? notebook.cells.last : nil
      ending.hasKept = notebook.interpreter.log.count > before.count
      frontEnd.take(.ended(ending))
      keep(stops, frontEnd)
      if result == .completed { share(frontEnd) }
      journal.reaches(notebook.interpreter.log)
      if remarks, let remark = notebook.remark(staleBefore: stale, frontEnd.host) {
        frontEnd.take(.said(remark))
      }
      answerLesson(frontEnd)
      return result == .completed && stops == 0
    case .request(let request):
      frontEnd.take(.ended(ending))
      perform(request, frontEnd)
      journal.reaches(notebook.interpreter.log)
      return true
    }
  }

  /// What the lesson says that is being taken; how far it came is kept.
  private func answerLesson(_ frontEnd: FrontEnd) {
    let name = notebook.lesson?.name ?? ""
    let before = notebook.lessonsDone[name]
    guard let answer = notebook.lessonAnswer(host: frontEnd.host) else { return }
    if let done = notebook.lessonsDone[name], done != before { lessons?.keep(done, of: name) }
    frontEnd.take(.said(answer))
  }

  /// Runs a cell in a copy of the notebook, so that front ends can look at the one before meanwhile; returns
  /// what came of it and how often the user has asked to stop.
  private func ran(
    _ text: String, _ again: Int?, _ frontEnd: FrontEnd
  ) -> (Notebook.Outcome, stops: Int) {
    isRunning = true
    defer { isRunning = false }
    var next = notebook
    let outcome = next.run(text, again: again, host: ProgressHost(frontEnd)) {
      frontEnd.take(.statement($0))
    }
    notebook = next
    return (outcome, frontEnd.stops())
  }

  /// After the user has stopped a training: what it came to is kept, unless they asked twice.
  private func keep(_ stops: Int, _ frontEnd: FrontEnd) {
    guard stops > 0, let cell = notebook.cells.last, cell.isPartial else { return }
    stopped = cell.number
    if stops > 1 { interrupt(for: frontEnd) } else { frontEnd.take(.stopped(cell: cell.number)) }
  }

  /// Gives the last cell to those who follow.
  private func share(_ frontEnd: FrontEnd) {
    guard let sharing, let cell = notebook.cells.last else { return }
    if !sharing.add(SharedCell(number: cell.number, text: cell.text, said: cell.reports)) {
      frontEnd.take(.notice("cell \(cell.number) could not be shared"))
    }
  }
}

// MARK: What commands about cells want

extension Workbench {
  private func perform(_ request: NotebookRequest, _ frontEnd: FrontEnd) {
    switch request {
    case .show(let report): frontEnd.take(.said(report))
    case .leave: frontEnd.take(.leave)
    case .run(let texts, let numbers): runAll(texts, again: numbers, frontEnd)
    case .edit(let text, let number): frontEnd.take(.edit(text, again: number))
    case .pull(let numbers): pull(numbers, frontEnd)
    case .recover(let recovery): recover(recovery, frontEnd)
    }
  }

  /// Runs cells one after the other until one fails.
  private func runAll(_ texts: [String], again: [Int] = [], _ frontEnd: FrontEnd) {
    for (place, text) in texts.enumerated() {
      let again = again.indices.contains(place) ? again[place] : nil
      guard perform(text, again: again, for: frontEnd) else { return }
    }
  }

  /// Runs cells of the session that is followed.
  private func pull(_ numbers: ClosedRange<Int>?, _ frontEnd: FrontEnd) {
    guard let following else {
      frontEnd.take(.notice("no session is followed: start with `mrs --follow FILE`"))
      return
    }
    _ = following.news()
    let newest = following.cells.last?.number
    let wanted = numbers ?? newest.map { $0...$0 }
    let cells = wanted.map { wanted in following.cells.filter { wanted.contains($0.number) } } ?? []
    guard !cells.isEmpty else {
      let known = newest.map { "; the newest is \($0)" } ?? "; it has none yet"
      frontEnd.take(.notice("the session that is followed has no such cell" + known))
      return
    }
    runAll(cells.sorted { $0.number < $1.number }.map(\.text), frontEnd)
  }

  /// Runs again what was cut off. What is left when it stops can be recovered later; until all is done, the
  /// old journal is the one that counts.
  private func recover(_ recovery: Recovery, _ frontEnd: FrontEnd) {
    guard var lost else {
      frontEnd.take(.notice("there is nothing to recover"))
      return
    }
    let damaged = recovery.isDamaged
    if recovery.skips {
      guard let standing, (damaged ? lost.readable : lost.statements).first == standing else {
        frontEnd.take(
          .notice("`recover` has not stopped before a statement that could be left out"))
        return
      }
      lost.goOn(behind: [standing])
    }
    let texts = damaged ? lost.readable : lost.statements
    let host = ThriftyHost(frontEnd.host, maySpend: recovery.spends)
    let done = replay(texts, FrontEnd(host: host, stops: frontEnd.stops, take: frontEnd.take))
    lost.goOn(behind: Array(texts[..<done]))
    standing = done < texts.count ? texts[done] : nil
    self.lost = lost.statements.isEmpty && lost.readable.isEmpty ? nil : lost
    frontEnd.take(.recovered(done: done, of: texts.count, isDamaged: damaged))
    guard done == texts.count, let kept = lost.forget() else { return }
    frontEnd.take(
      .notice(
        "what was done in and behind the damaged lines is not brought back"
          + (self.lost == nil ? "" : "; `recover damaged` runs what can be read of it")))
    frontEnd.take(.notice("the journal is damaged; " + kept))
    // The journal has another name now.
    if self.lost != nil { self.lost = lost }
  }

  /// Runs statements until one fails; returns how many did not.
  private func replay(_ statements: [String], _ frontEnd: FrontEnd) -> Int {
    journal.postpones = true
    results?.isTaking = true
    defer {
      results?.isTaking = false
      journal.postpones = false
    }
    for (done, text) in statements.enumerated() {
      guard perform(text, remarks: false, for: frontEnd) else { return done }
    }
    return statements.count
  }
}
