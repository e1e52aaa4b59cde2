import Reports

/// A line of a journal.
enum JournalRecord {
  /// The first one: which form the file has, and when it began.
  case version(Int, time: Int)
  /// A cell is about to run.
  case run(String, time: Int)
  /// The state was reached that so many of the statements before and these make.
  case reaches(keep: Int, add: [String])

  /// Nil for what is no line of a journal. The commands of the prompt change no session, so that none names
  /// one of them as a statement: `recover` in a journal would have no end.
  init?(_ json: JSON) {
    guard case .object(let members) = json else { return nil }
    let names = members.map(\.name).filter { $0 != "after" && $0 != "sha256" }
    func whole(_ name: String) -> Int? { json[name]?.number.flatMap { Int(exactly: $0) } }
    switch names {
    case ["version", "time"]:
      guard let version = whole("version"), let time = whole("time") else { return nil }
      self = .version(version, time: time)
    case ["time", "run"]:
      guard let time = whole("time"), let text = json["run"]?.string else { return nil }
      self = .run(text, time: time)
    case ["keep", "add"]:
      guard let keep = whole("keep"), keep >= 0, let values = json["add"]?.array else { return nil }
      let added = values.compactMap(\.string)
      guard added.count == values.count,
        !added.contains(where: { isNotebookCommand($0, in: commands) })
      else { return nil }
      self = .reaches(keep: keep, add: added)
    default: return nil
    }
  }
}

/// What the bytes of a journal tell, up to the first line that is damaged and behind it. Any bytes are read: what is
/// no line of a journal is damaged.
package struct JournalReader {
  /// The statements that make the last state before a damaged line.
  package private(set) var statements: [String] = []
  /// The statements that make the last state, as far as the lines that are whole tell.
  package private(set) var readable: [String] = []
  /// What was running at the end; nil when nothing was, or when it is not known.
  package private(set) var running: String?
  /// Seconds since 1970 of the last cell; 0 when no line tells.
  package private(set) var time = 0
  /// The numbers of the lines, from 1, that are not whole or not in their place.
  package private(set) var damaged: [Int] = []
  /// The form of the file: 1 has no digests. Another one than 1 and 2 was not read.
  package private(set) var version = 1
  private var seal = LineSeal()

  /// The form that journals are written in.
  package static let currentVersion = 2

  package init(_ bytes: UnsafeRawBufferPointer) {
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let tail = lines.removeLast()
    if let first = lines.first, let other = Self.otherVersion(first) {
      version = other
      return
    }
    let all = lines + [tail]
    if all.contains(where: { LineSeal.isSealed($0) }) { version = 2 }
    for (index, line) in lines.enumerated() { take(line, index + 1) }
    guard !tail.isEmpty else { return }
    // Without its end it is a line that the program was writing when it was killed.
    let isWhole = version == 2 ? LineSeal.isCut(tail) : JSON(parsing: text(tail)) == nil
    if !isWhole || lines.isEmpty { take(tail, lines.count + 1) }
  }

  private func text(_ line: Slice<UnsafeRawBufferPointer>) -> String {
    String(decoding: line, as: UTF8.self)
  }

  /// The version of a file of another form.
  private static func otherVersion(_ first: Slice<UnsafeRawBufferPointer>) -> Int? {
    guard let json = JSON(parsing: String(decoding: first, as: UTF8.self)),
      let version = json["version"]?.number.flatMap({ Int(exactly: $0) }),
      ![1, currentVersion].contains(version)
    else { return nil }
    var seal = LineSeal()
    // Damage does not make a version.
    return LineSeal.isSealed(first) && seal.read(first) == nil ? nil : version
  }

  private mutating func take(_ line: Slice<UnsafeRawBufferPointer>, _ number: Int) {
    var isInPlace = true
    var json: JSON?
    if version == 2 {
      let found = seal.read(line)
      json = found?.record
      isInPlace = found?.follows ?? false
    } else {
      json = JSON(parsing: text(line))
    }
    guard let record = json.flatMap({ JournalRecord($0) }) else {
      damaged.append(number)
      return
    }
    if !isInPlace || !isFitting(record, number) { damaged.append(number) }
    apply(record)
  }

  /// Whether a record may stand in a line.
  private func isFitting(_ record: JournalRecord, _ number: Int) -> Bool {
    switch record {
    case .version: version == 2 && number == 1
    case .run: version == 1 || number > 1
    case .reaches(let keep, _):
      (version == 1 || number > 1) && (keep <= readable.count || !damaged.isEmpty)
    }
  }

  private mutating func apply(_ record: JournalRecord) {
    switch record {
    case .version(_, let time): self.time = time
    case .run(let text, let time):
      running = text
      self.time = time
    case .reaches(let keep, let added):
      readable = readable.prefix(keep) + added
      running = nil
      if damaged.isEmpty { statements = readable }
    }
  }
}
