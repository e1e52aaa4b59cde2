/// The names in sight and what is known of them. A value whose copies share all that was not changed, so
/// that a block costs what it changes and not what there is.
package struct Names: Sendable, ExpressibleByDictionaryLiteral {
  /// A few of the names; never changed, only replaced.
  private final class Shelf: Sendable {
    let entries: [(name: String, value: BoundValue)]

    init(_ entries: [(name: String, value: BoundValue)]) { self.entries = entries }

    func value(_ name: String) -> BoundValue? { entries.first { $0.name == name }?.value }
  }

  private static let count = 64
  private var shelves = [Shelf?](repeating: nil, count: Names.count)

  package init() {}

  package init(dictionaryLiteral elements: (String, BoundValue)...) {
    for (name, value) in elements { self[name] = value }
  }

  private static func place(_ name: String) -> Int {
    Int(name.utf8.reduce(UInt32(0)) { $0 &* 31 &+ UInt32($1) } % UInt32(count))
  }

  package subscript(name: String) -> BoundValue? {
    get { shelves[Self.place(name)]?.value(name) }
    set {
      let place = Self.place(name)
      var entries = shelves[place]?.entries ?? []
      let index = entries.firstIndex { $0.name == name }
      switch (index, newValue) {
      case (let index?, let value?): entries[index].value = value
      case (let index?, nil): entries.remove(at: index)
      case (nil, let value?): entries.append((name, value))
      case (nil, nil): return
      }
      shelves[place] = Shelf(entries)
    }
  }

  /// All of them by name.
  package var sorted: [(name: String, value: BoundValue)] {
    shelves.flatMap { $0?.entries ?? [] }.sorted { $0.name < $1.name }
  }

  package var names: [String] { sorted.map(\.name) }

  /// The names that are not there in the other ones, or with another value.
  package func changes(since other: Names) -> [String] {
    shelves.indices.flatMap { place -> [String] in
      guard shelves[place] !== other.shelves[place] else { return [] }
      return (shelves[place]?.entries ?? [])
        .filter { other.shelves[place]?.value($0.name) != $0.value }.map(\.name)
    }
  }

  /// Only the names that are there outside, too, with the values they have here.
  package func within(_ outside: Names) -> Names {
    changing(against: outside) { own, other in
      (own?.entries ?? []).filter { other?.value($0.name) != nil }
    }
  }

  /// What is known of names after one of two ways was taken.
  func joined(with other: Names) -> Names {
    changing(against: other) { own, other in
      let entries = (own?.entries ?? []).map { name, first in
        guard let second = other?.value(name), first != second else { return (name, first) }
        return (name, first.joined(with: second))
      }
      return entries + (other?.entries ?? []).filter { own?.value($0.name) == nil }
    }
  }

  /// These names with new entries where they are not the same as the others.
  private func changing(
    against other: Names, _ entries: (Shelf?, Shelf?) -> [(String, BoundValue)]
  ) -> Names {
    var changed = self
    for place in shelves.indices where shelves[place] !== other.shelves[place] {
      changed.shelves[place] = Shelf(entries(shelves[place], other.shelves[place]))
    }
    return changed
  }
}
