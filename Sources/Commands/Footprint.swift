import Language
import MetaLearning

/// What a statement has read and what it has made, in words: nouns, `$name`, `def name`, `file path`,
/// `baseline name`. What a result depends on follows from the footprints of all statements before it.
package struct Footprint: Sendable, Equatable {
  package var reads: Set<String> = []
  package var writes: Set<String> = []

  package init() {}
}

/// A command that reads more of a session than the nouns of its signature.
protocol FarReadingCommand: Command {
  /// What else: `network`, `baseline mf`, `model maml`.
  var farReads: [String] { get }
}

extension FarReadingCommand {
  /// Models and baselines of these names.
  func contestants(_ names: [String]) -> [String] {
    names.flatMap { ["baseline \($0)", "model \($0)"] }
  }
}

extension MetaTrain: FarReadingCommand {
  var farReads: [String] {
    ["network"] + ((learner as? any Student).map { contestants([$0.teacherName]) } ?? [])
  }
}

extension Evaluate: FarReadingCommand {
  var farReads: [String] { contestants(shown) }
}

extension Compare: FarReadingCommand {
  var farReads: [String] { contestants(order) }
}

extension ABTest: FarReadingCommand {
  var farReads: [String] { contestants(names) }
}

extension Footprint {
  /// Notes what a call has read: what its signature says, and what its arguments name.
  mutating func note(
    _ command: any Command, _ bound: BoundArguments, of type: any Configurable.Type
  ) {
    let nouns = bound.nouns(of: type)
    reads.formUnion((nouns.needs + type.form.uses).map(\.name))
    if let far = command as? any FarReadingCommand { reads.formUnion(far.farReads) }
    // All chance derives from it.
    reads.insert("seed")
    // Whoever asks about users looks whether they are in tasks.
    if !nouns.needs.isEmpty, !nouns.gives.contains(.data), !nouns.gives.contains(.tasks) {
      reads.insert(Noun.tasks.name)
    }
    for (index, taker) in bound.binding.takers.enumerated() {
      guard let taker, taker.completion.isPath, let path = bound.arguments[index].value?.text else {
        continue
      }
      reads.insert("file \(path)")
      if nouns.gives.isEmpty || taker.completion.isWritten { writes.insert("file \(path)") }
    }
  }

  /// Notes what is other than before a statement.
  mutating func note(changesFrom before: Interpreter, to after: Interpreter) {
    for noun in after.ledger.nouns
    where after.ledger.entry(noun)?.generation != before.ledger.entry(noun)?.generation {
      writes.insert(noun.name)
    }
    let (old, new) = (before.session, after.session)
    if described(old.network) != described(new.network) { writes.insert("network") }
    if old.settings.seed != new.settings.seed { writes.insert("seed") }
    for (name, baseline) in new.namedBaselines {
      let before = old.namedBaselines[name] ?? (try? baselines.make(name).get())
      if before.map({ described($0) }) != described(baseline) { writes.insert("baseline \(name)") }
    }
    let hasNewModel = writes.contains(Noun.model.name)
    for name in new.models.keys
    where old.models[name] == nil || hasNewModel && name == new.model?.title {
      writes.insert("model \(name)")
    }
    writes.formUnion(after.variables.changes(since: before.variables).map { "$\($0)" })
    for (name, procedure) in after.procedures where !procedure.isSame(as: before.procedures[name]) {
      writes.insert("def \(name)")
    }
  }

  /// Notes the names and procedures that a statement speaks of; too many do no harm.
  mutating func note(wordsOf statement: Statement, in source: Source, _ interpreter: Interpreter) {
    note(namesIn: source.slice(statement.range))
    func visit(_ statement: Statement) {
      for call in statement.calls where interpreter.procedures[call.verb.text] != nil {
        reads.insert("def \(call.verb.text)")
      }
      for block in statement.blocks { block.statements.forEach(visit) }
    }
    visit(statement)
  }

  /// Notes the names that a text speaks of; too many do no harm.
  mutating func note(namesIn text: String) {
    for part in text.split(separator: "$").dropFirst() {
      let name = part.prefix { $0.isLetter || $0.isNumber || "-_".contains($0) }
      reads.insert("$\(name)")
    }
  }
}

extension Procedure {
  fileprivate func isSame(as other: Procedure?) -> Bool {
    other?.source.text == source.text && other?.definition.name.range == definition.name.range
  }
}

extension SessionLog {
  /// The statements that the one at an index depends on, and itself, in order.
  func slice(for index: Int) -> [Int] {
    var wanted = entries[index].footprint.reads
    var kept = [index]
    for earlier in (0..<index).reversed() {
      let footprint = entries[earlier].footprint
      guard !footprint.writes.isDisjoint(with: wanted) else { continue }
      wanted = wanted.subtracting(footprint.writes).union(footprint.reads)
      kept.append(earlier)
    }
    return kept.reversed()
  }
}
