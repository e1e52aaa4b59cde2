import Kernels
import Language
import Reports

/// Where results of commands are kept from one run to the next.
package protocol ResultStore: Sendable {
  /// What is kept under a key, if it is whole and all that it came from in files is still so.
  func bytes(_ key: String, host: any Host) -> [UInt8]?
  /// Keeps bytes that came from what the key says and what these files held alone.
  func keep(_ bytes: [UInt8], _ key: String, facts: [FileFact])
}

extension Command {
  /// What a result is looked up by: the command, and what made all that it declares to read.
  ///
  /// - Parameter more: what tells results of the same command apart.
  func resultKey(in session: Session, _ more: String = "") -> String {
    let origins = declaredReads(in: session).sorted().map { "\($0.name) \(session.origin(of: $0))" }
    return "\(self)\u{0}\(more)\u{0}" + digest(ofWords: origins)
  }
}

extension LongCommand {
  /// Runs, or takes what came of it when the very same was run before.
  func result(
    in session: inout Session, host: FileRecordingHost, from store: any ResultStore
  ) throws -> (report: Report, isTaken: Bool) {
    let key = resultKey(in: session)
    if let kept = store.bytes(key, host: host).flatMap({ KeptResult($0) }),
      let reads = kept.slots(declaredReads(in: session), in: session)
    {
      var made = session
      // What cannot be restored is made anew.
      if (try? restore(kept.snapshot, in: &made)) != nil {
        for slot in reads { made.note(slot) }
        session = made
        return (kept.report, true)
      }
    }
    let before = session
    let report = try run(in: &session, host: host)
    // What was written would not be there after taking the result.
    if host.written.isEmpty, let snapshot = self.snapshot(of: session) {
      let reads = session.noted.sorted().filter { $0 != .threads }.map { slot in
        KeptResult.Read(slot: slot.name, content: before.content(of: slot))
      }
      if let bytes = KeptResult(reads: reads, report: report, snapshot: snapshot).bytes {
        store.keep(bytes, key, facts: host.facts)
      }
    }
    return (report, false)
  }
}

/// What a command said, what it made as bytes, and what it had read.
private struct KeptResult {
  struct Read {
    /// The name of the slot.
    var slot: String
    var content: String
  }

  var reads: [Read]
  var report: Report
  var snapshot: [UInt8]

  init(reads: [Read], report: Report, snapshot: [UInt8]) {
    self.reads = reads
    self.report = report
    self.snapshot = snapshot
  }

  /// What was read, if all of it is there and still is what it was.
  ///
  /// - Parameter declared: what it may have been, beside what the session holds.
  func slots(_ declared: Set<Slot>, in session: Session) -> [Slot]? {
    var known: [String: Slot] = [:]
    for slot in declared.union(session.stamps.keys).union(Slot.single) { known[slot.name] = slot }
    let slots = reads.compactMap { read in
      known[read.slot].flatMap { session.content(of: $0) == read.content ? $0 : nil }
    }
    return slots.count == reads.count ? slots : nil
  }

  /// The lengths of what was read and of the report, both, the rest.
  var bytes: [UInt8]? {
    guard let report = report.bytes(isWanted: { !Cancellation.isRequested }) else { return nil }
    let reads = JSON.array(self.reads.map { .array([.string($0.slot), .string($0.content)]) })
    let words = Array(reads.text.utf8)
    return Array("\(words.count) \(report.count)\n".utf8) + words + report + snapshot
  }

  init?(_ bytes: [UInt8]) {
    guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
    let counts = String(decoding: bytes[..<end], as: UTF8.self).split(separator: " ")
      .compactMap { Int($0) }
    guard counts.count == 2, counts.allSatisfy({ $0 >= 0 && $0 <= bytes.count }),
      counts[0] + counts[1] <= bytes.count - end - 1
    else { return nil }
    let middle = end + 1 + counts[0]
    let last = middle + counts[1]
    guard
      let words = JSON(parsing: String(decoding: bytes[(end + 1)..<middle], as: UTF8.self))?.array,
      let report = Report(
        bytes: bytes[middle..<last], isWanted: { !Cancellation.isRequested })
    else { return nil }
    var reads: [Read] = []
    for pair in words {
      guard let slot = pair.array?.first?.string, let content = pair.array?.last?.string else {
        return nil
      }
      reads.append(Read(slot: slot, content: content))
    }
    self.init(reads: reads, report: report, snapshot: Array(bytes[last...]))
  }
}
