import Language

/// One thing that a session holds, or that lies outside and was read: what a result can depend on.
///
/// Everything that asks what depends on what asks by slots: stale marks, `rerun stale`, what `save session for=`
/// keeps, the keys of kept results, the identity of a checkpoint, the leak check, `show graph`.
package enum Slot: Hashable, Sendable {
  case data, tasks, network, seed
  /// Apart from the seed: on any number of threads results have the same bits.
  case threads
  /// Which model is the present one; the model itself is in `model(name)`.
  case currentModel
  case model(String)
  /// The names under which there are models.
  case modelNames
  /// Which user the present model is adapted to.
  case currentAdapted
  case adapted(String)
  case baseline(String)
  case baselineNames
  /// How the present model was trained.
  case recipe
  /// A run of a sweep.
  case run(String)
  /// What the last sweep came to.
  case sweep
  /// How far a training came that was stopped.
  case stopped
  /// The checkpoints that trainings were resumed from.
  case resumed(String)
  /// A value that the command line gives to `param`.
  case parameter(String)
  /// What `let`, `param` or `for` has bound.
  case variable(String)
  /// What `def` has made.
  case procedure(String)
  /// What was found by asking once for a file or folder: that nothing is there is an answer, too.
  case file(String, FileFact.Question)

  /// Those of which a session has one each.
  static let single: [Slot] = [
    .data, .tasks, .network, .seed, .threads, .currentModel, .modelNames, .currentAdapted,
    .baselineNames, .recipe, .sweep, .stopped,
  ]

  /// `$_`
  static let lastResult = Slot.variable("_")

  /// The slot of a noun, where one holds it.
  init?(_ noun: Noun) {
    switch noun {
    case .data, .scale, .interactions: self = .data
    case .tasks: self = .tasks
    case .model, .ratings, .heads: self = .currentModel
    case .adapted: self = .currentAdapted
    default: return nil
    }
  }

  /// Whether it only says which of several things is meant, or how fast the work goes: another answer later
  /// takes nothing from what was said.
  var isPointer: Bool {
    switch self {
    case .currentModel, .currentAdapted, .modelNames, .baselineNames, .threads, .recipe, .sweep,
      .stopped, .resumed, .run:
      true
    default: self == .lastResult
    }
  }

  /// What a message calls it.
  package var name: String {
    switch self {
    case .data: "data"
    case .tasks: "tasks"
    case .network: "the network"
    case .seed: "the seed"
    case .threads: "the number of threads"
    case .currentModel: "the present model"
    case .model(let name): "the model \(name)"
    case .modelNames: "the names of the models"
    case .currentAdapted: "the adapted model"
    case .adapted(let name): "the model adapted to \(name)"
    case .baseline(let name): "the baseline \(name)"
    case .baselineNames: "the names of the baselines"
    case .recipe: "the training of the model"
    case .run(let name): "run \(name)"
    case .sweep: "the sweep"
    case .stopped: "the stop of the training"
    case .resumed(let path): "the resumption of \(path)"
    case .parameter(let name): "the parameter \(name)"
    case .variable(let name): "$" + name
    case .procedure(let name): "`\(name)`"
    case .file(let path, .contents): "the file \(path)"
    case .file(let path, .kind): "whether there is \(path)"
    case .file(let path, .names): "the names in \(path)"
    }
  }

  /// A key that orders slots the same way in every process.
  var sortKey: String {
    switch self {
    case .data: "0"
    case .tasks: "1"
    case .network: "2"
    case .seed: "3"
    default: "4 " + name
    }
  }
}

extension Slot: Comparable {
  package static func < (a: Slot, b: Slot) -> Bool { a.sortKey < b.sortKey }
}
