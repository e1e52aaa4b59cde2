import Kernels
import Language

/// A file that is no table with a line for each rating, turned into the columns of one: its users, items, ratings
/// and times as texts, each where it stands in the file.
struct ShapedTable {
  let sketch: TableSketch
  let options: RatingsOptions
  /// Names that were given for the columns.
  let names: [String]
  /// How the file is loaded: `load csv "x.txt"`.
  let command: String

  private var contents: FileContents { sketch.contents }
  private var splitter: LineSplitter {
    LineSplitter(contents, separator: sketch.separator)
  }

  /// The columns of a file of that shape, and what each is.
  func read(as shape: TableShape) throws(DatasetError) -> (table: ScannedTable, roles: ColumnRoles)
  {
    let found: (ScannedTable, ColumnRoles) =
      switch shape {
      case .matrix: try matrix()
      case .blocks: try blocks()
      default: try lists()
      }
    try DatasetError.throwIfUnwanted()
    if found.0.count == 0 {
      throw DatasetError(
        "the file has no ratings when it is read as \(shape.spoken)", file: contents.path,
        help: ["shape=rows reads a line for each rating"], code: "E0511")
    }
    return found
  }

  /// Calls `body` with the fields of every line that is not blank.
  private func eachLine(
    _ body: ([UInt64], Int) throws(DatasetError) -> Void
  ) throws(DatasetError) {
    var place = contents.textStart
    var lines = 0
    while place < contents.bytes.count {
      if lines & 0x3FF == 0, Cancellation.isRequested { return }
      lines += 1
      let start = place
      let (fields, next) = splitter.line(at: place)
      place = next
      if fields.count > 1 || length(fields[0]) > 0 { try body(fields, start) }
    }
  }

  private func length(_ token: UInt64) -> Int { Int(token >> 2 & 0x3F_FFFF) }

  private func table(
    _ fields: [Field], _ columns: [[UInt64]], skipped: Int = 0, _ firstSkipped: DatasetError? = nil
  ) -> ScannedTable {
    ScannedTable(
      contents: contents, layout: RowLayout(fields), start: contents.textStart,
      columns: columns.map { .tokens($0) }, count: columns.first?.count ?? 0, skipped: skipped,
      firstSkipped: firstSkipped)
  }

  // MARK: Matrix

  /// A line for each user and a column for each item, or the other way round where the first name says so.
  private func matrix() throws(DatasetError) -> (ScannedTable, ColumnRoles) {
    let blank = sketch.countsOwnRatings
    let header = sketch.lines.first ?? []
    let isNamed = blank == nil && header.dropFirst().contains { !number(in: $0).isFinite }
    let hasIDs =
      blank == nil && (isNamed || sketch.lines.contains { !number(in: $0[0]).isFinite })
    let first = hasIDs ? 1 : blank == nil ? 0 : 1
    var heads: [UInt64] = []
    var (rows, columns, cells): ([UInt64], [UInt64], [UInt64]) = ([], [], [])
    var line: UInt64 = 0
    try eachLine { (fields, start) throws(DatasetError) in
      if heads.isEmpty {
        heads = isNamed ? fields : fields.indices.map { UInt64(max(0, $0 - first + 1)) * 2 + 1 }
        if isNamed { return }
      }
      line += 1
      guard fields.count == heads.count else {
        throw DatasetError(
          "the line has \(counted(fields.count, "field")), and the first one \(heads.count)",
          file: contents.path, line: contents.line(at: start), code: "E0512")
      }
      for column in first..<max(first, fields.count) {
        let text = contents.text(ofPlace: fields[column])
        if text == blank || MissingWords.contains(text) { continue }
        rows.append(hasIDs ? fields[0] : line * 2 + 1)
        columns.append(heads[column])
        cells.append(fields[column])
      }
    }
    var roles = ColumnRoles(user: "user", item: "item", rating: "rating")
    let isOfItems =
      isNamed && ColumnNames.usual(.user, among: [header[0]]) == nil
      && ColumnNames.usual(.item, among: [header[0]]) != nil
    if isOfItems { roles.notes.append("`\(header[0])` is taken for the items: a column is a user") }
    if let blank {
      roles.notes.append(
        "the first number of a line is how many ratings it has, and \(blank) stands for none")
    }
    let fields = [Field(isOfItems ? "item" : "user", .id), Field(isOfItems ? "user" : "item", .id)]
    return (table(fields + [Field("rating", .text)], [rows, columns, cells]), roles)
  }

  // MARK: Blocks

  /// A line with an id, then the rows that belong to it.
  private func blocks() throws(DatasetError) -> (ScannedTable, ColumnRoles) {
    let rows = sketch.lines.filter { TableSketch.blockHead($0) == nil }
    let usual = ["user", "rating", "time"]
    let names =
      self.names.isEmpty
      ? (0..<(rows.first?.count ?? 1)).map { $0 < usual.count ? usual[$0] : "column\($0 + 1)" }
      : self.names
    let isOfUsers =
      !names.contains(options.user ?? "user") && ColumnNames.usual(.user, among: names) == nil
      && ColumnNames.usual(.item, among: names) != nil
    let finder = ColumnRoleFinder(
      names: names, options: options,
      samples: { name in
        let place = names.firstIndex(of: name) ?? 0
        return rows.filter { $0.count == names.count }.map { $0[place] }
      }, needsUser: !isOfUsers, needsItem: isOfUsers, command: command, path: contents.path)
    var roles = try finder.roles()
    let head = names.contains(isOfUsers ? "user" : "item") ? "block" : isOfUsers ? "user" : "item"
    if isOfUsers { roles.user = head } else { roles.item = head }
    let fields = [Field(head, .id)] + names.map { Field($0, roles.user == $0 ? .id : .text) }
    var columns = [[UInt64]](repeating: [], count: fields.count)
    var block: UInt64?
    var skipped = 0
    var firstSkipped: DatasetError?
    try eachLine { (row, start) throws(DatasetError) in
      if row.count == 1, TableSketch.blockHead([contents.text(ofPlace: row[0])]) != nil {
        block = row[0] - 1 << 2
        return
      }
      if let block, row.count == names.count {
        for (place, token) in ([block] + row).enumerated() { columns[place].append(token) }
        return
      }
      let error = DatasetError(
        block == nil
          ? "the line stands before the first line with an id, such as `31:`"
          : "the line has \(counted(row.count, "field")), and not \(names.count): "
            + names.joined(separator: ", "),
        file: contents.path, line: contents.line(at: start), help: [BadRows.advice], code: "E0512")
      if options.badRows == .refuse { throw error }
      skipped += 1
      firstSkipped = firstSkipped ?? error
    }
    return (table(fields, columns, skipped: skipped, firstSkipped), roles)
  }

  // MARK: Lists

  /// A user, then all of their items.
  private func lists() throws(DatasetError) -> (ScannedTable, ColumnRoles) {
    var (users, items): ([UInt64], [UInt64]) = ([], [])
    var alone = 0
    try eachLine { (fields, _) throws(DatasetError) in
      var user = fields[0]
      if length(user) > 1, contents.bytes(of: user).last == 58 { user -= 1 << 2 }  // `7: 1 2 3`
      let own = fields.dropFirst().filter { length($0) > 0 }
      alone += own.isEmpty ? 1 : 0
      guard length(user) > 0 else { return }
      users += own.map { _ in user }
      items += own
    }
    var roles = ColumnRoles(user: "user", item: "item")
    if alone > 0 { roles.notes.append("\(counted(alone, "user has", "users have")) no items") }
    return (table([Field("user", .id), Field("item", .id)], [users, items]), roles)
  }
}

extension ScannedTable {
  /// Makes a row for each part of the texts of a column, which are lists in one field.
  mutating func divideLists(_ name: String, at separator: UInt8) throws(DatasetError) {
    guard case .tokens(let lists)? = column(name) else { return }
    var parts: [UInt64] = []
    var rows: [Int] = []
    for (row, list) in lists.enumerated().whileWanted() {
      if list & 1 == 1 {
        parts.append(list)
        rows.append(row)
        continue
      }
      let start = Int(list >> 24)
      var from = 0
      let bytes = contents.bytes(of: list)
      for place in 0...bytes.count where place == bytes.count || bytes[place] == separator {
        var (first, last) = (from, place)
        while first < last, bytes[first] == 32 { first += 1 }
        while last > first, bytes[last - 1] == 32 { last -= 1 }
        if last > first {
          parts.append(UInt64(start + first) << 24 | UInt64(last - first) << 2 | list & 2)
          rows.append(row)
        }
        from = place + 1
      }
    }
    try DatasetError.throwIfUnwanted()
    for index in columns.indices { columns[index].repeatRows(rows) }
    replace(name, by: .tokens(parts))
    count = rows.count
  }
}

extension ScannedColumn {
  /// The values of those rows, in their order.
  fileprivate mutating func repeatRows(_ rows: [Int]) {
    switch self {
    case .skipped: break
    case .smallIDs(let values): self = .smallIDs(rows.map { values[$0] })
    case .tokens(let values): self = .tokens(rows.map { values[$0] })
    case .numbers(let values): self = .numbers(rows.map { values[$0] })
    case .times(let values): self = .times(rows.map { values[$0] })
    }
  }
}
