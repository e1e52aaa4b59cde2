import Datasets
import Language
import MetaLearning
import Reports

/// Which of the words `user` and `item` a call says before an id.
struct SaidNoun: Sendable, Equatable {
  var user = false
  var item = false

  /// Fails where the word is not what the model's tasks make of the id.
  ///
  /// - Parameters:
  ///   - noun: what the id must be of, in words of tasks of users.
  ///   - line: the call as it is meant, in the same words.
  func require(
    _ noun: String, _ model: TrainedModel, _ line: String
  ) throws(CommandFailure) {
    let meant = model.owner.worded(noun)
    let said = user ? "user" : item ? "item" : meant
    guard said != meant else { return }
    throw CommandFailure(
      "E0306", "`\(model.title)` was trained on tasks of users: this must be one of the \(noun)s",
      help: [line], argument: said)
  }
}

extension Report {
  /// The same about tasks of this owner: users and items change places in what is said, not in cells and values.
  /// Commands speak of tasks of users; this is the one place where their words are put right.
  func worded(for owner: TaskOwner) -> Report {
    guard owner == .items else { return self }
    var report = self
    report.blocks = blocks.map { block in
      switch block {
      case .text(let text): .text(owner.worded(text))
      case .note(let text): .note(owner.worded(text))
      case .warning(let text): .warning(owner.worded(text))
      case .heading(let text): .heading(owner.worded(text))
      case .table(let table): .table(table.worded(for: owner))
      case .curve(let curve): .curve(curve.worded(for: owner))
      case .graph, .code: block
      }
    }
    return report
  }
}

extension Table {
  fileprivate func worded(for owner: TaskOwner) -> Table {
    var table = self
    table.title = owner.worded(title)
    for index in columns.indices { table.columns[index].title = owner.worded(columns[index].title) }
    table.footnotes = footnotes.map { owner.worded($0) }
    table.keys = keys?.map { Key(owner.worded($0.name), $0.value) }
    return table
  }
}

extension Curve {
  fileprivate func worded(for owner: TaskOwner) -> Curve {
    var curve = self
    curve.title = owner.worded(title)
    (curve.xLabel, curve.yLabel) = (owner.worded(xLabel), owner.worded(yLabel))
    return curve
  }
}

extension CommandFailure: WordedFailure {}

extension Session {
  /// Whose tasks a command is about: those of the model that it needs or gives, else those of the split.
  func owner(about slots: Set<Slot>) -> TaskOwner {
    let quiet = unrecorded
    let owners: [(Slot, TaskOwner?)] = [
      (.currentAdapted, quiet.adapted?.model.owner), (.currentModel, quiet.model?.owner),
      (.tasks, quiet.tasks?.owner),
    ]
    return owners.lazy.compactMap { slots.contains($0.0) ? $0.1 : nil }.first ?? .users
  }
}
