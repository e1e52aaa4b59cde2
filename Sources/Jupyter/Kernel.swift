import Commands
import Language
import Reports

/// A kernel of Jupyter: a front end of a workbench that gets requests and answers with messages. No error
/// leaves, whatever comes in.
///
/// Not thread-safe: one thread runs cells. What has to be answered meanwhile is `KernelControl`'s.
package final class Kernel {
  let bench: Workbench
  let surroundings: Surroundings
  let maker: MessageMaker
  private let host: KernelHost
  private let wishes: StopWishes
  private let line: any KernelLine
  /// What is to be said with the next cell: before the first there is none to say it with.
  private var remarks = ""
  private(set) var history: KernelHistory
  /// Whether the kernel is to end.
  private(set) var hasLeft = false

  /// What a kernel needs of the program around it.
  package struct Surroundings: Sendable {
    package var host: any Host
    /// The version of the program.
    package var version: String
    /// The present time as ISO 8601 has it.
    package var date: @Sendable () -> String
    /// How often the process was interrupted by a signal since this was asked last.
    package var signals: @Sendable () -> Int
    /// Values of a session and files, for completion.
    package var live: @Sendable (Session) -> AssistanceContext.LiveValues

    package init(
      host: any Host, version: String, date: @escaping @Sendable () -> String,
      signals: @escaping @Sendable () -> Int = { 0 },
      live: @escaping @Sendable (Session) -> AssistanceContext.LiveValues
    ) {
      self.host = host
      self.version = version
      self.date = date
      self.signals = signals
      self.live = live
    }
  }

  init(
    _ surroundings: Surroundings, bench: Workbench, maker: MessageMaker, wishes: StopWishes,
    history: KernelHistory, line: any KernelLine
  ) {
    self.surroundings = surroundings
    self.bench = bench
    self.maker = maker
    self.wishes = wishes
    self.history = history
    self.line = line
    host = KernelHost(surroundings.host, wishes: wishes)
  }

  /// Says that it is there; what the workbench has to say waits for the first cell.
  func open() {
    bench.open(
      for: FrontEnd(host: host) { event in
        if let sentence = event.sentence { self.remarks += sentence + "\n" }
      })
    line.publish(maker.status("starting", about: nil))
  }

  /// The session ends as it should.
  func close() { bench.close() }

  /// Answers a request that came to the shell's socket.
  func answer(_ request: Message) {
    line.publish(maker.status("busy", about: request))
    defer { line.publish(maker.status("idle", about: request)) }
    let content = request.content
    switch request.type {
    case "execute_request": execute(request)
    case "kernel_info_request":
      reply("kernel_info_reply", request, KernelDescription.info(version: surroundings.version))
    case "complete_request": reply("complete_reply", request, completions(content))
    case "inspect_request": reply("inspect_reply", request, inspection(content))
    case "is_complete_request": reply("is_complete_reply", request, completeness(content))
    case "history_request": reply("history_reply", request, history.answer(content))
    case "comm_info_request":
      reply("comm_info_reply", request, ["status": .string("ok"), "comms": .object([])])
    case "comm_open":
      // There is nobody here to talk with.
      let id = content["comm_id"] ?? .null
      line.publish(
        maker.news(
          "comm_close", about: request, .object(["comm_id": id, "data": .object([])])))
    case "shutdown_request":
      // Front ends of before version 5.4 of the protocol may ask for it here.
      let control = KernelControl(
        maker: maker, wishes: wishes, version: surroundings.version, now: surroundings.host.now)
      if let reply = control.reply(to: request) { line.reply(reply) }
    default: break
    }
  }

  private func reply(
    _ type: String, _ request: Message, _ content: KeyValuePairs<String, JSON>
  ) { reply(type, request, .object(content)) }

  private func reply(_ type: String, _ request: Message, _ content: JSON) {
    line.reply(maker.reply(type, to: request, content))
  }
}

/// How a kernel reaches those who ask it.
protocol KernelLine: AnyObject {
  /// To everybody who watches.
  func publish(_ message: Message)
  /// To the one who asked at the shell's socket.
  func reply(_ message: Message)
  /// Puts a question to the user, and waits for the answer; nil to stop.
  func ask(_ question: Message) -> Message?
  /// Requests that have come to the shell's socket meanwhile.
  func waiting() -> [Message]
}

// MARK: Cells

extension Kernel {
  private func execute(_ request: Message) {
    let content = request.content
    guard let code = content["code"]?.string else {
      return fail(
        request, KernelFault("InvalidRequest", "`execute_request` has no `code`", lines: []), 0)
    }
    let isSilent = content.truth("silent", or: false)
    let isCell = !isSilent && content.truth("store_history", or: true)
    let number = bench.notebook.number
    if !isSilent {
      let input: JSON = .object(["code": .string(code), "execution_count": .number(number)])
      line.publish(maker.news("execute_input", about: request, input))
    }
    if let page = page(code) { return close(request, number, payload: [page]) }
    let outputs = CellOutputs(now: surroundings.host.now) { type, content in
      if !isSilent { self.line.publish(self.maker.news(type, about: request, content)) }
    }
    sayRemarks(request, outputs)
    let run = run(code, isCell: isCell, count: number, outputs: outputs)
    if isCell { history.add(code, number: number, said: bench.notebook.cells.last) }
    let count = max(number, bench.notebook.number - 1)
    if run.wantsToLeave { leave(request) }
    if let fault = run.fault {
      // What comes after the reply was asked for by somebody who knows of the fault.
      let waiting = content.truth("stop_on_error", or: true) ? line.waiting() : []
      fail(request, fault, count)
      return abort(waiting)
    }
    var payload: [JSON] = []
    if let edited = run.edited {
      payload.append(
        .object([
          "source": .string("set_next_input"), "text": .string(edited), "replace": .truth(false),
        ]))
    }
    close(request, count, payload: payload, expressions: content["user_expressions"])
  }

  /// Runs a cell, or what is to be none, to its end.
  private func run(_ code: String, isCell: Bool, count: Int, outputs: CellOutputs) -> CellRun {
    let run = CellRun(bench.notebook.spelledOut(code), count: count, outputs: outputs)
    // What was asked before it began was not meant for it.
    _ = (wishes.take(), surroundings.signals())
    let frontEnd = FrontEnd(
      host: host, stops: { self.wishes.take() + self.surroundings.signals() },
      take: { run.take($0) })
    if isCell { bench.run(code, for: frontEnd) } else { bench.runAside(code, for: frontEnd) }
    outputs.close()
    return run
  }

  /// What there is to say since the kernel began, to whoever can answer it: documents that are made of
  /// notebooks are no place for offers.
  private func sayRemarks(_ request: Message, _ outputs: CellOutputs) {
    guard !remarks.isEmpty, request.content.truth("allow_stdin", or: true) else { return }
    outputs.say(remarks, to: "stderr")
    remarks = ""
  }

  private func close(
    _ request: Message, _ count: Int, payload: [JSON] = [], expressions: JSON? = nil
  ) {
    reply(
      "execute_reply", request,
      [
        "status": .string("ok"), "execution_count": .number(count), "payload": .array(payload),
        "user_expressions": values(of: expressions),
      ])
  }

  private func fail(_ request: Message, _ fault: KernelFault, _ count: Int) {
    let members = [JSON.Member("status", .string("error"))] + fault.members
    reply(
      "execute_reply", request, .object(members + [.init("execution_count", .number(count))]))
  }

  /// Those who had asked for cells behind one that failed are told that these do not run.
  private func abort(_ waiting: [Message]) {
    for request in waiting {
      guard request.type == "execute_request" else {
        answer(request)
        continue
      }
      line.publish(maker.status("busy", about: request))
      reply("execute_reply", request, ["status": .string("aborted")])
      line.publish(maker.status("idle", about: request))
    }
  }

  /// `exit`: asks, where somebody can answer, since what is not saved is lost.
  private func leave(_ request: Message) {
    guard request.content.truth("allow_stdin", or: true) else {
      hasLeft = true
      return
    }
    let content = JSON.object([
      "prompt": .string("Leave this session? What is not saved is lost. (y/n) "),
      "password": .truth(false),
    ])
    let answer = line.ask(maker.reply("input_request", to: request, content))
    let said = answer?.content["value"]?.string?.trimmingSpaces.lowercased() ?? ""
    hasLeft = ["y", "yes"].contains(said)
  }

  /// What each of the user's expressions comes to, in a copy of the session.
  private func values(of expressions: JSON?) -> JSON {
    guard case .object(let members)? = expressions else { return .object([]) }
    return .object(
      members.map { .init($0.name, value(of: $0.value.string ?? "")) })
  }

  private func value(of expression: String) -> JSON {
    let (report, fault) = aside(expression)
    if let fault { return .object([.init("status", .string("error"))] + fault.members) }
    return .object([
      "status": .string("ok"), "data": Bundles.data(of: report), "metadata": .object([]),
    ])
  }

  /// What a text says in a copy of the session, which stays as it is.
  func aside(_ text: String) -> (Report, KernelFault?) {
    var copy = bench.notebook.interpreter
    var said = Report()
    let source = Source(name: "expression", text: bench.notebook.spelledOut(text))
    let result = copy.run(source, host: host) { outcome in
      said.blocks += outcome.report?.blocks ?? []
      if let fields = outcome.report?.result, !fields.fields.isEmpty { said.result = fields }
    }
    switch result {
    case .completed: return (said, nil)
    case .interrupted: return (said, KernelFault("Interrupted", "interrupted", lines: []))
    case .failed(let fault), .expectationFailed(let fault):
      return (said, KernelFault([fault], in: source))
    case .invalid(let faults): return (said, KernelFault(faults, in: source))
    }
  }
}
