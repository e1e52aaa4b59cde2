import Kernels
import Language

/// How a column that was read as text becomes numbers or times.
struct ColumnConversion {
  let options: RatingsOptions
  /// What stands for no rating, as text and as numbers.
  private let missingTexts: Set<String>
  private let missingNumbers: Set<Float>

  init(_ options: RatingsOptions) {
    self.options = options
    missingTexts = Set(options.missing.map { trimmed($0) })
    missingNumbers = Set(options.missing.map { float(in: $0) }.filter(\.isFinite))
  }

  /// Makes numbers of the texts of a column, if it is one of texts, and leaves out what stands for none.
  ///
  /// - Returns: what the column is and what was left out.
  func readNumbers(
    _ name: String, of table: inout ScannedTable
  ) throws(DatasetError) -> (form: NumberForm, notes: [String], remarks: [String]) {
    var form = NumberForm()
    var missing = 0
    if case .tokens(let tokens)? = table.column(name) {
      let (codes, texts) = try table.indexed(tokens: tokens)
      form = try numberForm(of: texts.names, name, table)
      let values = texts.names.map { form.float(in: $0) }
      let isMissing = texts.names.map { missingTexts.contains(trimmed($0)) }
      let isBad = zip(values, isMissing).map { !$0.isFinite && !$1 }
      let shown = table.numberFault(name)
      missing = try table.convert(name, codes, isMissing: isMissing, isBad: isBad, options.badRows)
      {
        code in
        shown(texts.names[code])
      } values: { codes in
        .numbers(codes.map { values[Int($0)] })
      }
    }
    if options.missing.isEmpty { return (form, [], []) }
    missing += try leaveOutNumbers(name, of: &table)
    let spelled = options.missing.joined(separator: ", ")
    if missing == 0 {
      return (form, ["no `\(name)` is \(spelled): missing= leaves out nothing"], [])
    }
    return (form, [], ["\(counted(missing, "row")) left out, whose `\(name)` is \(spelled)"])
  }

  private func leaveOutNumbers(
    _ name: String, of table: inout ScannedTable
  ) throws(DatasetError) -> Int {
    guard !missingNumbers.isEmpty, case .numbers(let numbers)? = table.column(name) else {
      return 0
    }
    let keeps = numbers.map { !missingNumbers.contains($0) }
    let missing = keeps.count { !$0 }
    if missing == keeps.count {
      throw DatasetError(
        "every `\(name)` is one of missing=: no rating is left", file: table.contents.path,
        argument: "missing", code: "E0511")
    }
    if missing > 0 { try table.keep(keeps) }
    return missing
  }

  private func numberForm(
    of texts: [String], _ name: String, _ table: ScannedTable
  ) throws(DatasetError) -> NumberForm {
    let known = texts.filter { !missingTexts.contains(trimmed($0)) }
    switch NumberForm.settled(by: known, decimal: options.decimal) {
    case .form(let form): return form
    case .none: return NumberForm()
    case .undecided(let thousands, let decimals):
      let example = known.first { $0.contains(",") } ?? ""
      func read(_ form: NumberForm) -> String { Number.text(form.number(in: example)) }
      throw DatasetError(
        "each comma of `\(name)` stands before three digits, so that `\(example)` is "
          + "\(read(thousands)) or \(read(decimals))", file: table.contents.path,
        help: [
          "decimal=comma reads \(read(decimals))", "decimal=point reads \(read(thousands))",
        ], code: "E0512")
    }
  }

  /// Makes times of the texts of a column, if it is one of texts. Returns how they are written.
  func readTimes(_ name: String, of table: inout ScannedTable) throws(DatasetError) -> String {
    guard case .tokens(let tokens)? = table.column(name) else {
      return try table.settleWholeTimes(name)
    }
    let (codes, texts) = try table.indexed(tokens: tokens)
    let form = try dateForm(of: texts.names, name, table)
    let names = texts.names
    let times = orderedMap(16) { part -> [Int64?] in
      let range = names.count * part / 16..<names.count * (part + 1) / 16
      return names[range].map { form.time(in: $0) }
    }.flatMap { $0 }
    try DatasetError.throwIfUnwanted()
    let fault = table.timeFault(name)
    _ = try table.convert(
      name, codes, isMissing: times.map { _ in false }, isBad: times.map { $0 == nil },
      options.badRows
    ) { code in
      fault(names[code])
    } values: { codes in
      .times(codes.map { times[Int($0)] ?? 0 })
    }
    table.ticks = form.ticks
    return form.spoken
  }

  private func dateForm(
    of texts: [String], _ name: String, _ table: ScannedTable
  ) throws(DatasetError) -> DateForm {
    switch DateForm.settled(by: texts, order: options.dates) {
    case .form(let form): return form
    case .none: return DateForm(writing: .count(perSecond: 1), ticks: 1)
    case .undecided(let dayFirst, let monthFirst):
      func span(_ times: ClosedRange<Int64>) -> String {
        func day(_ seconds: Int64) -> String {
          CivilDate(secondsSince1970: seconds).text
        }
        return "\(day(times.lowerBound)) to \(day(times.upperBound))"
      }
      throw DatasetError(
        "the dates of `\(name)` can have the day or the month first: no number is above 12",
        file: table.contents.path,
        help: [
          "dates=day-first reads \(span(dayFirst))", "dates=month-first reads \(span(monthFirst))",
        ], code: "E0512")
    }
  }
}

extension ScannedTable {
  /// Puts values in the place of texts, without the rows whose text is missing or bad.
  ///
  /// - Parameters:
  ///   - codes: the number of each row's text.
  ///   - fault: what is wrong with a bad text.
  /// - Returns: how many rows are missing.
  fileprivate mutating func convert(
    _ name: String, _ codes: [Int32], isMissing: [Bool], isBad: [Bool], _ badRows: BadRows,
    fault: (Int) -> (message: String, help: [String]),
    values: ([Int32]) -> ScannedColumn
  ) throws(DatasetError) -> Int {
    try DatasetError.throwIfUnwanted()
    var codes = codes
    var missing = 0
    if isMissing.contains(true) || isBad.contains(true) {
      if let row = codes.firstIndex(where: { isBad[Int($0)] }) {
        let (message, help) = fault(Int(codes[row]))
        let error = DatasetError(
          message, file: contents.path, line: line(of: name, row: row),
          help: help + [BadRows.advice], code: "E0512")
        if badRows == .refuse { throw error }
        if firstSkipped?.line ?? Int.max > error.line ?? 0 { firstSkipped = error }
      }
      let keeps = codes.map { !isMissing[Int($0)] && !isBad[Int($0)] }
      skipped += codes.count { isBad[Int($0)] }
      missing = codes.count { isMissing[Int($0)] }
      codes = codes.filter { !isMissing[Int($0)] && !isBad[Int($0)] }
      if codes.isEmpty { throw noRow(skipped > 0 ? nil : "no row has a `\(name)`") }
      try keep(keeps)
    }
    replace(name, by: values(codes))
    return missing
  }

  /// Leaves out rows that are as good as unreadable, and counts them.
  ///
  /// - Parameter first: what is wrong with the first of them.
  mutating func passOver(_ isBad: [Bool], first: DatasetError) throws(DatasetError) {
    if firstSkipped?.line ?? Int.max > first.line ?? 0 { firstSkipped = first }
    skipped += isBad.count { $0 }
    try keep(isBad.map { !$0 })
    if count == 0 { throw noRow(nil) }
  }

  private func noRow(_ why: String?) -> DatasetError {
    DatasetError(
      why ?? "no row can be read; all \(skipped) are malformed", file: contents.path,
      help: ["a row is: " + layout.fields.map(\.name).joined(separator: ", ")], code: "E0511")
  }

  /// The line of a value: exact where its token, or another one of its row, is a place.
  func line(of name: String, row: Int) -> Int {
    for column in [column(name)] + columns {
      if case .tokens(let tokens)? = column, tokens.indices.contains(row), tokens[row] & 1 == 0 {
        return contents.line(at: Int(tokens[row] >> 24))
      }
    }
    return line(ofRow: row)
  }

  /// What is wrong with a text where a number is to be.
  fileprivate func numberFault(_ name: String) -> (String) -> (message: String, help: [String]) {
    let name = escapes == .json ? "`\(name)`" : name
    return { text in
      let words = MissingWords.contains(text) && !text.isEmpty
      return (
        "\(name) must be a finite number, not `\(text.prefix(48))`",
        words ? ["missing=\(spelled(trimmed(text))) leaves such rows out, and counts them"] : []
      )
    }
  }

  fileprivate func timeFault(_ name: String) -> (String) -> (message: String, help: [String]) {
    let name = escapes == .json ? "`\(name)`" : name
    return { text in
      let isDate = text.utf8.count { (48...57).contains($0) } > 5
      return (
        isDate
          ? "\(name) must be a time that there is, not `\(text.prefix(48))`"
          : "\(name) must be a time in seconds, or a date, not `\(text.prefix(48))`",
        ["time=none reads no times"]
      )
    }
  }

  /// Makes seconds, or what finer unit their fractions need, of whole numbers. Returns how they are written.
  mutating func settleWholeTimes(_ name: String) throws(DatasetError) -> String {
    guard case .times(let times)? = column(name), let bounds = timeBounds(name) else { return "" }
    if bounds.lowerBound > 19_000_000, bounds.upperBound < 21_010_000, let days = compactDays(times)
    {
      replace(name, by: .times(days))
      return "dates"
    }
    areAllTimesLater = bounds.lowerBound > 0
    let perSecond = DateForm.unitsPerSecond(newest: bounds.upperBound)
    guard perSecond > 1 else { return "" }
    let form = DateForm(writing: .count(perSecond: perSecond), ticks: 1)
    if times.allSatisfy({ $0 % perSecond == 0 }) {
      replace(name, by: .times(times.map { floored($0, by: perSecond) }))
    } else {
      ticks = min(perSecond, 1_000_000)
      if perSecond > ticks {
        replace(name, by: .times(times.map { floored($0, by: perSecond / 1_000_000) }))
      }
    }
    return form.spoken
  }

  /// The oldest and the newest of the times.
  func timeBounds(_ name: String) -> ClosedRange<Int64>? {
    if case .times(let times)? = column(name) { return times.bounds }
    return nil
  }

  /// Seconds of dates that are written as one number each, `20210301`; nil where they are not.
  private func compactDays(_ times: [Int64]) -> [Int64]? {
    var seconds: [Int64] = []
    seconds.reserveCapacity(times.count)
    for time in times {
      let number = Int(time)
      guard
        let day = CivilDate(year: number / 10_000, month: number / 100 % 100, day: number % 100)
      else { return nil }
      seconds.append(Int64(day.daysSince1970) * 86_400)
    }
    return seconds
  }
}
