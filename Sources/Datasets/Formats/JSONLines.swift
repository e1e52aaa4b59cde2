import Kernels
import Language

/// One JSON object a line, each a rating.
package struct JSONLines: DatasetFormat {
  package var file = ""
  package var user: String?
  package var item: String?
  package var rating: String?
  package var time: String?
  package var badRows = BadRows.refuse
  /// Whether texts and numbers under other names become columns.
  var keepsOthers = true

  package init() {}

  package var knownFeedback: Feedback? { rating == "none" ? .interactions : nil }

  package static let signature = Signature<Self>(
    "jsonl", "A file with one JSON object a line, each a rating.",
    details: """
      Usual names of members are found without being told. Other members of the first object that are \
      texts or numbers become columns, as those of csv do; they are empty where an object has none.
      """,
    [
      .positional(
        "file", \.file, "the file of ratings", expects: "a file",
        completion: .file(extensions: ["jsonl", "json", "ndjson"])),
      .option("user", \.user, "the member that holds the user"),
      .option("item", \.item, "the member that holds the item"),
      .option(
        "rating", \.rating, "the member that holds the rating; `none` where each counts the same"),
      .option("time", \.time, "the member that holds the time in seconds; `none` reads no times"),
      .option("errors", \.badRows, "what to do with lines that cannot be read"),
    ])

  package func load(from files: any FileSource) throws -> Dataset {
    try load(files.read(file))
  }

  func load(_ contents: FileContents) throws(DatasetError) -> Dataset {
    try contents.requireText()
    let members = try Self.members(of: contents)
    let names = members.map(\.name)
    let user = try chosen("user", user, names, contents)
    let item = try chosen("item", item, names, contents)
    let rating =
      isNone(rating, among: names) ? "" : try chosen("rating", rating, names, contents)
    let time = isNone(time, among: names) ? "" : time ?? usualName("time", among: names) ?? ""
    let taken = [user, item, rating, time]
    let others =
      keepsOthers
      ? members.filter { $0.isPlain && !$0.name.isEmpty && !taken.contains($0.name) }.map(\.name)
      : []
    var scan = JSONLinesScan(contents: contents, roles: taken, others: others)
    try scan.run(badRows: badRows)
    let fields = [
      Field("user", .id), Field("item", .id), Field("rating", .number), Field("time", .time),
    ]
    // Others may be called `user`, too: they are told apart by their place.
    let layout = RowLayout(fields + others.map { Field("." + $0, .text) })
    var table = ScannedTable(
      contents: contents, layout: layout, start: contents.textStart,
      columns: [
        .tokens(scan.users), .tokens(scan.items), .numbers(scan.ratings), .times(scan.times),
      ] + scan.others.map { .tokens($0) },
      count: scan.users.count, skipped: scan.skipped,
      firstSkipped: scan.firstSkipped)
    table.escapes = .json
    var data = try Dataset(
      name: lastPart(of: contents.path), ratings: table, user: "user", item: "item",
      rating: rating.isEmpty ? "" : "rating", time: "time", others: others.map { "." + $0 })
    (data.users.idName, data.items.idName) = (user, item)
    data.interactions.columns = Dictionary(
      uniqueKeysWithValues: data.interactions.columns.map { (String($0.key.dropFirst()), $0.value) }
    )
    return data
  }

  /// A member of an object: its name, and whether it is a text or a number.
  typealias Member = (name: String, isPlain: Bool)

  /// The members of the first object.
  static func members(of contents: FileContents) throws(DatasetError) -> [Member] {
    var members: [Member] = []
    var text = JSONText(contents)
    if text.peek() == UInt8(ascii: "[") {
      throw DatasetError(
        "the file is one list, and not one object a line", file: contents.path, line: 1,
        help: ["put each element on a line: jq -c '.[]' \(contents.path) > lines.jsonl"],
        code: "E0511")
    }
    let first = contents.line(at: text.position)
    try text.object { text, name throws(DatasetError) in
      let value = text.peek()
      let isPlain = value.map { $0 == 34 || $0 == 45 || (48...57).contains($0) } ?? false
      members.append((String(decoding: contents.bytes(of: name), as: UTF8.self), isPlain))
      try text.skipValue()
    }
    guard contents.line(at: text.position) == first else {
      throw DatasetError(
        "the first object goes over several lines", file: contents.path, line: first,
        help: ["put each object on a line: jq -c . \(contents.path) > lines.jsonl"],
        code: "E0511")
    }
    return members
  }

  private func chosen(
    _ role: String, _ name: String?, _ names: [String], _ contents: FileContents
  ) throws(DatasetError) -> String {
    if let name, names.contains(name) { return name }
    if name == nil, let usual = usualName(role, among: names) { return usual }
    throw DatasetError(
      name.map { "the first object has no member `\($0)`" }
        ?? "no member of the first object looks like the \(role)",
      file: contents.path, line: 1,
      help: ["it has: " + names.joined(separator: ", "), "name it: \(role)=…"], code: "E0511")
  }
}

/// The columns of a file of JSON lines while they grow.
private struct JSONLinesScan {
  let contents: FileContents
  /// The names of user, item, rating and time, the last two empty where they are not read; behind them
  /// those of other members.
  let roles: [[UInt8]]
  var users: [UInt64] = []
  var items: [UInt64] = []
  var ratings: [Float] = []
  var times: [Int64] = []
  var others: [[UInt64]]
  var skipped = 0
  var firstSkipped: DatasetError?

  init(contents: FileContents, roles: [String], others: [String]) {
    self.contents = contents
    self.roles = (roles + others).map { Array($0.utf8) }
    self.others = others.map { _ in [] }
  }

  mutating func run(badRows: BadRows) throws(DatasetError) {
    var offset = contents.textStart
    while offset < contents.bytes.count {
      if users.count & 0xFF == 0 { try DatasetError.throwIfUnwanted() }
      let line = contents.lineBytes(at: offset)
      let text = JSONText(contents, from: offset, to: offset + line.bytes.count)
      offset = line.next
      if line.bytes.isEmpty { continue }
      do throws(DatasetError) {
        try row(text)
      } catch {
        if badRows == .refuse {
          var refusal = error
          refusal.help.append(BadRows.advice)
          throw refusal
        }
        skipped += 1
        firstSkipped = firstSkipped ?? error
      }
    }
    if users.isEmpty {
      throw DatasetError("the file has no rows", file: contents.path, code: "E0511")
    }
  }

  private mutating func row(_ line: JSONText) throws(DatasetError) {
    var text = line
    var tokens: (UInt64?, UInt64?) = (nil, nil)
    var rating: Float?
    var time: Double?
    // A token of no length at the start of the line is an empty text.
    var rest = [UInt64](repeating: UInt64(line.position) << 24, count: others.count)
    try text.object { text, name throws(DatasetError) in
      let bytes = contents.bytes(of: name)
      switch roles.firstIndex(where: { bytes.elementsEqual($0) }) {
      case 0?: tokens.0 = try token(&text, of: 0)
      case 1?: tokens.1 = try token(&text, of: 1)
      case 2?: rating = float(in: try number(&text, of: 2))
      case 3?: time = Datasets.number(in: try number(&text, of: 3))
      case let place?: rest[place - 4] = try Self.plain(&text) ?? rest[place - 4]
      case nil: try text.skipValue()
      }
    }
    if text.peek() != nil { throw text.error("something follows the object") }
    guard let user = tokens.0 else { throw text.error("the object has no \(name(0))") }
    guard let item = tokens.1 else { throw text.error("the object has no \(name(1))") }
    if !roles[2].isEmpty {
      guard let rating else { throw text.error("the object has no \(name(2))") }
      guard rating.isFinite else {
        throw text.error("\(name(2)) must be a finite number")
      }
    }
    if !roles[3].isEmpty {
      guard let time, abs(time) < 9e15 else {
        throw text.error("\(name(3)) must be a time in seconds")
      }
    }
    if let rating { ratings.append(rating) }
    if let time { times.append(Int64(time)) }
    users.append(user)
    items.append(item)
    for (place, token) in rest.enumerated() { others[place].append(token) }
  }

  private func name(_ role: Int) -> String { "`\(String(decoding: roles[role], as: UTF8.self))`" }

  /// An id: a text, or a number as it is written.
  private func token(_ text: inout JSONText, of role: Int) throws(DatasetError) -> UInt64 {
    guard let token = try Self.plain(&text) else {
      throw text.error("\(name(role)) must be a text or a number")
    }
    if token >> 2 & 0x3F_FFFF == 0 { throw text.error("\(name(role)) is empty") }
    return token
  }

  /// A text or a number as it is written; nil for any other value, which is passed over.
  private static func plain(_ text: inout JSONText) throws(DatasetError) -> UInt64? {
    switch text.peek() {
    case UInt8(ascii: "\"")?: return try text.stringToken()
    case UInt8(ascii: "-")?, (UInt8(ascii: "0")...UInt8(ascii: "9"))?:
      let range = try text.numberBytes()
      return UInt64(range.lowerBound) << 24 | UInt64(range.count) << 2
    default:
      try text.skipValue()
      return nil
    }
  }

  /// The spelling of a number, or a text that spells one.
  private func number(_ text: inout JSONText, of role: Int) throws(DatasetError) -> String {
    guard let token = try Self.plain(&text) else {
      throw text.error("\(name(role)) must be a number")
    }
    return String(decoding: contents.bytes(of: token), as: UTF8.self)
  }
}
