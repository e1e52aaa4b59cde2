/// The names in scope with their values, as far as known. A persistent map (hash array mapped trie): copies
/// share all nodes that did not change, so that entering a block costs nothing and leaving it costs its
/// changes.
package struct Scope: Sendable, ExpressibleByDictionaryLiteral {
  private var root = ScopeNode()
  /// Counts bindings: a scope is unchanged since an earlier copy when both have the same count.
  private(set) var changes = 0

  package init() {}

  package init(dictionaryLiteral elements: (String, BoundValue)...) {
    for (name, value) in elements { self[name] = value }
  }

  package subscript(name: String) -> BoundValue? {
    get { root.value(name, NameHash(name)) }
    set {
      changes += 1
      if let newValue {
        root.set(ScopeNode.Entry(name: name, value: newValue), NameHash(name))
      } else {
        root.remove(name, NameHash(name))
      }
    }
  }

  /// All of them by name.
  package var sorted: [(name: String, value: BoundValue)] {
    var all: [(name: String, value: BoundValue)] = []
    root.visit { all.append(($0.name, $0.value)) }
    return all.sorted { $0.name < $1.name }
  }

  package var names: [String] { sorted.map(\.name) }

  /// The names that the other scope lacks or has with another value.
  package func changes(since other: Scope) -> [String] {
    var changed: [String] = []
    root.compare(other.root) { own, others in
      changed += own.filter { entry in
        others.first { $0.name == entry.name }?.value != entry.value
      }.map(\.name)
    }
    return changed
  }

  /// Assigns the other scope; counts as a change only if it differs.
  mutating func become(_ other: Scope) {
    guard self != other else { return }
    let count = max(changes, other.changes)
    self = other
    changes = count + 1
  }

  /// At the end of a block: the names that exist outside, with their values from inside.
  package func within(_ outside: Scope) -> Scope {
    changing(against: outside) { own, others in
      own.filter { entry in others.contains { $0.name == entry.name } }
    }
  }

  /// The scope after a branch, of which either way may have been taken.
  func joined(with other: Scope) -> Scope {
    changing(against: other) { own, others in
      let entries = own.map { entry in
        guard let second = others.first(where: { $0.name == entry.name })?.value,
          entry.value != second
        else { return entry }
        return ScopeNode.Entry(name: entry.name, value: entry.value.joined(with: second))
      }
      return entries + others.filter { entry in !own.contains { $0.name == entry.name } }
    }
  }

  /// This scope with entries replaced wherever it differs from the other.
  private func changing(
    against other: Scope, _ entries: ([ScopeNode.Entry], [ScopeNode.Entry]) -> [ScopeNode.Entry]
  ) -> Scope {
    var changed = self
    root.compare(other.root) { own, others in
      let wanted = entries(own, others)
      for entry in own where !wanted.contains(where: { $0.name == entry.name }) {
        changed[entry.name] = nil
      }
      for entry in wanted { changed[entry.name] = entry.value }
    }
    return changed
  }
}

extension Scope: Equatable {
  /// Whether the same names have the same values.
  package static func == (a: Scope, b: Scope) -> Bool {
    var isSame = true
    a.root.compare(b.root) { own, others in
      isSame =
        isSame && own.count == others.count
        && own.allSatisfy { entry in
          others.contains { $0.name == entry.name && $0.value == entry.value }
        }
    }
    return isSame
  }
}

/// The hash of a name, taken four bits at a time. The same in every process.
private struct NameHash {
  static let digits = 16
  private var rest: UInt64

  init(_ name: String) {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    rest = hash ^ hash >> 32
  }

  mutating func next() -> Int {
    defer { rest >>= 4 }
    return Int(rest & 15)
  }
}

/// A node of the trie: a leaf with a few names, or sixteen children, one for each value of the next four
/// bits.
private struct ScopeNode: Sendable {
  struct Entry: Sendable {
    var name: String
    var value: BoundValue
  }

  /// The most names in a leaf; one with more is split.
  static let capacity = 8

  private var entries: [Entry] = []
  private var branches: [ScopeNode] = []
  /// The depth of the node, in digits of four bits.
  private var depth = 0

  func value(_ name: String, _ hash: NameHash) -> BoundValue? {
    guard branches.isEmpty else {
      var rest = hash
      let digit = rest.next()
      return branches[digit].value(name, rest)
    }
    return entries.first { $0.name == name }?.value
  }

  mutating func set(_ entry: Entry, _ hash: NameHash) {
    guard branches.isEmpty else {
      var rest = hash
      let digit = rest.next()
      return branches[digit].set(entry, rest)
    }
    if let place = entries.firstIndex(where: { $0.name == entry.name }) {
      entries[place].value = entry.value
    } else {
      entries.append(entry)
      if entries.count > Self.capacity, depth < NameHash.digits {
        branches = dealtOut
        entries = []
      }
    }
  }

  mutating func remove(_ name: String, _ hash: NameHash) {
    guard branches.isEmpty else {
      var rest = hash
      let digit = rest.next()
      return branches[digit].remove(name, rest)
    }
    entries.removeAll { $0.name == name }
  }

  /// The nodes of the next digit, made if need be.
  private var dealtOut: [ScopeNode] {
    guard branches.isEmpty else { return branches }
    var node = ScopeNode()
    node.depth = depth + 1
    var dealt = [ScopeNode](repeating: node, count: 16)
    for entry in entries {
      var hash = NameHash(entry.name)
      for _ in 0..<depth { _ = hash.next() }
      dealt[hash.next()].entries.append(entry)
    }
    return dealt
  }

  func visit(_ look: (Entry) -> Void) {
    for entry in entries { look(entry) }
    for branch in branches { branch.visit(look) }
  }

  /// Calls `look` with the leaves of both that lie in the same place and are not known to be equal.
  func compare(_ other: ScopeNode, _ look: ([Entry], [Entry]) -> Void) {
    if branches.isEmpty, other.branches.isEmpty {
      if !entries.sharesMemory(with: other.entries) { look(entries, other.entries) }
    } else if !branches.sharesMemory(with: other.branches) {
      for (own, other) in zip(dealtOut, other.dealtOut) { own.compare(other, look) }
    }
  }
}

extension Array {
  /// Whether both are one and the same memory.
  fileprivate func sharesMemory(with other: [Element]) -> Bool {
    guard count == other.count else { return false }
    return withUnsafeBufferPointer { own in
      other.withUnsafeBufferPointer { own.baseAddress == $0.baseAddress }
    }
  }
}
