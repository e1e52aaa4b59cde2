import Kernels
import Language

/// Makes a data set of the columns of a table, and notes what each was taken for.
struct RatingsReadings {
  let file: String
  let roles: ColumnRoles
  let command: String
  private var how: [String: String] = [:]
  private var notes: [String] = []
  private var remarks: [String] = []

  init(file: String, roles: ColumnRoles, command: String) {
    self.file = file
    self.roles = roles
    self.command = command
  }

  /// - Parameter others: further columns, kept by their names.
  mutating func dataset(
    name: String, _ table: inout ScannedTable, _ options: RatingsOptions, others: [String]
  ) throws(DatasetError) -> Dataset {
    let columns = table.layout.fields.map(\.name).filter { !$0.isEmpty }
    var conditions: [RowCondition] = []
    for text in options.kinds {
      conditions.append(try RowCondition(text, columns: columns, file: file))
    }
    remarks += try table.choose(conditions)
    let value = roles.rating.isEmpty ? roles.count : roles.rating
    if value.isEmpty, !options.missing.isEmpty {
      throw DatasetError(
        "missing= says what stands for no rating, and there is no column of ratings", file: file,
        argument: "missing", code: "E0511")
    }
    let conversion = ColumnConversion(options)
    var form = NumberForm()
    if !value.isEmpty {
      let read = try conversion.readNumbers(value, of: &table)
      form = read.form
      how[value] = form.spoken
      notes += read.notes
      remarks += read.remarks
    }
    if !roles.time.isEmpty { try readTimes(conversion, &table) }
    if !roles.count.isEmpty { try checkCounts(&table, options) }
    for (name, noun) in [(roles.user, "user"), (roles.item, "item")] {
      let merged = try table.idsMergedByTrimming(name)
      guard merged > 0 else { continue }
      notes.append(
        "blanks at the ends of ids are left off, in quotes and without: \(counted(merged, noun)) "
          + "merged with another that differs in them alone")
    }
    var data = try Dataset(
      name: name, ratings: &table, user: roles.user, item: roles.item, rating: roles.rating,
      count: roles.count, time: roles.time, others: others)
    if data.feedback == .ratings, let outOf = form.outOf {
      data.scale = RatingScale(data.scale.lowest, max(data.scale.highest, Float(outOf)))
    }
    try settleSpread(of: &data, options)
    data.notes += notes
    data.remarks += roles.notes + remarks
    data.readings = readings(of: columns)
    if options.shown == .random { data.showings = RandomShowings() }
    return data
  }

  /// Brings ratings or counts nearer together where that was said, and else says what is odd about them.
  private mutating func settleSpread(
    of data: inout Dataset, _ options: RatingsOptions
  ) throws(DatasetError) {
    let isRated = data.feedback == .ratings
    guard options.scale != .asIs else {
      let odd = OddRatings(
        isRated ? data.interactions.ratings : data.interactions.counts,
        column: isRated ? roles.rating : roles.count, isCount: !isRated)
      if isRated, options.missing.isEmpty { notes += [odd.missingCode].compactMap { $0 } }
      notes += [odd.heavyTail].compactMap { $0 }
      return
    }
    guard isRated || !roles.count.isEmpty else {
      throw DatasetError(
        "scale= changes ratings or counts, and there are none", file: file, argument: "scale",
        code: "E0511")
    }
    let column = isRated ? roles.rating : roles.count
    let changed = try data.values(changedBy: options.scale)
    if isRated {
      data.interactions.ratings = changed
      data.scale = RatingScale(spanning: changed)
      data.scale.unit = options.scale.spoken(of: column)
    } else {
      data.interactions.counts = changed
      remarks.append("counts are the \(options.scale.spoken(of: column))")
    }
  }

  private mutating func readTimes(
    _ conversion: ColumnConversion, _ table: inout ScannedTable
  ) throws(DatasetError) {
    how[roles.time] = try conversion.readTimes(roles.time, of: &table)
    let unknown = table.markUnknownTimes(roles.time)
    if unknown > 0 {
      notes.append(
        "\(counted(unknown, "time")) of \(grouped(table.count)) "
          + "\(unknown == 1 ? "is" : "are") 0, which is taken for unknown")
    }
  }

  /// Refuses counts below 0, or beyond all that can be counted, at their line, or passes over their rows.
  private func checkCounts(
    _ table: inout ScannedTable, _ options: RatingsOptions
  ) throws(DatasetError) {
    let counts = table.numbers(roles.count)
    let most = options.scale == .asIs ? Interactions.mostCount : .infinity
    guard let row = counts.firstIndex(where: { $0 < 0 || $0 > most }) else { return }
    let shown = Number.text(counts[row].asWritten)
    let (bounds, remedies) =
      counts[row] < 0
      ? ("0 or more", ["for ratings, which may be negative: rating=\(spelled(roles.count))"])
      : ("at most 1e12", ["scale=log takes log(1 + \(roles.count))"])
    let error = DatasetError(
      "\(roles.count) must be \(bounds), as it says how often or how much, not \(shown)",
      file: table.contents.path, line: table.line(of: roles.count, row: row),
      help: ["missing=\(shown) leaves such rows out"] + remedies + [BadRows.advice], code: "E0512")
    if options.badRows == .refuse { throw error }
    try table.passOver(counts.map { $0 < 0 || $0 > most }, first: error)
  }

  private func readings(of columns: [String]) -> [ColumnReading] {
    columns.map { column in
      let role: ColumnReading.Role =
        switch column {
        case roles.user: .user
        case roles.item: .item
        case roles.rating: .rating
        case roles.count: .count
        case roles.time: .time
        default: .column
        }
      return ColumnReading(
        file: file, column: column, role: role, how: how[column] ?? "",
        isGuess: roles.guesses.contains(column))
    }
  }
}

extension RowLayout {
  /// The data set of a file whose fields are called `user`, `item`, `rating` and `time`, without a header.
  func ratings(
    of contents: FileContents, name: String, badRows: BadRows
  ) throws(DatasetError) -> Dataset {
    var options = RatingsOptions()
    options.badRows = badRows
    var table = try scan(contents, badRows: badRows, rereads: true)
    var readings = RatingsReadings(
      file: lastPart(of: contents.path),
      roles: ColumnRoles(user: "user", item: "item", rating: "rating", time: "time"), command: "")
    return try readings.dataset(name: name, &table, options, others: [])
  }
}

extension ScannedTable {
  /// How many ids of a column differ from others only in the blanks at their ends. Large files in which every
  /// row, or none, of a column has such blanks are not looked through.
  func idsMergedByTrimming(_ name: String) throws(DatasetError) -> Int {
    guard trimmedIDs > 0, contents.bytes.count < 1 << 20 || trimmedIDs % count != 0,
      case .tokens(let tokens)? = column(name)
    else { return 0 }
    let codes = try indexed(tokens: tokens).codes
    var forms = Set<[Int]>()
    for (code, token) in zip(codes, tokens).whileWanted() where token & 1 == 0 {
      var (before, after) = (Int(token >> 24), Int(token >> 24) + Int(token >> 2 & 0x3F_FFFF))
      let (start, end) = (before, after)
      while before > 0, contents.bytes[before - 1] == 32 { before -= 1 }
      while after < contents.bytes.count, contents.bytes[after] == 32 { after += 1 }
      forms.insert([Int(code), start - before, after - end])
    }
    return forms.count - Set(forms.map { $0[0] }).count
  }

  /// Marks times of 0, or -1, as unknown where all others are later than 1973. Returns how many they are.
  mutating func markUnknownTimes(_ name: String) -> Int {
    guard !areAllTimesLater, case .times(let times)? = column(name) else { return 0 }
    let ticks = ticks
    let isUnknown = { (time: Int64) in time == 0 || time == -1 || time == -ticks }
    let known = times.lazy.filter { !isUnknown($0) }
    guard let oldest = known.min(), oldest >= 100_000_000 * ticks else { return 0 }
    replace(name, by: .times(times.map { isUnknown($0) ? Interactions.unknownTime : $0 }))
    return times.count { isUnknown($0) }
  }
}
