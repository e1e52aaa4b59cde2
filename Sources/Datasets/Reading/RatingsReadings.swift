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
    if !roles.count.isEmpty { try checkCounts(table, options) }
    for (name, noun) in [(roles.user, "user"), (roles.item, "item")] {
      let merged = try table.idsMergedByTrimming(name)
      guard merged > 0 else { continue }
      notes.append(
        "blanks at the ends of ids are left off, in quotes and without: \(counted(merged, noun)) "
          + "merged with another that differs in them alone")
    }
    var data = try Dataset(
      name: name, ratings: table, user: roles.user, item: roles.item, rating: roles.rating,
      count: roles.count, time: roles.time, others: others)
    if data.feedback == .ratings {
      if let outOf = form.outOf {
        data.scale = RatingScale(data.scale.lowest, max(data.scale.highest, Float(outOf)))
      }
      if options.scale == .asIs {
        if options.missing.isEmpty {
          notes += OddRatings(data.interactions.ratings, column: roles.rating).warnings
        }
      } else {
        data = try data.transformed(by: options.scale, column: roles.rating)
      }
    } else if options.scale != .asIs {
      throw DatasetError(
        "scale= changes ratings, and these are interactions", file: file,
        help: roles.count.isEmpty ? [] : ["for ratings: rating=\(spelled(roles.count))"],
        argument: "scale", code: "E0511")
    }
    data.notes += notes
    data.remarks += roles.notes + remarks
    data.readings = readings(of: columns)
    return data
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

  /// Refuses counts below 0 at their line.
  private func checkCounts(
    _ table: ScannedTable, _ options: RatingsOptions
  ) throws(DatasetError) {
    let counts = table.numbers(roles.count)
    guard let row = counts.firstIndex(where: { $0 < 0 }) else { return }
    let shown = Number.text(counts[row].asWritten)
    throw DatasetError(
      "\(roles.count) must be 0 or more, as it says how often or how much, not \(shown)",
      file: table.contents.path, line: table.line(of: roles.count, row: row),
      help: [
        "missing=\(shown) leaves such rows out",
        "for ratings, which may be negative: rating=\(spelled(roles.count))",
      ], code: "E0512")
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
    guard case .times(let times)? = column(name), (times.min() ?? 1) <= 0 else { return 0 }
    let ticks = ticks
    let isUnknown = { (time: Int64) in time == 0 || time == -1 || time == -ticks }
    let known = times.lazy.filter { !isUnknown($0) }
    guard let oldest = known.min(), oldest >= 100_000_000 * ticks else { return 0 }
    replace(name, by: .times(times.map { isUnknown($0) ? Interactions.unknownTime : $0 }))
    return times.count { isUnknown($0) }
  }
}

extension Dataset {
  /// The data with ratings that are less far apart.
  func transformed(
    by transform: RatingTransform, column: String
  ) throws(DatasetError) -> Dataset {
    if let row = interactions.ratings.firstIndex(where: { $0 < 0 }), transform != .rank {
      throw DatasetError(
        "scale=\(transform.rawValue) needs ratings of 0 or more, and one is "
          + Number.text(interactions.ratings[row].asWritten),
        help: ["scale=rank takes negative ones, too"], argument: "scale", code: "E0511")
    }
    var data = self
    let ratings = interactions.ratings
    switch transform {
    case .asIs: return self
    case .log: data.interactions.ratings = ratings.map { Float(Elementary.log(1 + Double($0))) }
    case .share:
      var sums = [Double](repeating: 0, count: users.count)
      for (user, rating) in zip(interactions.users, ratings) { sums[Int(user)] += Double(rating) }
      data.interactions.ratings = zip(interactions.users, ratings).map { user, rating in
        sums[Int(user)] > 0 ? Float(Double(rating) / sums[Int(user)]) : 0
      }
    case .rank: data.interactions.ratings = ranksWithinUsers
    }
    try DatasetError.throwIfUnwanted()
    data.scale = RatingScale(spanning: data.interactions.ratings)
    data.scale.unit = transform.spoken(of: column)
    return data
  }

  /// The place of each rating among its user's, from 0 to 1; the middle for a user's only one.
  private var ranksWithinUsers: [Float] {
    let ratings = interactions.ratings
    var ranks = [Float](repeating: 0.5, count: ratings.count)
    for rows in rowsByUser(among: nil).whileWanted(asking: 0x100) where rows.count > 1 {
      let ordered = rows.sorted {
        ratings[Int($0)] == ratings[Int($1)] ? $0 < $1 : ratings[Int($0)] < ratings[Int($1)]
      }
      var first = 0
      for place in ordered.indices {
        let isLast =
          place + 1 == ordered.count
          || ratings[Int(ordered[place + 1])] != ratings[Int(ordered[place])]
        guard isLast else { continue }
        let middle = Float(Double(first + place) / 2 / Double(ordered.count - 1))
        for row in ordered[first...place] { ranks[Int(row)] = middle }
        first = place + 1
      }
    }
    return ranks
  }
}
