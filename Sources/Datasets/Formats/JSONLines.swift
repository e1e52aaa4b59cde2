import Language

/// One JSON object a line, each a rating.
package struct JSONLines: DatasetFormat {
  package var file = ""
  package var user: String?
  package var item: String?
  package var rating: String?
  package var time: String?
  package var badRows = BadRows.refuse

  package init() {}

  package static let signature = Signature<Self>(
    "jsonl", "A file with one JSON object a line, each a rating.",
    details: "Usual names of members are found without being told; other members are passed over.",
    [
      .positional(
        "file", \.file, "the file of ratings", expects: "a file",
        completion: .file(extensions: ["jsonl", "json", "ndjson"])),
      .option("user", \.user, "the member that holds the user"),
      .option("item", \.item, "the member that holds the item"),
      .option("rating", \.rating, "the member that holds the rating"),
      .option("time", \.time, "the member that holds the time in seconds, if there is one"),
      .option("errors", \.badRows, "what to do with lines that cannot be read"),
    ])

  package func load(from files: any FileSource) throws -> Dataset {
    try load(files.read(file))
  }

  func load(_ contents: FileContents) throws(DatasetError) -> Dataset {
    try contents.requireText()
    let names = try Self.names(in: contents)
    let user = try chosen("user", user, names, contents)
    let item = try chosen("item", item, names, contents)
    let rating = try chosen("rating", rating, names, contents)
    let time = time ?? usualName("time", among: names)
    var scan = JSONLinesScan(
      contents: contents,
      roles: [
        Array(user.utf8), Array(item.utf8), Array(rating.utf8), time.map { Array($0.utf8) } ?? [],
      ])
    try scan.run(badRows: badRows)
    let layout = RowLayout(
      [Field("user", .id), Field("item", .id), Field("rating", .number), Field("time", .time)])
    var table = ScannedTable(
      contents: contents, layout: layout, start: contents.textStart,
      columns: [
        .tokens(scan.users), .tokens(scan.items), .numbers(scan.ratings), .times(scan.times),
      ],
      count: scan.ratings.count, skipped: scan.skipped,
      firstSkipped: scan.firstSkipped)
    table.escapes = .json
    return try Dataset(
      name: lastPart(of: contents.path), ratings: table, user: "user", item: "item",
      rating: "rating", time: "time")
  }

  /// The names of the members of the first object.
  private static func names(in contents: FileContents) throws(DatasetError) -> [String] {
    var tokens: [UInt64] = []
    var text = JSONText(contents)
    try text.object { text, name throws(DatasetError) in
      tokens.append(name)
      try text.skipValue()
    }
    return tokens.map { String(decoding: contents.bytes(of: $0), as: UTF8.self) }
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
  /// The names of user, item, rating and time; the last may be empty.
  let roles: [[UInt8]]
  var users: [UInt64] = []
  var items: [UInt64] = []
  var ratings: [Float] = []
  var times: [Int64] = []
  var skipped = 0
  var firstSkipped: DatasetError?

  init(contents: FileContents, roles: [[UInt8]]) {
    self.contents = contents
    self.roles = roles
  }

  mutating func run(badRows: BadRows) throws(DatasetError) {
    var offset = contents.textStart
    while offset < contents.bytes.count {
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
    if ratings.isEmpty {
      throw DatasetError("the file has no rows", file: contents.path, code: "E0511")
    }
  }

  private mutating func row(_ line: JSONText) throws(DatasetError) {
    var text = line
    var tokens: (UInt64?, UInt64?) = (nil, nil)
    var rating: Double?
    var time: Double?
    try text.object { text, name throws(DatasetError) in
      let bytes = contents.bytes(of: name)
      switch roles.firstIndex(where: { bytes.elementsEqual($0) }) {
      case 0?: tokens.0 = try Self.token(&text)
      case 1?: tokens.1 = try Self.token(&text)
      case 2?: rating = try Self.number(&text)
      case 3?: time = try Self.number(&text)
      default: try text.skipValue()
      }
    }
    if text.peek() != nil { throw text.error("something follows the object") }
    let names = roles.map { String(decoding: $0, as: UTF8.self) }
    guard let user = tokens.0 else { throw text.error("the object has no `\(names[0])`") }
    guard let item = tokens.1 else { throw text.error("the object has no `\(names[1])`") }
    guard let rating else { throw text.error("the object has no `\(names[2])`") }
    guard Float(rating).isFinite else {
      throw text.error("`\(names[2])` must be a finite number")
    }
    if !roles[3].isEmpty {
      guard let time, abs(time) < 9e15 else {
        throw text.error("`\(names[3])` must be a time in seconds")
      }
      times.append(Int64(time))
    }
    users.append(user)
    items.append(item)
    ratings.append(Float(rating))
  }

  /// An id: a text, or a number as it is written.
  private static func token(_ text: inout JSONText) throws(DatasetError) -> UInt64 {
    if text.peek() == 34 {
      let token = try text.stringToken()
      if token >> 2 & 0x3F_FFFF == 0 { throw text.error("an id is empty") }
      return token
    }
    let range = try text.numberBytes()
    return UInt64(range.lowerBound) << 24 | UInt64(range.count) << 2
  }

  /// A number, or a text that spells one.
  private static func number(_ text: inout JSONText) throws(DatasetError) -> Double {
    if text.peek() == 34 {
      let bytes = text.contents.bytes(of: try text.stringToken())
      return Datasets.number(in: String(decoding: bytes, as: UTF8.self))
    }
    let range = try text.numberBytes()
    return Datasets.number(in: String(decoding: text.contents.bytes[range], as: UTF8.self))
  }
}
