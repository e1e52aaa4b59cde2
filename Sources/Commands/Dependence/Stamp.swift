import Datasets
import Language
import MetaLearning

/// What is known of how a slot came to hold what it holds.
package struct Stamp: Sendable, Equatable {
  /// A digest of the command in its canonical form and of the stamps of all that it read. Equal origins mean
  /// equal contents, because the arithmetic is defined to the bit.
  package var origin: String
  /// What it is, in a digest or in words: equal for equal contents however they came about.
  package var content: String
  /// What data, tasks and models it came from held then, indirectly, too.
  package var sources: [Slot: String]
  /// Where the command stands.
  package var site: NounLedger.Site
  /// Counts up with every content that was not there before.
  package var order: Int
  /// How a checker that knows neither files nor bits tells equal calls.
  package var key: Int?
}

/// What the statements of a script, a cell or a command have read that was there before, and written.
package struct Access: Sendable, Equatable {
  package var reads: Set<Slot> = []
  /// What was read only to be shown as it was then: another content later takes nothing from that.
  package var glances: Set<Slot> = []
  package var writes: Set<Slot> = []
  /// What was found of files.
  package var facts: [FileFact] = []
  /// What was in the slots that were read.
  package var contents: [Slot: String] = [:]
  /// What the commands declare to read.
  package var declared: Set<Slot> = []

  package init(
    reads: Set<Slot> = [], writes: Set<Slot> = [], facts: [FileFact] = []
  ) {
    self.reads = reads.union(facts.map(\.slot))
    self.writes = writes
    self.facts = facts
  }

  /// The same for a command that only shows what there is.
  var asGlance: Access {
    var access = self
    access.glances = reads
    access.reads = []
    return access
  }

  /// Everything that was there before and has been read.
  package var allReads: Set<Slot> { reads.union(glances) }

  /// Whether the session holds the same after it; files may be others.
  var changesNothing: Bool {
    writes.allSatisfy { if case .file = $0 { true } else { false } }
  }

  /// Adds what was done next: what is read of its own writing is no read of what was before.
  package mutating func add(_ next: Access) {
    // What was written may be much more than what is read next.
    reads.formUnion(next.reads.filter { !writes.contains($0) })
    glances.formUnion(next.glances.filter { !writes.contains($0) })
    writes.formUnion(next.writes)
    declared.formUnion(next.declared)
    contents.merge(next.contents) { own, _ in own }
    for fact in next.facts where !facts.contains(fact) && !writes.contains(fact.slot) {
      facts.append(fact)
    }
  }
}

extension FileFact {
  package var slot: Slot { .file(path, question) }
}

/// A digest of words that do not run into each other.
func digest(ofWords words: [String]) -> String {
  var hash = SHA256()
  for word in words {
    hash.add(Array("\(word.utf8.count)\n".utf8))
    hash.add(Array(word.utf8))
  }
  return String(hash.hex.prefix(32))
}

extension Value {
  /// What it says, without lengths of time, which differ between equal runs.
  var content: String {
    switch self {
    case .number(let number): number.unit == .seconds ? "a time" : number.spelling
    case .list(let values): "[" + values.map(\.content).joined(separator: ",") + "]"
    case .record(let record):
      "{"
        + record.fields.filter { $0.name != "seconds" }
        .map { "\($0.name)=\($0.value.content)" }.joined(separator: ",") + "}"
    default: sourceText
    }
  }
}
