import Language

/// Which columns of a table hold users, items, ratings or counts, and times; empty where there are none.
struct ColumnRoles {
  var user = ""
  var item = ""
  var rating = ""
  var count = ""
  var time = ""
  /// Those that were found without being told, by names that are not the usual ones or by what they hold.
  var guesses: Set<String> = []
  /// What to know of the choice.
  var notes: [String] = []

  var taken: Set<String> { Set([user, item, rating, count, time]).subtracting([""]) }
}

/// Finds the roles of columns by what was said, by their names and by the first values.
struct ColumnRoleFinder {
  let names: [String]
  let options: RatingsOptions
  /// The first values of a column.
  let samples: (String) -> [String]
  /// Whether a missing role is to be found; the shape of the file may give it.
  var needsUser = true
  var needsItem = true
  /// How the file is loaded: `load csv "x.csv"`.
  let command: String
  let path: String
  var table = Table.rows

  /// What the names are of.
  enum Table {
    case rows, objects

    var place: String { self == .rows ? "the header" : "the first object" }
    var part: String { self == .rows ? "column" : "member" }
  }

  func roles() throws(DatasetError) -> ColumnRoles {
    var roles = ColumnRoles()
    roles.user = try told(options.user, "user")
    roles.item = try told(options.item, "item")
    roles.rating = try told(options.rating, "rating")
    roles.count = try told(options.count, "count")
    roles.time = try told(options.time, "time")
    if !roles.rating.isEmpty, !roles.count.isEmpty {
      throw DatasetError(
        "rating= and count= are two things: what somebody thinks of an item, and how often it was used",
        file: path, help: ["leave one of them out"], argument: "count", code: "E0511")
    }
    if roles.user.isEmpty, needsUser, options.user == nil { find(.user, \.user, of: &roles) }
    if roles.item.isEmpty, needsItem, options.item == nil { find(.item, \.item, of: &roles) }
    if roles.rating.isEmpty, options.rating == nil, options.count == nil {
      find(.rating, \.rating, of: &roles) { areNumbers(in: $0) }
      if roles.rating.isEmpty { find(.count, \.count, of: &roles) { areNumbers(in: $0) } }
    }
    if roles.time.isEmpty, options.time == nil {
      find(.time, \.time, of: &roles) { areTimes(in: $0) }
    }
    try findLone(&roles)
    if needsUser, roles.user.isEmpty { throw missing("user", roles) }
    if needsItem, roles.item.isEmpty { throw missing("item", roles) }
    addNotes(to: &roles)
    return roles
  }

  /// The column that was named; empty where none was, or none is to be read.
  private func told(_ name: String?, _ role: String) throws(DatasetError) -> String {
    guard let name, !isNone(name, among: names) else { return "" }
    guard names.contains(name) else { throw unknown(name) }
    return name
  }

  func unknown(_ name: String) -> DatasetError {
    .noColumn(name, "\(table.place) has no \(table.part)", among: names, file: path)
  }

  private func find(
    _ role: ColumnNames.Role, _ place: WritableKeyPath<ColumnRoles, String>,
    of roles: inout ColumnRoles, where holds: (String) -> Bool = { _ in true }
  ) {
    var passed = roles.taken
    while let (name, certainty) = ColumnNames.usual(role, among: names, except: passed) {
      // A usual name is taken at its word, so that what is wrong with its values is said.
      if certainty == 0 || holds(name) {
        roles[keyPath: place] = name
        if certainty > 0 || role == .count { roles.guesses.insert(name) }
        return
      }
      passed.insert(name)
    }
  }

  /// A column that can only be the user or the item, since everything else is known.
  private func findLone(_ roles: inout ColumnRoles) throws(DatasetError) {
    let isUserOpen = roles.user.isEmpty && needsUser && options.user == nil
    let isItemOpen = roles.item.isEmpty && needsItem && options.item == nil
    guard isUserOpen != isItemOpen else { return }
    let free = names.filter { !roles.taken.contains($0) && !$0.isEmpty }
    let ids = free.filter { ColumnNames.looksLikeID($0) }
    guard let only = ids.count == 1 ? ids.first : free.count == 1 ? free.first : nil else { return }
    if isUserOpen { roles.user = only } else { roles.item = only }
    roles.guesses.insert(only)
  }

  private func areNumbers(in name: String) -> Bool {
    if case .none = NumberForm.settled(by: samples(name)) { return false }
    return true
  }

  private func areTimes(in name: String) -> Bool {
    if case .none = DateForm.settled(by: samples(name)) { return false }
    return true
  }

  /// What is to be known of rows without ratings.
  private func addNotes(to roles: inout ColumnRoles) {
    guard roles.rating.isEmpty, options.rating == nil, options.count == nil else { return }
    if !roles.count.isEmpty {
      roles.notes.append(
        "`\(roles.count)` says how often or how much: these are interactions; for ratings: "
          + "rating=\(spelled(roles.count))")
      return
    }
    let numeric = names.filter {
      !$0.isEmpty && !roles.taken.contains($0) && !ColumnNames.looksLikeID($0) && areNumbers(in: $0)
    }
    roles.notes.append(
      "there is no column of ratings: each row is an interaction"
        + (numeric.isEmpty
          ? "" : "; if `\(numeric[0])` holds ratings: rating=\(spelled(numeric[0]))"))
  }

  /// Why a role is open, with a line that closes it.
  private func missing(_ role: String, _ roles: ColumnRoles) -> DatasetError {
    if (role == "user" ? options.user : options.item) != nil {
      return DatasetError(
        "every row needs \(role == "user" ? "a user" : "an item"); the columns are: "
          + names.joined(separator: ", "), file: path, line: 1,
        help: ["name the column: \(role)=…"], argument: role, code: "E0511")
    }
    return DatasetError(
      "no \(table.part) of \(table.place) looks like the \(role); it has: "
        + names.joined(separator: ", "),
      file: path, line: 1, help: advice(for: role, roles), code: "E0511")
  }

  private func advice(for role: String, _ roles: ColumnRoles) -> [String] {
    if table == .objects { return line(roles).map { [$0] } ?? ["name it: \(role)=…"] }
    if names.count == 1, let name = names.first,
      let character = Separator.characters.first(where: name.contains)
    {
      return ["the fields seem to be divided otherwise: sep=\(Separator(character).argumentText)"]
    }
    if names.count == 1 { return ["say what divides the fields, such as sep=space or sep=\"::\""] }
    if names.contains(where: { number(in: $0).isFinite }) {
      return [Self.adviceForRows(command, width: names.count)]
    }
    return line(roles).map { [$0] } ?? ["name it: \(role)=…"]
  }

  /// A line to copy, which names the columns that are left in their order; nil where there are too few.
  private func line(_ known: ColumnRoles) -> String? {
    var roles = known
    func take(_ place: WritableKeyPath<ColumnRoles, String>, _ candidates: [String]) {
      guard roles[keyPath: place].isEmpty else { return }
      roles[keyPath: place] =
        candidates.first { !$0.isEmpty && !roles.taken.contains($0) } ?? ""
    }
    let ids = names.filter { ColumnNames.looksLikeID($0) }
    take(\.user, ids + names)
    take(\.item, ids + names)
    let numeric = names.filter { areNumbers(in: $0) }
    if options.rating == nil, roles.count.isEmpty { take(\.rating, numeric) }
    guard !roles.user.isEmpty, !roles.item.isEmpty else { return nil }
    let rating = roles.rating.isEmpty ? "none" : spelled(roles.rating)
    return "if it is so: \(command) user=\(spelled(roles.user)) item=\(spelled(roles.item)) "
      + (roles.count.isEmpty ? "rating=\(rating)" : "count=\(spelled(roles.count))")
  }

  /// What to do about a file whose first line is a row.
  static func adviceForRows(_ command: String, width: Int, separator: String = "") -> String {
    let usual = ["user", "item", "rating", "time"]
    let columns =
      width < 2
      ? Array(usual.prefix(3))
      : (0..<min(width, 64)).map { $0 < usual.count ? usual[$0] : "column\($0 + 1)" }
    return "if the first line is a row, name the columns: \(command) columns=["
      + columns.joined(separator: ", ") + "]" + separator
  }
}

/// The name as it is written behind an option.
func spelled(_ name: String) -> String {
  let isWord =
    name.utf8.first.map { (97...122).contains($0 | 0x20) } ?? false
    && name.utf8.allSatisfy {
      (48...57).contains($0) || (97...122).contains($0 | 0x20) || $0 == 95 || $0 == 45
    }
  if isWord, name != "none", !name.hasSuffix("-") { return name }
  return Value.text(name).sourceText
}
