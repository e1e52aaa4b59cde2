import Language
import Reports

/// What a workbench needs of whoever drives it, such as the prompt: the host that cells run with, and a
/// function that takes events.
///
/// Events come in the order in which things happen, on the thread that called the workbench and before that
/// call returns.
package struct FrontEnd {
  package let host: any Host
  /// How often the user has asked to stop since the last call. Called when a cell has ended, so that later
  /// requests count for later cells.
  package let stops: () -> Int
  package let take: (WorkbenchEvent) -> Void

  package init(
    host: any Host, stops: @escaping () -> Int = { 0 },
    take: @escaping (WorkbenchEvent) -> Void
  ) {
    self.host = host
    self.stops = stops
    self.take = take
  }
}

/// What happens at a workbench or while a script runs.
package enum WorkbenchEvent: Sendable {
  /// A cell, or a command about cells, is about to run. One that was not handed in comes from `rerun`,
  /// `pull` or `recover`, and may hold anything.
  case started(number: Int, text: String, isHandedIn: Bool)
  /// How far the running command is; many times a second.
  case progress(Progress)
  /// A statement with a command or an expectation has ended: what it said, or why it failed.
  case statement(StatementOutcome)
  /// The cell or the script has ended. A command about cells ends before what it wants is done, which
  /// follows: a report, cells that run, or a request.
  case ended(Ending)
  /// Warnings about a script, before it runs.
  case warned([Diagnostic], in: Source)
  /// What a command about cells says, and remarks: what is stale now, the next step of a lesson.
  case said(Report)
  /// A notice for the user that is neither a result nor an error.
  case notice(String)
  /// A training of this cell was stopped; asking once more to stop drops what it came to.
  case stopped(cell: Int)
  /// What the stopped cell left in the session has been undone.
  case dropped(cell: Int)
  /// Statements of an interrupted session have been run again: `done` of all.
  case recovered(done: Int, of: Int, isDamaged: Bool)
  /// The user wants to edit a text; what comes of it is to be run in place of that cell.
  case edit(String, again: Int)
  /// The user wants to leave.
  case leave

  /// How a cell or a script has ended.
  package struct Ending: Sendable {
    package var result: RunResult
    /// What has run; the diagnostics of the result tell of places in it.
    package var source: Source
    /// The cell that it has become; nil for a script and for a command about cells.
    package var cell: Cell?
    /// Whether statements before one that stopped it have done something.
    package var hasKept = false
  }

  /// The event as a sentence for the user, where one is enough.
  package var sentence: String? {
    switch self {
    case .notice(let text): return text
    case .stopped: return "Ctrl-C again drops this model"
    case .dropped(let cell):
      return "dropped: the session is as it was before cell \(cell); `redo` brings the model back"
    case .recovered(let done, let all, let isDamaged):
      let count = all - done
      guard count > 0 else { return nil }
      return (count == 1 ? "one statement is" : "\(count) statements are")
        + " not brought back; `recover\(isDamaged ? " damaged" : "")` goes on with "
        + (count == 1 ? "it" : "them")
    case .started, .progress, .statement, .ended, .warned, .said, .edit, .leave: return nil
    }
  }
}

extension Interpreter {
  /// Emits warnings about a script, without running it.
  package func warn(of source: Source, for frontEnd: FrontEnd) {
    let warnings = check(source, host: frontEnd.host).filter { $0.severity == .warning }
    if !warnings.isEmpty { frontEnd.take(.warned(warnings, in: source)) }
  }

  /// Checks a script and runs it until something fails, as `run(_:host:observe:)` does, and gives out what
  /// happens as events.
  @discardableResult
  package mutating func run(_ source: Source, for frontEnd: FrontEnd) -> RunResult {
    let result = run(source, host: ProgressHost(frontEnd)) { frontEnd.take(.statement($0)) }
    frontEnd.take(.ended(.init(result: result, source: source)))
    return result
  }
}

/// A host that gives out progress as events.
///
/// Unchecked, since a front end is of one thread: `checkpoint` is only called on the thread that runs the
/// command, and `take` nowhere else.
final class ProgressHost: ForwardingHost, @unchecked Sendable {
  let host: any Host
  private let take: (WorkbenchEvent) -> Void

  init(_ frontEnd: FrontEnd) {
    host = frontEnd.host
    take = frontEnd.take
  }

  func checkpoint(_ progress: Progress) throws(Interrupted) {
    try host.checkpoint(progress)
    // Without a title it only asks whether to stop.
    if !progress.title.isEmpty { take(.progress(progress)) }
  }
}
