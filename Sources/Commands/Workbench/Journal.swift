import Reports

/// A session written down while it runs, so that a crash loses no more than the running cell: one JSON
/// object a line with a digest of it (see `LineSeal`), each kept durably before the session goes on.
///
/// Nothing here fails: what cannot be written becomes the `warning`, and the session goes on without a
/// journal. One thread at a time may use it.
package final class Journal {
  private let store: (any JournalStore)?
  private var file: (any OpenJournal)?
  private var log: [String] = []
  private var seal = LineSeal()
  /// Lines that wait to be written.
  private var held: [UInt8] = []
  /// Why the session is not written down, if it is not.
  package private(set) var warning: String?
  /// Whether lines wait: while an earlier session is brought back, its journal is the one that counts.
  package var postpones = false {
    didSet { if !postpones { write([]) } }
  }

  /// - Parameter store: nil writes nothing.
  package init(in store: (any JournalStore)?) {
    self.store = store
    guard let store else { return }
    let first = seal.line([
      "version": .number(JournalReader.currentVersion), "time": .number(store.time),
    ])
    do throws(CommandFailure) {
      file = try store.begin(first)
    } catch {
      warning = "this session is not written down: \(error.message)"
    }
  }

  /// Says that a cell is about to run.
  package func starts(_ text: String) {
    write(["time": .number(store?.time ?? 0), "run": .string(text)])
  }

  /// Says which statements make the state that the session is in now.
  package func reaches(_ statements: [String]) {
    let kept = zip(log, statements).prefix { $0 == $1 }.count
    let added = statements.dropFirst(kept)
    log = statements
    write(["keep": .number(kept), "add": .array(added.map { .string($0) })])
  }

  /// The session has ended as it should.
  package func finish() { file?.remove() }

  private func write(_ record: KeyValuePairs<String, JSON>) {
    guard file != nil, warning == nil else { return }
    write(seal.line(record))
  }

  private func write(_ line: [UInt8]) {
    guard let file, warning == nil else { return }
    held += line
    guard !postpones, !held.isEmpty else { return }
    do throws(CommandFailure) {
      try file.append(held)
    } catch {
      warning = "this session is no longer written down: \(error.message)"
    }
    held = []
  }
}
