import Synchronization

/// The results of a session's long commands, kept while it lives: `recover` takes them, whatever else is
/// typed runs.
package final class RecoverableResults: ResultStore {
  private let store: any ResultStore
  private let takes = Mutex(false)

  /// - Parameter store: where they are kept.
  package init(_ store: any ResultStore) { self.store = store }

  /// Whether results are taken.
  var isTaking: Bool {
    get { takes.withLock { $0 } }
    set { takes.withLock { $0 = newValue } }
  }

  package func bytes(_ key: String, host: any Host) -> [UInt8]? {
    isTaking ? store.bytes(key, host: host) : nil
  }

  package func keep(_ bytes: [UInt8], _ key: String, facts: [FileFact]) {
    if !isTaking { store.keep(bytes, key, facts: facts) }
  }
}
