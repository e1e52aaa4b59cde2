import Commands
import Synchronization

/// The results of a session's long commands, kept while it lives: `recover` takes them, whatever else is
/// typed runs.
package final class RecoverableResults: ResultStore {
  private let cache: ResultCache
  private let takes = Mutex(false)

  package init(folder: String) { cache = ResultCache(folder: folder) }

  /// Whether results are taken.
  var isTaking: Bool {
    get { takes.withLock { $0 } }
    set { takes.withLock { $0 = newValue } }
  }

  package func bytes(_ key: String, host: any Host) -> [UInt8]? {
    isTaking ? cache.bytes(key, host: host) : nil
  }

  package func keep(_ bytes: [UInt8], _ key: String, facts: [FileFact]) {
    if !isTaking { cache.keep(bytes, key, facts: facts) }
  }
}
