import Language

/// Ratings in a file of rows, usually with a header line: commas, tabs, semicolons or bars between the
/// fields.
package struct DelimitedText: DatasetFormat {
  package var file = ""
  package var user: String?
  package var item: String?
  package var rating: String?
  package var time: String?
  package var separator = Separator.guess
  package var columns: [String] = []
  package var badRows = BadRows.refuse

  package init() {}

  package var knownFeedback: Feedback? { rating == "none" ? .interactions : nil }

  package static let signature = Signature<Self>(
    "csv", "A file of ratings: commas, tabs, semicolons or bars between the fields.",
    details: """
      Columns are chosen by their names in the first line; usual names are found without being told. \
      Further columns are kept and can be split by. A file without a line of names needs `columns=`.
      """,
    [
      .positional(
        "file", \.file, "the file of ratings", expects: "a file",
        completion: .file(extensions: ["csv", "tsv", "txt"])),
      .option("user", \.user, "the column of users"),
      .option("item", \.item, "the column of items"),
      .option(
        "rating", \.rating, "the column of ratings; `none` where each row counts the same"),
      .option("time", \.time, "the column of times in seconds; `none` reads no times"),
      .option("sep", \.separator, "what stands between the fields"),
      .option(
        "columns", \.columns, "names of the columns, where the file has none: [user, item, rating]"),
      .option("errors", \.badRows, "what to do with rows that cannot be read"),
    ])

  /// What stands between fields.
  package enum Separator: String, ArgumentChoice {
    case guess, comma, tab, semicolon, bar

    package var summary: String {
      switch self {
      case .guess: "whatever is most frequent in the header"
      case .comma: "a comma"
      case .tab: "a tab"
      case .semicolon: "a semicolon"
      case .bar: "a bar |"
      }
    }

    var character: Character? {
      switch self {
      case .guess: nil
      case .comma: ","
      case .tab: "\t"
      case .semicolon: ";"
      case .bar: "|"
      }
    }

    /// Those that a file may turn out to have.
    static let characters = allCases.compactMap(\.character)
  }

  package func load(from files: any FileSource) throws -> Dataset {
    if files.kind(of: file) == .folder {
      throw DatasetError("`\(file)` is a folder; csv needs a file", code: "E0501")
    }
    let contents = try files.read(file)
    let header = try DelimitedHeader(contents, separator: separator.character, names: columns)
    let user = try header.column("user", chosen: user)
    let item = try header.column("item", chosen: item)
    // Clicks and orders are rows without a rating; `weigh` makes some of a column.
    let isRated = !isNone(rating, among: header.names)
    let rating = isRated ? try header.column("rating", chosen: rating) : ""
    let time: String? =
      if isNone(time, among: header.names) {
        nil
      } else {
        try time == nil ? header.usual("time") : header.column("time", chosen: time)
      }
    var kinds: [String: FieldKind] = [user: .id, item: .id]
    if isRated { kinds[rating] = .number }
    if let time { kinds[time] = .time }
    let others = header.names.filter { kinds[$0] == nil && !$0.isEmpty }
    let table = try header.layout { kinds[$0] ?? ($0.isEmpty ? .skip : .text) }.scan(
      contents, from: header.next, badRows: badRows)
    return try Dataset(
      name: lastPart(of: file), ratings: table, user: user, item: item, rating: rating,
      time: time ?? "", others: others)
  }
}

/// The first line of a delimited file.
struct DelimitedHeader {
  let contents: FileContents
  let names: [String]
  let separator: Character
  /// Where the second line starts.
  let next: Int

  /// - Parameter names: those of a file whose first line is a row already; empty for other files.
  init(
    _ contents: FileContents, separator: Character?, names given: [String] = []
  ) throws(DatasetError) {
    try contents.requireText()
    self.contents = contents
    let line = contents.lineBytes(at: contents.textStart)
    next = given.isEmpty ? line.next : contents.textStart
    let text = String(decoding: line.bytes.prefix(1 << 16), as: UTF8.self)
    self.separator =
      separator
      ?? DelimitedText.Separator.characters.stablySorted(descending: true) { separator in
        text.count { $0 == separator }
      }.first ?? ","
    names = given.isEmpty ? Self.fields(of: text, separator: self.separator) : given
    var seen = Set<String>()
    for name in names where !seen.insert(name).inserted {
      throw DatasetError(
        given.isEmpty ? "the header names `\(name)` twice" : "columns= names `\(name)` twice",
        file: contents.path, line: given.isEmpty ? 1 : nil, code: "E0511")
    }
  }

  /// The texts between the separators, without their quotes.
  private static func fields(of line: String, separator: Character) -> [String] {
    var fields = [""]
    var isQuoted = false
    for character in line {
      if character == "\"" {
        isQuoted.toggle()
      } else if character == separator, !isQuoted {
        fields.append("")
      } else {
        fields[fields.count - 1].append(character)
      }
    }
    return fields.map { field in
      let text = field.drop { $0 == " " }
      return String(text.reversed().drop { $0 == " " }.reversed())
    }
  }

  func layout(_ kind: (String) -> FieldKind) -> RowLayout {
    RowLayout(names.map { Field($0, kind($0)) }, separator: separator, isQuoted: true)
  }

  func require(_ expected: [String]) throws(DatasetError) {
    for name in expected where !names.contains(name) { throw missing(name) }
  }

  /// The column that was chosen, or the one with a usual name.
  func column(_ role: String, chosen: String?) throws(DatasetError) -> String {
    if let chosen {
      guard names.contains(chosen) else { throw missing(chosen) }
      return chosen
    }
    guard let usual = usual(role) else {
      throw DatasetError(
        "no column of the header looks like the \(role); it has: "
          + names.joined(separator: ", "), file: contents.path, line: 1,
        help: advice(for: role), code: "E0511")
    }
    return usual
  }

  /// What to do about a column that is not found.
  private func advice(for role: String) -> [String] {
    if names.count == 1, let name = names.first,
      let other = DelimitedText.Separator.allCases.first(where: {
        $0.character.map(name.contains) ?? false
      })
    {
      return ["the fields seem to be divided otherwise: sep=\(other.rawValue)"]
    }
    if names.contains(where: { number(in: $0).isFinite }) { return [Self.adviceForRows] }
    return ["name it: \(role)=…"]
      + (role == "rating" ? ["if there is none: rating=none, and each row counts 1"] : [])
  }

  /// What to do about a file whose first line is a row.
  static let adviceForRows =
    "if the first line is a row, name the columns: load csv … columns=[user, item, rating]"

  /// The first column with a usual name for this role.
  func usual(_ role: String) -> String? { usualName(role, among: names) }

  private func missing(_ name: String) -> DatasetError {
    DatasetError(
      "the header has no column `\(name)`; it has: " + names.joined(separator: ", "),
      file: contents.path, line: 1, suggestions: suggestions(for: name, among: names),
      code: "E0511")
  }
}

/// Whether a column is not to be read: `none`, where no column is called that.
func isNone(_ name: String?, among names: [String]) -> Bool {
  name == "none" && !names.contains("none")
}

/// The first of the names that is usual for this role.
func usualName(_ role: String, among names: [String]) -> String? {
  let known = usualNames[role] ?? []
  return names.first { name in
    known.contains(name.lowercased().filter { $0.isLetter || $0.isNumber })
  }
}

/// What columns are called in the field's data sets, without case and punctuation.
private let usualNames: [String: Set<String>] = [
  "user": ["user", "userid", "uid", "reviewerid", "customer", "customerid", "u"],
  "item": [
    "item", "itemid", "iid", "movie", "movieid", "isbn", "asin", "parentasin", "product",
    "productid", "book", "bookid", "i",
  ],
  "rating": ["rating", "ratings", "score", "bookrating", "overall", "stars", "label", "r"],
  "time": ["time", "timestamp", "unixreviewtime", "ts"],
]
