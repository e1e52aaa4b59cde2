import Kernels
import Language

/// A delimited file of ratings: what its first lines show, and the data set that it holds.
struct RatingsFile {
  let header: DelimitedHeader
  let shape: TableShape
  /// How the file is loaded, for lines to copy: `load csv "x.csv"`.
  let command: String
  private let sketch: TableSketch
  /// Whether the shape was said, and not seen.
  private let isToldShape: Bool

  /// - Parameters:
  ///   - names: those of the columns, for a file whose first line is a row already.
  ///   - shape: what was said of it.
  init(
    _ contents: FileContents, separator: Separator = .guess, names: [String] = [],
    shape: TableShape = .guess, command: String? = nil
  ) throws(DatasetError) {
    sketch = try TableSketch(contents, separator: separator)
    self.command = command ?? "load csv \(Value.text(contents.path).sourceText)"
    isToldShape = shape != .guess
    self.shape = shape == .guess ? sketch.shape(names: names) : shape
    header = try DelimitedHeader(
      contents, separator: sketch.separator, names: names, mayRepeat: self.shape != .rows)
  }

  /// Whether the first lines leave no doubt what the file holds.
  var isClear: Bool {
    shape != .rows || (try? finder(RatingsOptions()).roles()) != nil
  }

  /// What to do about a file that cannot be told by its first line.
  var advice: [String] {
    let width = sketch.lines.first?.count ?? 0
    guard width > 1 else { return [] }
    let separator =
      sketch.separator == .space || sketch.separator.bytes.count > 1
      ? " sep=\(sketch.separator.argumentText)" : ""
    return [ColumnRoleFinder.adviceForRows(command, width: width, separator: separator)]
  }

  /// The data set of the file.
  func dataset(name: String, _ options: RatingsOptions) throws(DatasetError) -> Dataset {
    var (table, roles) = try read(options)
    let others = table.layout.fields.filter { $0.kind == .text && !roles.taken.contains($0.name) }
      .map(\.name)
    var readings = RatingsReadings(file: name, roles: roles, command: command)
    var data = try readings.dataset(name: name, &table, options, others: others)
    if shape != .rows {
      data.remarks.insert("read as \(shape.spoken); shape=rows reads it otherwise", at: 0)
    }
    return data
  }

  private func read(
    _ options: RatingsOptions
  ) throws(DatasetError) -> (table: ScannedTable, roles: ColumnRoles) {
    guard shape == .rows || shape == .lists && hasListsInFields(options) else {
      let names = header.next == header.contents.textStart ? header.names : []
      return try ShapedTable(sketch: sketch, options: options, names: names, command: command)
        .read(as: shape)
    }
    let roles = try finder(options).roles()
    var kinds: [String: FieldKind] = [roles.user: .id, roles.item: .id]
    // What is chosen by is needed as text first.
    let isChosen = !options.kinds.isEmpty
    for name in [roles.rating, roles.count] where !name.isEmpty {
      kinds[name] = isChosen ? .text : .number
    }
    if !roles.time.isEmpty { kinds[roles.time] = isChosen ? .text : .time }
    var table = try header.scan(badRows: options.badRows, rereads: true) {
      kinds[$0] ?? ($0.isEmpty ? .skip : .text)
    }
    if let separator = listSeparator(roles) {
      try table.divideLists(roles.item, at: separator)
      var divided = roles
      divided.notes.append(
        "each `\(roles.item)` is a list: one row for each of its parts; shape=rows keeps them whole"
      )
      return (table, divided)
    }
    return (table, roles)
  }

  private func finder(_ options: RatingsOptions) -> ColumnRoleFinder {
    ColumnRoleFinder(
      names: header.names, options: options, samples: { samples($0) }, command: command,
      path: header.contents.path)
  }

  /// The first values of a column.
  private func samples(_ name: String) -> [String] {
    guard let place = header.names.firstIndex(of: name) else { return [] }
    let isFirstARow = header.next == header.contents.textStart
    return sketch.lines.dropFirst(isFirstARow ? 0 : 1).compactMap {
      $0.count == header.names.count ? $0[place] : nil
    }
  }

  /// Whether lists are said to be there and the header names a user and an item.
  private func hasListsInFields(_ options: RatingsOptions) -> Bool {
    (try? finder(options).roles()) != nil && header.next > header.contents.textStart
  }

  /// What divides the items of a column that holds a list of them for each user; nil where it does not.
  private func listSeparator(_ roles: ColumnRoles) -> UInt8? {
    guard roles.rating.isEmpty, roles.count.isEmpty, !isToldShape || shape == .lists else {
      return nil
    }
    let lists = samples(roles.item)
    let users = Set(samples(roles.user)).count
    let isTold = shape == .lists
    guard isTold || lists.count > 2 && users * 10 >= lists.count * 9 else { return nil }
    return [44, 124, 59, 32].first { (separator: UInt8) in
      let parts = lists.flatMap { $0.utf8.split(separator: separator).map { String($0) ?? "" } }
      let several = lists.count { $0.utf8.contains(separator) }
      if isTold { return several > 0 }
      return several * 10 >= lists.count * 8 && parts.count * 2 >= lists.count * 5
        && Set(parts.map { trimmed($0) }).count * 10 <= parts.count * 6
    }
  }
}
