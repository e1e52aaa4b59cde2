import Datasets

/// Where sessions are written down while they run: files in the shell, memory in tests and in programs that
/// have no disk.
///
/// A journal is locked while its session lives and is removed when that ends as it should: one that is there
/// and not locked belongs to a session that was cut off. What a journal holds is not the store's concern; to
/// it they are bytes. Several processes may use one store at a time, each from one thread.
package protocol JournalStore: Sendable {
  /// Seconds since 1970.
  var time: Int { get }
  /// A time of that clock in the zone of the user: "3 May, 14:05".
  func written(_ time: Int) -> String
  /// Makes a journal that begins with these bytes. Nobody sees it before it is locked and holds them.
  ///
  /// - Throws: a failure whose message says why there can be none.
  func begin(_ first: [UInt8]) throws(CommandFailure) -> any OpenJournal
  /// The names of all journals, oldest first; for files their paths, since users are told them.
  func names() -> [String]
  /// Whether the program that wrote a journal is no more.
  func isAbandoned(_ name: String) -> Bool
  /// - Throws: E0501 when there is none of that name any more; otherwise why it cannot be read.
  func contents(of name: String) throws(CommandFailure) -> FileContents
  func remove(_ name: String)
  /// - Throws: a failure whose message is the reason of the system.
  func rename(_ name: String, to other: String) throws(CommandFailure)
}

/// A journal that is being written. It stays locked until this object is let go or the process ends.
package protocol OpenJournal: AnyObject {
  /// Adds bytes at the end, and returns when they outlast a crash of the machine.
  ///
  /// - Throws: a failure whose message is the reason of the system; part of the bytes may have been written.
  func append(_ bytes: [UInt8]) throws(CommandFailure)
  /// Takes the journal away: its session has ended as it should.
  func remove()
}
