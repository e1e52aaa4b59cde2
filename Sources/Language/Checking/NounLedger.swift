/// The checker's view of the session at one point of a script: which nouns exist, where each was given, and
/// from which generations of other nouns. The checker updates it call by call; `Session.ledger` makes the one
/// to begin with from stamps.
package struct NounLedger: Sendable, Equatable {
  /// Where a noun was given.
  package enum Site: Sendable, Equatable {
    /// At a verb of the source at hand.
    case here(SourceRange)
    /// In what is called so: "cell 3".
    case elsewhere(String)

    /// The verb, when it stands in the source at hand.
    package var range: SourceRange? {
      if case .here(let range) = self { range } else { nil }
    }

    /// The same for when the source is done: a place in it becomes a name.
    package func settled(_ name: (SourceRange) -> String) -> Site {
      switch self {
      case .here(let range): .elsewhere(name(range))
      case .elsewhere: self
      }
    }
  }

  package struct Entry: Sendable, Equatable {
    package var generation: Int
    /// The generations of the nouns it was made from.
    package var madeFrom = NounTable<Int>()
    package var site: Site
    /// Whether it exists on every path through the script.
    package var isCertain = true
    /// Whether it is of the same generation on every path through the script.
    package var isSure = true
    /// A hash of the call that gave it: an equal call from the same sources gives the same again.
    package var key: Int?

    package init(generation: Int, site: Site) {
      self.generation = generation
      self.site = site
    }
  }

  package private(set) var entries = NounTable<Entry>()
  private var generation = 0
  /// The random seed; nil when it is only known at run time.
  var seed: Double?

  package init(seed: Double? = nil) { self.seed = seed }

  /// Stands for a generation that has been replaced.
  package static let replaced = -1

  /// Sets a noun to its state in the session.
  package mutating func hold(_ noun: Noun, _ entry: Entry) {
    entries[noun] = entry
    generation = max(generation, entry.generation)
  }

  /// The key of a command with its options, however they are written; nil when only running tells the seed.
  package func key(_ command: any Configurable) -> Int? {
    guard let seed else { return nil }
    var hasher = Hasher()
    hasher.combine(seed)
    hasher.combine(described(command))
    return hasher.finalize()
  }

  /// The nouns that exist, wherever they came from.
  package var nouns: Set<Noun> { Set(entries.rows.map { $0.noun }) }

  package func entry(_ noun: Noun) -> Entry? { entries[noun] }

  func holds(_ noun: Noun) -> Bool { entries.rows.contains { $0.noun == noun } }

  /// Notes that a command which needs some nouns has given others, each from those before it.
  ///
  /// - Parameter key: of the call; a call of the same key gives the same again, unless its sources are
  ///   others.
  package mutating func give(_ given: [Noun], needs: [Noun], at site: Site, key: Int? = nil) {
    let before = given.count > 1 ? entries : NounTable()
    for (place, noun) in given.enumerated() {
      generation += 1
      var entry = Entry(generation: generation, site: site)
      func add(_ source: Noun, _ known: Entry?) {
        guard noun.comes(from: source), let known else { return }
        entry.madeFrom[source] = known.generation
        for row in known.madeFrom.rows where entry.madeFrom[row.noun] == nil {
          entry.madeFrom[row.noun] = row.value
        }
      }
      for need in needs { add(need, place == 0 ? entries[need] : before[need]) }
      for source in given[..<place] { add(source, entries[source]) }
      entry.key = key
      if let key, let before = entries[noun], before.key == key, before.isSure, before.isCertain,
        before.madeFrom == entry.madeFrom
      {
        entry.generation = before.generation
      }
      entries[noun] = entry
    }
  }

  /// The source of `noun` that was given anew after `noun` was made from it.
  package func replacement(staling noun: Noun) -> (source: Noun, entry: Entry)? {
    guard let entry = entries[noun] else { return nil }
    let stale = entry.madeFrom.rows.compactMap { row -> (Noun, Entry)? in
      guard let now = entries[row.noun], now.generation != row.value else { return nil }
      return (row.noun, now)
    }
    // Of several, the source made last is named: the split rather than the data that it was made from.
    return stale.stablySorted(descending: true) { $0.1.generation }.first
  }

  /// What is surely missing of a noun: one it is made from, or the noun itself, which may be there but
  /// made from something that is there no longer.
  func lack(of noun: Noun) -> Noun? {
    if let whole = noun.kindOf, entries[whole]?.isCertain != true { return nil }
    if let source = noun.sources.first(where: { entries[$0] == nil }) { return source }
    guard let entry = entries[noun] else { return noun }
    guard let newer = replacement(staling: noun)?.entry else { return nil }
    return entry.isSure && newer.isSure ? noun : nil
  }

  /// Notes that a noun is there no longer, such as ratings after data without any.
  package mutating func withdraw(_ noun: Noun) { entries[noun] = nil }

  /// Takes a noun to exist after its absence was reported, so that it is reported once.
  package mutating func assume(_ noun: Noun, at site: Site) {
    generation += 1
    entries[noun] = Entry(generation: generation, site: site)
  }

  /// Notes another place where a noun was given.
  mutating func place(_ noun: Noun, at site: Site) { entries[noun]?.site = site }

  /// The same with its generations counted from 1, and what they were: ledgers that differ in nothing but
  /// how often things were given before are then equal.
  var renumbered: (ledger: NounLedger, generations: [Int]) {
    let all = entries.rows.flatMap { row in
      [row.value.generation] + row.value.madeFrom.rows.map { $0.value }
    }
    let generations = Set(all).sorted()
    let places = Dictionary(
      uniqueKeysWithValues: generations.enumerated().map { ($1, $0 + 1) })
    return (renumbered(to: generations.count) { places[$0] ?? $0 }, generations)
  }

  /// The ledger that this one becomes when its renumbered form became another one.
  func going(on other: NounLedger, from generations: [Int]) -> NounLedger {
    let more = generation - generations.count
    return other.renumbered(to: other.generation + more) {
      $0 <= generations.count ? generations[$0 - 1] : $0 + more
    }
  }

  private func renumbered(to last: Int, _ number: (Int) -> Int) -> NounLedger {
    var ledger = NounLedger(seed: seed)
    ledger.generation = last
    for row in entries.rows {
      var entry = row.value
      entry.generation = number(entry.generation)
      for source in row.value.madeFrom.rows { entry.madeFrom[source.noun] = number(source.value) }
      ledger.entries[row.noun] = entry
    }
    return ledger
  }

  /// The same for when the source is done: places in it become names.
  package func settled(name: (SourceRange) -> String) -> NounLedger {
    var settled = self
    for row in entries.rows {
      settled.entries[row.noun]?.site = row.value.site.settled(name)
    }
    return settled
  }

  /// The ledger after a branch, of which either way may have been taken.
  package func joined(with other: NounLedger) -> NounLedger {
    guard self != other else { return self }
    var joined = self
    joined.generation = max(generation, other.generation)
    if seed != other.seed { joined.seed = nil }
    for noun in (entries.rows + other.entries.rows).map({ $0.noun }) {
      switch (entries[noun], other.entries[noun]) {
      case (let mine?, let theirs?) where mine.generation != theirs.generation:
        var newer = mine.generation > theirs.generation ? mine : theirs
        newer.isCertain = mine.isCertain && theirs.isCertain
        newer.isSure = false
        joined.entries[noun] = newer
      case (nil, var one?), (var one?, nil):
        one.isCertain = false
        one.isSure = false
        joined.entries[noun] = one
      default: break
      }
    }
    return joined
  }
}

/// A value for each of a few nouns.
package struct NounTable<Value: Sendable & Equatable>: Sendable, Equatable {
  struct Row: Sendable {
    let noun: Noun
    var value: Value
  }

  private(set) var rows: [Row] = []

  package init() {}

  private func place(_ noun: Noun) -> Int? {
    for place in rows.indices where rows[place].noun == noun { return place }
    return nil
  }

  package subscript(noun: Noun) -> Value? {
    get { place(noun).map { rows[$0].value } }
    set {
      switch (place(noun), newValue) {
      case (let place?, let value?): rows[place].value = value
      case (let place?, nil): rows.remove(at: place)
      case (nil, let value?): rows.append(Row(noun: noun, value: value))
      case (nil, nil): break
      }
    }
  }

  package static func == (a: NounTable, b: NounTable) -> Bool {
    a.rows.count == b.rows.count && a.rows.allSatisfy { b[$0.noun] == $0.value }
  }
}
