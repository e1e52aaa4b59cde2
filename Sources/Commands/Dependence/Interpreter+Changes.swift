import Language

extension Interpreter {
  /// What a slot holds, in a digest or in words.
  func content(of slot: Slot) -> String {
    switch slot {
    case .variable(let name): variables[name]?.value?.content ?? Session.nothing
    case .procedure(let name):
      procedures[name].map { "\($0.definition.name.range) \($0.source.text)" } ?? Session.nothing
    case .parameter(let name): parameters[name]?.content ?? Session.nothing
    default: session.content(of: slot)
    }
  }

  /// The names and procedures that are others than in an earlier state. What commands have written is noted where
  /// they run.
  func namesChanged(since before: Interpreter) -> Set<Slot> {
    var changed = Set(variables.changes(since: before.variables).map { Slot.variable($0) })
    for (name, procedure) in procedures where procedure != before.procedures[name] {
      changed.insert(.procedure(name))
    }
    return changed
  }
}

extension Run {
  /// The names and procedures that a statement speaks of. A replay checks all of a statement, also the blocks that
  /// are not run, so those names must be bound there.
  func spoken(in statement: Statement, _ interpreter: Interpreter) -> Set<Slot> {
    var slots = variables(in: source.slice(statement.range))
    func visit(_ statement: Statement) {
      for call in statement.calls where interpreter.procedures[call.verb.text] != nil {
        slots.insert(.procedure(call.verb.text))
      }
      for block in statement.blocks { block.statements.forEach(visit) }
    }
    visit(statement)
    return slots
  }
}

/// The names that a text speaks of; too many do no harm.
func variables(in text: String) -> Set<Slot> {
  Set(
    text.split(separator: "$", omittingEmptySubsequences: false).dropFirst().map { part in
      .variable(String(part.prefix { $0.isLetter || $0.isNumber || "-_".contains($0) }))
    })
}

extension SessionLog {
  /// The statements that the one at an index depends on, and itself, in order.
  func slice(for index: Int) -> [Int] {
    var wanted = entries[index].access.allReads
    var kept = [index]
    for earlier in (0..<index).reversed() {
      let access = entries[earlier].access
      guard !access.writes.isDisjoint(with: wanted) else { continue }
      wanted = wanted.subtracting(access.writes).union(access.allReads)
      kept.append(earlier)
    }
    return kept.reversed()
  }
}
