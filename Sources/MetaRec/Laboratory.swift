import Commands
import Dispatch
import Kernels
import Language
import Reports
import Synchronization

/// An interpreter of the language with a session: data, tasks, models and named results.
///
///     let lab = try Laboratory(host: .memory(["r.csv": bytes]), threads: 2)
///     for try await event in lab.run("load \"r.csv\"; split tasks; meta-train maml; let r = evaluate ndcg@10") { … }
///     let ndcg = try lab["r"]["ndcg@10"].number
///     let top = try lab.recommender().adapted(to: ["item7": 5]).top(10)
///
/// May be used from any thread. It runs one script at a time: ``run(_:name:)`` waits for its turn, every other function
/// that changes something throws E0913 while a script runs, and what is read meanwhile is as it was before. Any number
/// of laboratories work at the same time, each with the bits that it would have alone. A laboratory reaches nothing but
/// its host, starts no process, and changes no state of the process it is in. It must not be used in the child of a
/// `fork`, whose threads are gone, unless that child makes its own.
public final class Laboratory: Sendable {
  private struct State {
    var interpreter: Interpreter
    /// What the run under way can be stopped by; nil when none is.
    var running: StopWish?
    var waiting: [Turn] = []
  }

  /// A run that waits.
  private struct Turn: Sendable {
    let queue: EventQueue
    let start: @Sendable () -> Void
  }

  /// Where files come from.
  public let host: any LaboratoryHost
  private let state: Mutex<State>
  /// Its own threads, which end with it.
  private let pool = ThreadPool()

  /// A laboratory in which nothing has been done.
  ///
  /// - Parameters:
  ///   - host: where scripts find files; by default there are none, and what is written stays in memory.
  ///   - threads: how many compute at most, 0 to 256; 0 is one for each core. Never changes a result. A script's own
  ///     `set threads=` counts more.
  /// - Throws: E0302 for a number of threads out of range.
  public init(host: any LaboratoryHost = MemoryHost(), threads: Int = 0) throws {
    guard (0...256).contains(threads) else {
      throw LaboratoryError(
        "E0302", "\(threads) is no number of threads",
        help: ["allowed: 0 to 256; 0 is one for each core"])
    }
    self.host = host
    var interpreter = Interpreter()
    interpreter.execution.variation.threads = threads
    state = Mutex(State(interpreter: interpreter))
  }

  private init(_ interpreter: Interpreter, host: any LaboratoryHost) {
    self.host = host
    state = Mutex(State(interpreter: interpreter))
  }

  /// Another laboratory with all that this one has made so far, over the same host. Costs nothing: what neither
  /// changes they share.
  public func copy() -> Laboratory { Laboratory(interpreter, host: host) }

  var interpreter: Interpreter { state.withLock { $0.interpreter } }

  /// Does something with the interpreter while nothing runs.
  func change<T>(_ body: (inout Interpreter) throws -> T) throws -> T {
    try state.withLock { state in
      guard state.running == nil, state.waiting.isEmpty else { throw Self.isBusy }
      return try body(&state.interpreter)
    }
  }

  private static var isBusy: LaboratoryError {
    LaboratoryError(
      "E0913", "the laboratory is running a script",
      help: ["wait for its end, or use a `copy()`, or another laboratory"])
  }
}

// MARK: Giving

extension Laboratory {
  /// Makes a command of the host known to scripts, help, completion and checking.
  ///
  /// - Throws: E0911 when something about its declaration is wrong, such as a name that is taken; E0913.
  public func add<C: LaboratoryCommand>(_ command: C.Type) throws {
    try change { interpreter in
      if let fault = C.declaration.fault(beside: interpreter.verbs) { throw fault }
      interpreter.add(HostCommand<C>.self)
    }
  }

  /// Takes ratings as the session's data, as `load` does. Tasks and models made of earlier data are stale then.
  ///
  /// `save session` writes the lines that ran, and so not data that came this way.
  ///
  /// - Throws: E0913 while a script runs.
  public func give(_ data: Interactions) throws {
    try change { $0.take(data.dataset, from: "the host program") }
  }

  /// Gives a script's `param` a value.
  ///
  /// - Throws: E0913 while a script runs.
  public func setParameter(_ name: String, to value: Value) throws {
    try change { $0.parameters[name] = value.inLanguage }
  }
}

// MARK: Asking

extension Laboratory {
  /// The value that `let` has bound to a name: `try lab["r"]["ndcg@10"].number`. While a script runs, as it was before.
  ///
  /// - Throws: E0703 when nothing has that name.
  public subscript(name: String) -> Value {
    get throws {
      let variables = interpreter.variables
      if let value = variables[name]?.value { return Value(value) }
      let known = variables.sorted.map(\.0)
      throw LaboratoryError(
        "E0703", "there is no result called `\(name)`",
        help: [
          known.isEmpty ? "`let \(name) = …` binds one" : "bound: " + known.joined(separator: ", ")
        ], suggestions: suggestions(for: name, among: known))
    }
  }

  /// What the session holds now.
  public var slots: Set<Slot> {
    let session = interpreter.session
    return Set(
      Slot.allCases.filter { slot in session.nouns.contains { $0.0 == slot.noun && $0.1 } })
  }

  /// The session's data.
  ///
  /// - Throws: E0401 when there are none.
  public func data() throws -> Interactions {
    guard let data = interpreter.session.data else {
      throw LaboratoryError("E0401", Slot.data.noun.absence, help: [Slot.data.remedy])
    }
    return Interactions(data)
  }

  /// The meta-trained model as a value that many tasks may use at once.
  ///
  /// - Throws: E0402 when there is none, E0404 when the data or tasks are others than it was trained on.
  public func recommender() throws -> Recommender {
    let interpreter = interpreter
    return try reporting {
      let (model, data) = try interpreter.session.modelWithData()
      if interpreter.staleSourceOfModel == "data" {
        throw CommandFailure(
          "E0404", "the data are not those that `\(model.title)` was trained on",
          help: ["split and train again"])
      }
      return Recommender(model: model, data: data, tasks: interpreter.session.modelTasks)
    }
  }

  /// What could stand at a place of a text, best first, after all that ran so far.
  ///
  /// - Parameter offset: in bytes of UTF-8; what lies outside the text is taken as its nearest end.
  public func completions(in text: String, at offset: Int) -> [Completion] {
    let interpreter = interpreter
    let topics = TopicGroup.topics(interpreter.session.catalog.members)
    let assistance = interpreter.assistance(live: { kind, prefix in
      kind == .live("topic") ? topics.filter { $0.name.hasPrefix(prefix) } : []
    })
    // Never within a character: what stands before it would be another text.
    var place = text.utf8.index(
      text.startIndex, offsetBy: min(max(offset, 0), text.utf8.count))
    while place.samePosition(in: text.unicodeScalars) == nil {
      place = text.utf8.index(before: place)
    }
    let start = text.utf8.distance(from: text.startIndex, to: place)
    return Language.completions(in: text, at: start, context: assistance).map {
      Completion(
        text: $0.text, summary: $0.summary,
        range: $0.range.lower..<max($0.range.lower, $0.range.upper))
    }
  }

  /// A text that could stand at the cursor.
  public struct Completion: Sendable, Equatable {
    public var text: String
    /// What it is, in a few words.
    public var summary: String
    /// The bytes of UTF-8 that it replaces; empty at the cursor when nothing of it is written yet.
    public var range: Range<Int>
  }
}

// MARK: Running

extension Laboratory {
  /// Checks a script without running it: every fault that can be known before, in order of place. Files that it names
  /// are looked at through the host.
  ///
  /// - Parameter name: what messages call it.
  /// - Returns: the script with what is no fault but worth knowing.
  /// - Throws: all faults, as one error.
  public func check(_ text: String, name: String = "script") throws -> Script {
    guard text.utf8.count <= Source.longest else {
      throw LaboratoryError(
        "E0109", "the script is too long: \(counted(text.utf8.count, "byte"))",
        help: ["a script has at most \(grouped(Source.longest)) bytes"])
    }
    let source = Source(name: name, text: text)
    let found = interpreter.check(source, host: HostBridge(host))
    let faults = found.filter { $0.severity == .error }
    guard faults.isEmpty else { throw LaboratoryError(faults, in: source) }
    return Script(text: text, name: name, remarks: found.map { Diagnostic($0, in: source) })
  }

  /// The run of a script that was checked. Nothing happens before the first event is asked for; it is checked once more
  /// then, for the session may be another one.
  public func run(_ script: Script) -> Run { Run(laboratory: self) { script } }

  /// The run of a script. Nothing happens before the first event is asked for; then it is checked, and nothing of it
  /// runs when a fault is found.
  public func run(_ text: String, name: String = "script") -> Run {
    Run(laboratory: self) { try self.check(text, name: name) }
  }

  /// Runs a script on the calling thread and returns its outputs when it is done.
  ///
  /// - Parameter onEvent: called for every event on the calling thread.
  /// - Throws: ``LaboratoryError`` when a check or a statement fails, and E0913 when a script runs already (also when
  ///   called from a host or a command of the same laboratory); `CancellationError` after ``stop()``, or when the
  ///   task that calls is cancelled.
  @discardableResult
  public func perform(
    _ text: String, name: String = "script", onEvent: (Event) -> Void = { _ in }
  ) throws -> [Output] {
    let wish = StopWish()
    try state.withLock { state in
      guard state.running == nil, state.waiting.isEmpty else { throw Self.isBusy }
      state.running = wish
    }
    defer { proceed() }
    var outputs: [Output] = []
    try withoutActuallyEscaping(onEvent) { onEvent in
      nonisolated(unsafe) let onEvent = onEvent
      try execute(try check(text, name: name), wish: wish) { event in
        onEvent(event)
      } observe: {
        outputs.append($0)
      }
    }
    return outputs
  }

  /// The same with what the statements have read of the session, for tests of commands.
  package func watched(
    _ text: String
  ) throws -> (outputs: [Output], reads: [(statement: String, slots: Set<Slot>)]) {
    func entries() -> [SessionLog.Entry] {
      state.withLock { $0.interpreter.session.log.entries }
    }
    let before = entries().count
    let outputs = try perform(text, name: "example")
    let reads = entries().dropFirst(before).map { entry in
      (entry.text, Set(entry.access.allReads.compactMap { Slot($0) }))
    }
    return (outputs, reads)
  }

  /// Asks the run under way to stop, from any thread, though not from a signal handler, which may take no locks; it
  /// ends soon, with `CancellationError`.
  public func stop() { state.withLock { $0.running }?.make() }

  /// Runs a script on a thread of its own when all before it are done, and tells `queue` what happens.
  func enqueue(_ queue: EventQueue, _ script: @escaping @Sendable () throws -> Script) {
    let turn = Turn(queue: queue) { [self] in
      DispatchQueue(label: "metarec.run").async {
        let result = Result {
          try self.execute(try script(), wish: queue.wish) { queue.add($0) }
        }
        // Whoever hears of the end finds the laboratory free.
        self.proceed()
        queue.finish(result)
      }
    }
    let isFirst = state.withLock { state in
      guard state.running == nil, state.waiting.isEmpty else {
        state.waiting.append(turn)
        return false
      }
      state.running = queue.wish
      return true
    }
    if isFirst { turn.start() }
  }

  /// Ends a run that may not have begun.
  func withdraw(_ queue: EventQueue) {
    queue.wish.make()
    let isWaiting = state.withLock { state in
      let before = state.waiting.count
      state.waiting.removeAll { $0.queue === queue }
      return state.waiting.count < before
    }
    if isWaiting { queue.finish(.failure(CancellationError())) }
  }

  /// Starts the run that waits longest.
  private func proceed() {
    let next = state.withLock { state -> Turn? in
      guard !state.waiting.isEmpty else {
        state.running = nil
        return nil
      }
      let next = state.waiting.removeFirst()
      state.running = next.queue.wish
      return next
    }
    next?.start()
  }

  /// Runs a script whose turn it is.
  func execute(
    _ script: Script, wish: StopWish, onEvent: @escaping @Sendable (Event) -> Void,
    observe: (Output) -> Void = { _ in }
  ) throws {
    if wish.isThere { throw CancellationError() }
    for remark in script.remarks { onEvent(.remark(remark)) }
    let source = Source(name: script.name, text: script.text)
    var interpreter = interpreter
    let bridge = HostBridge(host, pool: pool, wish: wish, onEvent: onEvent)
    let result = interpreter.run(source, host: bridge) { outcome in
      guard let report = outcome.report else { return }
      let output = Output(report, statement: outcome.text, seconds: outcome.seconds)
      observe(output)
      onEvent(.output(output))
    }
    state.withLock { $0.interpreter = interpreter }
    switch result {
    case .completed:
      // A training that is stopped ends early, with the best model so far.
      if wish.isThere { throw CancellationError() }
    case .interrupted: throw CancellationError()
    case .invalid(let faults): throw LaboratoryError(faults, in: source)
    case .failed(let fault), .expectationFailed(let fault):
      throw LaboratoryError([fault], in: source)
    }
  }
}

/// A script that was checked and found to be without faults.
public struct Script: Sendable, Equatable {
  public let text: String
  /// What messages call it.
  public let name: String
  /// What is no fault but worth knowing.
  public let remarks: [Diagnostic]
}
