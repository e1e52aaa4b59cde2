import Language
import Reports

/// Why what a cell said no longer holds in the present state.
package struct Staleness: Sendable, Equatable {
  /// What it read that is another now, and the cell that changed it; nil for what lies outside.
  package var slot: Slot
  package var changedBy: Int?

  /// "tasks changed by cell 5", "the file r.csv has changed"
  package var reason: String {
    changedBy.map { "\(slot.name) changed by cell \($0)" } ?? "\(slot.name) has changed"
  }
}

extension Notebook {
  /// The cells of the present state whose results come from something that is another now.
  ///
  /// - Parameter host: tells whether files that were read have changed; they are not looked at without one.
  package func stale(_ host: (any Host)? = nil) -> [Int: Staleness] {
    var stale: [Int: Staleness] = [:]
    let now = makers[path[place]] ?? [:]
    let abandoned = abandoned
    let kept = cells.filter { $0.status == .completed && !abandoned.contains($0.number) }
    for cell in kept { stale[cell.number] = staleness(of: cell, now, among: stale, host) }
    // One that was run again has a newer result.
    for cell in kept { if let again = cell.again { stale[again] = nil } }
    return stale
  }

  private func staleness(
    of cell: Cell, _ now: [Slot: Int], among stale: [Int: Staleness], _ host: (any Host)?
  ) -> Staleness? {
    var found: [Staleness] = []
    for (slot, taken) in cell.takes {
      if let reason = stale[taken.maker] { found.append(reason) }
      // What only points to one of several things was meant as it was.
      if !slot.isPointer, let latest = now[slot], latest != taken.maker,
        isAnother(slot, leftBy: latest, than: taken.content),
        !isMade(latest, from: cell.number, of: slot)
      {
        found.append(Staleness(slot: slot, changedBy: latest))
      }
    }
    if let host, let changed = cell.facts.first(where: { !$0.holds(for: host) }) {
      found.append(Staleness(slot: changed.slot, changedBy: nil))
    }
    // The first change explains the later ones.
    return found.min { ($0.changedBy ?? 0, $0.slot) < ($1.changedBy ?? 0, $1.slot) }
  }

  /// Whether a cell has left something else in a slot. One that was emptied, as tasks are by `load`, may come to
  /// hold the same again.
  private func isAnother(_ slot: Slot, leftBy maker: Int, than content: String) -> Bool {
    guard let left = cells.first(where: { $0.number == maker })?.makes[slot] else { return false }
    return left != content && left != Session.nothing
  }

  /// Whether a cell changed something that an earlier one had left, rather than replaced it.
  private func isMade(_ cell: Int, from earlier: Int, of slot: Slot) -> Bool {
    var at = cell
    while at > earlier {
      guard let before = cells.first(where: { $0.number == at })?.takes[slot] else { return false }
      at = before.maker
    }
    return at == earlier
  }

  /// What is worth saying of stale results after the last cell: that it uses some, and that it made some.
  package func remark(
    staleBefore before: [Int: Staleness], _ host: (any Host)? = nil
  ) -> Report? {
    guard let cell = cells.last, cell.status == .completed, !abandoned.contains(cell.number) else {
      return nil
    }
    let now = stale(host)
    var blocks: [Report.Block] = []
    let used = cell.takes.filter { !$0.key.isPointer && now[$0.value.maker] != nil }
      .map { (slot: $0.key, maker: $0.value.maker) }
      .sorted { ($0.maker, $0.slot) < ($1.maker, $1.slot) }
    for (slot, maker) in used.prefix(3) {
      guard let reason = now[maker]?.reason else { continue }
      blocks.append(.note("\(slot.name) is of cell \(maker), which is stale: \(reason)."))
    }
    let fresh = now.keys.filter { before[$0] == nil && $0 != cell.number }.sorted()
    if let first = fresh.first, let reason = now[first]?.reason {
      let names = fresh.map { "\($0)" }.joined(separator: ", ")
      let (what, it) =
        fresh.count == 1 ? ("Cell \(names) is", "it") : ("Cells \(names) are", "them")
      blocks.append(.note("\(what) stale now: \(reason). `rerun stale` runs \(it) again."))
    }
    return blocks.isEmpty ? nil : Report(blocks)
  }
}
