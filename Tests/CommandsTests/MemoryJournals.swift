import Commands
import Datasets
import Synchronization

/// Journals in memory. A process that is killed lets its locks go and leaves the rest.
final class MemoryJournals: JournalStore {
  private struct State {
    var files: [(name: String, bytes: [UInt8])] = []
    var locked: Set<String> = []
    /// How many more bytes there is room for.
    var room = Int.max
  }
  private let state = Mutex(State())

  var room: Int {
    get { state.withLock { $0.room } }
    set { state.withLock { $0.room = newValue } }
  }

  /// A store with what is there now, of which nobody holds anything: as after a crash of the machine.
  func crashed() -> MemoryJournals {
    let copy = MemoryJournals()
    let files = state.withLock { $0.files }
    copy.state.withLock { $0.files = files }
    return copy
  }

  var time: Int { 60 }
  func written(_ time: Int) -> String { "minute \(time / 60)" }

  func begin(_ first: [UInt8]) throws(CommandFailure) -> any OpenJournal {
    let name = state.withLock { state in
      let name = "journal \(state.files.count + 1)"
      state.files.append((name, []))
      state.locked.insert(name)
      return name
    }
    do throws(CommandFailure) { try append(first, to: name) } catch {
      remove(name)
      throw error
    }
    return Open(self, name)
  }

  private func append(_ bytes: [UInt8], to name: String) throws(CommandFailure) {
    let isThere = state.withLock { state in
      let place = state.files.firstIndex { $0.name == name }
      guard state.room >= bytes.count, let place else { return false }
      state.room -= bytes.count
      state.files[place].bytes += bytes
      return true
    }
    if !isThere { throw CommandFailure("E0504", "no room") }
  }

  func names() -> [String] { state.withLock { $0.files.map(\.name) } }

  func isAbandoned(_ name: String) -> Bool { state.withLock { !$0.locked.contains(name) } }

  func contents(of name: String) throws(CommandFailure) -> FileContents {
    guard let file = state.withLock({ $0.files.first { $0.name == name } }) else {
      throw CommandFailure("E0501", "there is no `\(name)`")
    }
    return FileContents(path: name, file.bytes)
  }

  func remove(_ name: String) { state.withLock { $0.files.removeAll { $0.name == name } } }

  func rename(_ name: String, to other: String) throws(CommandFailure) {
    state.withLock { state in
      for place in state.files.indices where state.files[place].name == name {
        state.files[place].name = other
      }
    }
  }

  private final class Open: OpenJournal {
    private let journals: MemoryJournals
    private let name: String

    init(_ journals: MemoryJournals, _ name: String) {
      self.journals = journals
      self.name = name
    }

    deinit { journals.state.withLock { _ = $0.locked.remove(name) } }

    func append(_ bytes: [UInt8]) throws(CommandFailure) { try journals.append(bytes, to: name) }
    func remove() { journals.remove(name) }
  }
}
