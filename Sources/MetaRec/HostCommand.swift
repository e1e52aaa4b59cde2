import Commands
import Datasets
import Language
import Reports

/// What a command of the host may see and change while it runs. Not to be kept beyond that.
///
/// What the declaration does not name is refused with E0912, so that what depends on what is known before anything
/// runs; `MetaRecTesting` shows the same in a test.
public struct CommandContext {
  private var session: Session
  private let host: any Commands.Host
  private let name: String
  private let readable: [Slot]
  private let giveable: [Slot]
  /// Whether other data were given.
  private(set) var hasGivenData = false

  init<C: LaboratoryCommand>(
    _ session: Session, _ host: any Commands.Host, _ declaration: CommandDeclaration<C>
  ) {
    self.session = session
    self.host = host
    name = declaration.name
    readable = declaration.reads + declaration.uses
    giveable = declaration.gives
  }

  /// What became of the session.
  var changed: Session { session }

  /// The ratings, with what is known of users and items. Throws E0912 when the declaration does not name `.data`, and
  /// E0401 when there are none.
  public var data: Interactions {
    get throws {
      try note(.data)
      guard let data = session.data else { throw missing(.data, "E0401") }
      return Interactions(data)
    }
  }

  /// The ids of the users of one part of the split: `train`, `valid` or `test`. Throws E0912 when the declaration
  /// does not name `.tasks`, E0401 when there are none, and E0521 for another part.
  public func users(ofPart part: String) throws -> [String] {
    try note(.tasks)
    guard let tasks = session.tasks, let data = session.taskData else {
      throw missing(.tasks, "E0401")
    }
    guard let known = TaskSplit.Part(rawValue: part) else {
      throw LaboratoryError(
        "E0521", "the split has no part `\(part)`", help: ["parts: train, valid, test"])
    }
    return tasks[known].map { data.users.ids.names[Int($0.user)] }
  }

  /// The meta-trained model. Throws E0912 when the declaration does not name `.model`, E0402 when there is none, and
  /// E0404 when the data are others now.
  public var recommender: Recommender {
    get throws {
      try note(.model)
      return try reporting {
        let (model, data) = try session.modelWithData()
        return Recommender(model: model, data: data, tasks: session.modelTasks)
      }
    }
  }

  /// The model as the last `adapt` left it. Throws E0912 when the declaration does not name `.adapted`, and E0402 when
  /// there is none.
  public var adapted: AdaptedRecommender {
    get throws {
      try note(.adapted)
      guard let adapted = session.adapted, let data = session.adaptedData,
        adapted.model.problem.encoder.items.count == data.items.count
      else { throw missing(.adapted, "E0402") }
      return AdaptedRecommender(
        model: adapted.model, data: data, context: adapted.context, title: adapted.name,
        rated: Set(adapted.context.support.map(\.item)))
    }
  }

  /// Gives the session other data. Tasks and a model that were made of the present ones are stale then. Throws E0912
  /// when the declaration does not say that it gives `.data`.
  public mutating func give(_ data: Interactions) throws {
    guard giveable.contains(.data) else {
      throw LaboratoryError(
        "E0912", "`\(name)` gives data, which its declaration does not say",
        help: ["add `gives: [.data]`"])
    }
    session.data = data.dataset
    session.tasks = nil
    hasGivenData = true
  }

  /// The bytes of a file of the host.
  public func read(_ path: String) throws -> [UInt8] {
    try reporting { try host.read(path).withBytes { Array($0) } }
  }

  /// Writes a file of the host.
  public func write(_ bytes: [UInt8], to path: String) throws {
    try reporting { try host.write(bytes, to: path) }
  }

  /// Shows how far the work is. Call it often: it throws `CancellationError` when the run is to stop.
  public func progress(_ title: String, done: Double, of total: Double, unit: String = "") throws {
    do {
      try host.checkpoint(Progress(title, done: done, total: total, unit: unit))
    } catch { throw CancellationError() }
  }

  /// Whether the run is to stop; may be asked from any thread.
  public var isStopping: Bool { host.wantsToStop }

  /// The seed of `set seed=`, which all chance of a script derives from, and how many threads to use.
  public var seed: Int { session.settings.seed }
  public var threads: Int { session.threads }

  private func note(_ slot: Slot) throws {
    guard readable.contains(slot) else {
      throw LaboratoryError(
        "E0912", "`\(name)` reads \(slot.rawValue), which its declaration does not name",
        help: ["add `.\(slot.rawValue)` to `reads` or `uses`"])
    }
  }

  private func missing(_ slot: Slot, _ code: String) -> LaboratoryError {
    LaboratoryError(code, slot.noun.absence, help: [slot.remedy])
  }
}

/// A command of the host as one of the language.
struct HostCommand<Own: LaboratoryCommand>: Commands.Command {
  var command = Own()

  init() {}

  static var signature: Signature<Self> { Own.declaration.signature }

  var resultFields: [ResultField]? { Own.declaration.fields.map(\.field) }

  func run(in session: inout Session, host: any Commands.Host) throws -> Report {
    let declaration = Own.declaration
    var context = CommandContext(session, host, declaration)
    let output: Output
    do {
      output = try command.run(in: &context)
    } catch is CancellationError {
      throw Interrupted()
    } catch {
      throw CommandFailure(error, code: "E0910", "`\(declaration.name)` failed")
    }
    if declaration.gives.contains(.data), !context.hasGivenData {
      throw CommandFailure(
        "E0912", "`\(declaration.name)` has given no data, which its declaration says it does")
    }
    session = context.changed
    return output.report
  }
}
