import Commands
import Language
import Synchronization

/// A file that is only added to: what the log needs of the outside.
package protocol FeedbackFile: AnyObject, Sendable {
  /// How many bytes it has.
  func size() throws(CommandFailure) -> Int
  /// Bytes from a place on; fewer at its end.
  func read(_ count: Int, at place: Int) throws(CommandFailure) -> [UInt8]
  /// Adds bytes at the end: they outlast the end of this process.
  func append(_ bytes: [UInt8]) throws(CommandFailure)
  /// Takes away what lies behind a place.
  func cut(at place: Int) throws(CommandFailure)
  /// Puts other contents in its place; either all of them or none.
  func replace(with bytes: [UInt8]) throws(CommandFailure)
}

/// All feedback that was ever given, in a file of one record a line. It needs the same memory however long it is: users
/// are dealt into buckets, memory holds where each bucket's last record begins, and each record says where the one
/// before it does. May be used from any thread.
package final class FeedbackLog: Sendable {
  private struct State {
    /// Where the last record of each bucket begins; -1 where there is none.
    var heads: [Int]
    var end: Int
  }

  private static let buckets = 1 << 16
  /// What is read at once of the whole file.
  private static let stretch = 1 << 20
  /// What is read at once of a record.
  private static let shortest = 1024

  private let file: any FeedbackFile
  private let state: Mutex<State>
  /// How many records there were at the start.
  package let replayedCount: Int
  /// What was found and mended at the start, in a sentence.
  package let remark: String?

  /// Reads what is there. A last line that was cut off while it was written is taken away.
  ///
  /// - Throws: why it cannot be read, and E0925 when another line is no record.
  package init(_ file: any FeedbackFile) throws(CommandFailure) {
    self.file = file
    var replay = Replay(heads: Array(repeating: -1, count: Self.buckets))
    let size = try file.size()
    var rest: [UInt8] = []
    var place = 0
    while place + rest.count < size {
      let bytes = try file.read(Self.stretch, at: place + rest.count)
      guard !bytes.isEmpty else { break }
      rest += bytes
      place += try replay.take(&rest, at: place, isLast: place + rest.count >= size)
    }
    var remark: String?
    if place < size {
      try file.cut(at: place)
      remark = "its last line was cut off while it was written, and is gone: \(size - place) bytes"
    }
    if replay.isUnlinked {
      var heads = Array(repeating: -1, count: Self.buckets)
      let bytes = try Self.linked(file, count: place, heads: &heads)
      try file.replace(with: bytes)
      (replay.heads, place) = (heads, bytes.count)
      remark = "its lines had been edited; they were linked anew"
    }
    self.remark = remark
    replayedCount = replay.count
    state = Mutex(State(heads: replay.heads, end: place))
  }

  /// Adds a record.
  func append(_ record: FeedbackRecord) throws(CommandFailure) {
    let bucket = Self.bucket(of: record.user)
    let failure = state.withLock { state -> CommandFailure? in
      let line = record.line(before: state.heads[bucket])
      do throws(CommandFailure) {
        try file.append(line)
      } catch {
        // Half a line must not stay before the next one.
        try? file.cut(at: state.end)
        return error
      }
      state.heads[bucket] = state.end
      state.end += line.count
      return nil
    }
    if let failure { throw failure }
  }

  /// Where the last record begins that may be of a user; -1 where there is none.
  func head(of user: String) -> Int { state.withLock { $0.heads[Self.bucket(of: user)] } }

  /// The records of a user behind a place, the oldest first.
  ///
  /// - Parameter known: an earlier `head(of:)`; -1 for all.
  func records(of user: String, from head: Int, to known: Int) throws(CommandFailure)
    -> [FeedbackRecord]
  {
    var records: [FeedbackRecord] = []
    var place = head
    while place > known {
      guard let (record, before) = FeedbackRecord.read(try line(at: place)), let before,
        before < place
      else {
        throw CommandFailure("E0925", "the feedback file was changed by somebody else")
      }
      if record.user == user { records.append(record) }
      place = before
    }
    return records.reversed()
  }

  private func line(at place: Int) throws(CommandFailure) -> ArraySlice<UInt8> {
    var bytes: [UInt8] = []
    while true {
      let more = try file.read(max(Self.shortest, bytes.count), at: place + bytes.count)
      let end = more.firstIndex(of: UInt8(ascii: "\n"))
      bytes += more[..<(end ?? more.count)]
      if end != nil || more.isEmpty { return bytes[...] }
    }
  }

  /// The file with the links that its records should have.
  private static func linked(
    _ file: any FeedbackFile, count: Int, heads: inout [Int]
  ) throws(CommandFailure) -> [UInt8] {
    var linked: [UInt8] = []
    for line in try file.read(count, at: 0).split(separator: UInt8(ascii: "\n")) {
      guard let (record, _) = FeedbackRecord.read(line) else { continue }
      let bucket = bucket(of: record.user)
      let place = linked.count
      linked += record.line(before: heads[bucket])
      heads[bucket] = place
    }
    return linked
  }

  /// The same for the same user in every process (FNV-1a, 64 bits).
  fileprivate static func bucket(of user: String) -> Int {
    let hash = user.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01b3
    }
    return Int(hash % UInt64(buckets))
  }
}

/// The file as it is gone through at the start.
private struct Replay {
  var heads: [Int]
  var count = 0
  private var lines = 0
  /// Whether a record does not say where the one before it is.
  var isUnlinked = false

  init(heads: [Int]) { self.heads = heads }

  /// Takes whole lines from the front of what was read.
  ///
  /// - Returns: how many bytes they were.
  mutating func take(
    _ bytes: inout [UInt8], at place: Int, isLast: Bool
  ) throws(CommandFailure) -> Int {
    var start = 0
    while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
      lines += 1
      if end > start {
        guard let (record, before) = FeedbackRecord.read(bytes[start..<end]) else {
          // Whatever a crash has left at the very end.
          if isLast, end + 1 == bytes.count { break }
          throw CommandFailure(
            "E0925", "line \(grouped(lines)) of the feedback file is no feedback",
            help: ["put it right, or take it away: the others are taken as they are"])
        }
        let bucket = FeedbackLog.bucket(of: record.user)
        if before != heads[bucket] { isUnlinked = true }
        heads[bucket] = place + start
        count += 1
      }
      start = end + 1
    }
    bytes.removeFirst(start)
    return start
  }
}
