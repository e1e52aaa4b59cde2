import Commands
import Synchronization

/// Something that happens while a script runs.
public enum Event: Sendable {
  /// How far the command has come that runs now.
  case progress(Progress)
  /// What a statement said. Each statement that says something has one, in order.
  case output(Output)
  /// Something that is no fault but worth knowing of the script, before it begins.
  case remark(Diagnostic)

  /// How far a command has come.
  public struct Progress: Sendable {
    /// What is being done: "meta-train maml".
    public var title: String
    /// How much of it is done, of how much in all, in `unit`; the total may turn out to be less.
    public var done: Double
    public var total: Double
    /// What one is: "steps".
    public var unit: String
    /// The newest numbers, those first that matter most, such as the validation loss and the epoch of a training.
    public var detail: String
    /// Recent values of the loss on validation tasks, the newest last.
    public var recent: [Double]

    init(_ progress: Commands.Progress) {
      title = progress.title
      done = progress.done
      total = progress.total
      unit = progress.unit
      detail = progress.detail
      recent = progress.recent
    }
  }
}

/// A run of a script as the sequence of its events. It begins when the first event is asked for; each iteration is a
/// run of its own.
///
/// The script computes on a thread of its own, never on those of Swift's tasks. Cancelling the task that iterates
/// stops it soon, also in the middle of a training, and then throws `CancellationError`; leaving the loop stops it as
/// well. What ran to its end before stays in the laboratory, and so does the best model so far of a training that has
/// ended at least one epoch. Of progress that nobody has fetched yet only the newest is
/// kept; outputs and remarks are never dropped.
public struct Run: AsyncSequence, Sendable {
  public typealias Element = Event

  let laboratory: Laboratory
  let script: @Sendable () throws -> Script

  public func makeAsyncIterator() -> Iterator { Iterator(self) }

  /// All outputs of a run from its beginning to its end. Throws what iterating throws.
  @discardableResult
  public func outputs() async throws -> [Output] {
    var outputs: [Output] = []
    for try await case .output(let output) in self { outputs.append(output) }
    return outputs
  }

  /// One run under way. Belongs to one task.
  public struct Iterator: AsyncIteratorProtocol {
    private let run: Run
    private var course: Course?

    init(_ run: Run) { self.run = run }

    /// The next event; nil when the script has come to its end.
    ///
    /// - Throws: ``LaboratoryError`` when a check or a statement fails, `CancellationError` when the run was stopped.
    public mutating func next() async throws -> Event? {
      let course = course ?? Course(run.laboratory)
      if self.course == nil {
        self.course = course
        run.laboratory.enqueue(course.queue, run.script)
      }
      let (queue, laboratory) = (course.queue, run.laboratory)
      return try await withTaskCancellationHandler {
        try await queue.next()
      } onCancel: {
        laboratory.withdraw(queue)
      }
    }
  }

  /// What an iterator holds: when it is gone, nobody wants the rest.
  private final class Course: Sendable {
    let queue = EventQueue()
    private let laboratory: Laboratory

    init(_ laboratory: Laboratory) { self.laboratory = laboratory }

    deinit { laboratory.withdraw(queue) }
  }
}

/// Events on their way from the thread of a run to the task that iterates.
final class EventQueue: Sendable {
  private struct State {
    var events: [Event] = []
    var end: Result<Void, any Error>?
    var waiting: CheckedContinuation<Event?, any Error>?
  }

  let wish = StopWish()
  private let state = Mutex(State())

  func add(_ event: Event) {
    let waiting = state.withLock { state -> CheckedContinuation<Event?, any Error>? in
      if let waiting = state.waiting {
        state.waiting = nil
        return waiting
      }
      if case .progress = event, case .progress? = state.events.last { state.events.removeLast() }
      state.events.append(event)
      return nil
    }
    waiting?.resume(returning: event)
  }

  func finish(_ result: Result<Void, any Error>) {
    let waiting = state.withLock { state in
      state.end = result
      defer { state.waiting = nil }
      return state.waiting
    }
    waiting?.resume(with: result.map { nil })
  }

  func next() async throws -> Event? {
    try await withCheckedThrowingContinuation { continuation in
      let answer = state.withLock { state -> Result<Event?, any Error>? in
        if !state.events.isEmpty { return .success(state.events.removeFirst()) }
        if let end = state.end {
          // Thrown once; whoever asks again is at the end.
          state.end = .success(())
          return end.map { nil }
        }
        state.waiting = continuation
        return nil
      }
      if let answer { continuation.resume(with: answer) }
    }
  }
}
