import Commands
import Dispatch
import Language
import Reports
import Synchronization

/// Another front end than the prompt, with nothing of the shell: cells come in as lines, events go out as
/// JSON, one object a line. A line `interrupt` asks the cell that runs to stop; without one it drops what a
/// stopped training left. After all that a line brings about comes `{"event":"ready"}`.
package final class JSONFrontEnd {
  package let bench: Workbench
  private let lines: InputLines
  private let write: (String) -> Void
  private var hasLeft = false

  /// - Parameters:
  ///   - input: the next line, nil at the end; asked on a thread of its own.
  ///   - write: takes lines of output, without their ends.
  package init(
    host: any Host, journals: any JournalStore, input: @escaping @Sendable () -> String?,
    write: @escaping (String) -> Void
  ) {
    self.write = write
    lines = InputLines(host, input)
    bench = Workbench(journals: journals) { write(event("notice", ["text": .string($0)])) }
  }

  package func run() {
    let frontEnd = FrontEnd(host: lines, stops: { [lines] in lines.stops() }) { self.take($0) }
    bench.open(for: frontEnd)
    ready()
    while !hasLeft, let line = lines.next() {
      if lines.stops() > 0 { bench.interrupt(for: frontEnd) }
      guard !line.isEmpty else { continue }
      bench.run(line, for: frontEnd)
      ready()
    }
    bench.close()
  }

  private func ready() { write(event("ready", ["cell": .number(bench.notebook.number)])) }

  private func take(_ happened: WorkbenchEvent) {
    switch happened {
    case .started(let number, let text, let isHandedIn):
      let members: KeyValuePairs<String, JSON> = [
        "cell": .number(number), "text": .string(text), "typed": .truth(isHandedIn),
      ]
      write(event("started", members))
    case .progress(let progress):
      let members: KeyValuePairs<String, JSON> = [
        "title": .string(progress.title), "done": .number(progress.done),
        "of": .number(progress.total),
      ]
      write(event("progress", members))
    case .statement(let outcome):
      if let report = outcome.report { said(report) }
    case .said(let report): said(report)
    case .ended(let ending):
      let faults = ending.result.faults.map { json(JSONRenderer().text($0, in: ending.source)) }
      let members: KeyValuePairs<String, JSON> = [
        "cell": ending.cell.map { .number($0.number) } ?? .null,
        "completed": .truth(ending.result == .completed), "faults": .array(faults),
      ]
      write(event("ended", members))
    case .recovered(let done, let all, _):
      write(event("recovered", ["done": .number(done), "of": .number(all)]))
    case .edit(let text, let number):
      write(event("edit", ["text": .string(text), "again": .number(number)]))
    case .leave: hasLeft = true
    case .warned, .notice, .stopped, .dropped:
      if let sentence = happened.sentence { write(event("notice", ["text": .string(sentence)])) }
    }
  }

  private func said(_ report: Report) {
    write(event("said", ["report": json(JSONRenderer().text(report))]))
  }
}

private func event(_ name: String, _ members: KeyValuePairs<String, JSON>) -> String {
  JSON.object([.init("event", .string(name))] + members.map { .init($0.key, $0.value) }).text
}

private func json(_ text: String) -> JSON { JSON(parsing: text) ?? .null }

extension RunResult {
  fileprivate var faults: [Diagnostic] {
    switch self {
    case .completed, .interrupted: []
    case .invalid(let faults): faults
    case .failed(let fault), .expectationFailed(let fault): [fault]
    }
  }
}

/// The lines that come in, read on a thread of their own, so that one that asks to stop is seen while a cell
/// runs; and the host that tells the cell.
private final class InputLines: ForwardingHost {
  let host: any Host
  private let state = Mutex<(waiting: [String?], stops: Int)>(([], 0))
  private let isSomething = DispatchSemaphore(value: 0)

  init(_ host: any Host, _ input: @escaping @Sendable () -> String?) {
    self.host = host
    DispatchQueue(label: "input").async { [self] in
      repeat {
        let line = input()
        let isStop = line == "interrupt"
        state.withLock { state in
          // An empty line wakes who waits for the next one.
          state.waiting.append(isStop ? "" : line)
          if isStop { state.stops += 1 }
        }
        isSomething.signal()
        if line == nil { return }
      } while true
    }
  }

  /// Waits for the next line; nil at the end.
  func next() -> String? {
    isSomething.wait()
    return state.withLock { $0.waiting.removeFirst() }
  }

  /// How often a line has asked to stop since this was asked last.
  func stops() -> Int {
    state.withLock { state in
      defer { state.stops = 0 }
      return state.stops
    }
  }

  var wantsToStop: Bool { state.withLock { $0.stops > 0 } }

  func checkpoint(_ progress: Progress) throws(Interrupted) {
    if wantsToStop { throw Interrupted() }
    try host.checkpoint(progress)
  }
}
