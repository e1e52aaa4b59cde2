/// One date, or date and time of day, as people and programs write them, taken apart.
///
/// Read are ISO 8601 with and without dashes, `31.12.2020 08:00`, `12/31/2020 8:00 AM`, `Dec 31, 2020`,
/// `31-Dec-2020`, and the forms of mails and logs (`Thu, 31 Dec 2020 08:00:00 +0100`).
struct WrittenTime {
  /// Its date, where the text leaves no doubt.
  private(set) var date: CivilDate?
  /// Two numbers before the year that are day and month in either order.
  private(set) var open: (first: Int, second: Int, year: Int)?
  /// Microseconds since midnight.
  private(set) var microseconds = 0
  /// How many digits its fraction of a second has; as many as there are microseconds at most.
  private(set) var fractionDigits = 0
  /// Whether it has a time of day.
  private(set) var hasTime = false
  /// Minutes ahead of UTC, if it says.
  private(set) var offset: Int?

  init?(_ text: String) {
    guard (6...64).contains(text.utf8.count) else { return nil }
    var reader = TimeReader(text)
    guard reader.readParts(into: &self) else { return nil }
  }

  fileprivate init() {}

  /// Microseconds since 1970 in UTC; nil where the calendar has no such day.
  func microsecondsSince1970(dayFirst: Bool) -> Int64? {
    let day =
      date
      ?? open.flatMap { open in
        CivilDate(
          year: open.year, month: dayFirst ? open.second : open.first,
          day: dayFirst ? open.first : open.second)
      }
    guard let day else { return nil }
    let seconds = Int64(day.daysSince1970) * 86_400 - Int64(offset ?? 0) * 60
    return seconds * 1_000_000 + Int64(microseconds)
  }

  fileprivate mutating func setDate(_ day: CivilDate) { date = day }

  fileprivate mutating func setOpen(_ first: Int, _ second: Int, _ year: Int) {
    open = (first, second, year)
  }

  fileprivate mutating func setTime(_ microseconds: Int, fractionDigits: Int) {
    self.microseconds = microseconds
    self.fractionDigits = fractionDigits
    hasTime = true
  }

  fileprivate mutating func setOffset(_ minutes: Int) { offset = minutes }
}

/// Reads the parts of one text from left to right.
private struct TimeReader {
  private var bytes: [UInt8]
  private var place = 0
  /// Numbers and names of months that a date is made of, until it is complete.
  private var parts: [Part] = []

  private enum Part {
    case number(Int, digits: Int)
    case month(Int)
  }

  init(_ text: String) { bytes = Array(trimmed(text).utf8) }

  private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

  private func isDigit(at index: Int) -> Bool {
    index < bytes.count && (48...57).contains(bytes[index])
  }

  private func isLetter(at index: Int) -> Bool {
    index < bytes.count && (97...122).contains(bytes[index] | 0x20)
  }

  mutating func readParts(into time: inout WrittenTime) -> Bool {
    while let byte = next {
      if isDigit(at: place) {
        guard readDigits(into: &time) else { return false }
      } else if isLetter(at: place) {
        guard readWord(into: &time) else { return false }
      } else if byte == 43 || byte == 45, time.hasTime, isDigit(at: place + 1) {
        guard readOffset(into: &time) else { return false }
      } else if byte == 91, time.offset != nil, bytes.last == 93 {
        break  // `[Europe/Paris]` behind an offset only names it.
      } else if [32, 44, 45, 46, 47].contains(byte) {
        place += 1
      } else {
        return false
      }
    }
    return settleDate(of: &time)
  }

  private mutating func takeNumber(most: Int = 18) -> (value: Int, digits: Int)? {
    var value = 0
    let start = place
    while isDigit(at: place) {
      guard place - start < most else { return nil }
      value = value * 10 + Int(bytes[place] - 48)
      place += 1
    }
    return place > start ? (value, place - start) : nil
  }

  private mutating func readDigits(into time: inout WrittenTime) -> Bool {
    let start = place
    guard let (value, digits) = takeNumber(most: 14) else { return false }
    if next == 58, digits <= 2 {
      place = start
      return readTime(into: &time)
    }
    switch digits {
    case 8 where parts.isEmpty: return setBasic(value, of: &time)
    case 12 where parts.isEmpty: return setBasic(value / 10_000, time: value % 10_000 * 100, &time)
    case 14 where parts.isEmpty: return setBasic(value / 1_000_000, time: value % 1_000_000, &time)
    case 4 where time.date != nil && !time.hasTime: return set(value * 100, &time)
    case 6 where time.date != nil && !time.hasTime: return set(value, &time)
    case 1, 2, 4:
      guard parts.count < 3 else { return false }
      parts.append(.number(value, digits: digits))
      return true
    default: return false
    }
  }

  private func setBasic(_ value: Int, of time: inout WrittenTime) -> Bool {
    guard
      let day = CivilDate(year: value / 10_000, month: value / 100 % 100, day: value % 100),
      time.date == nil
    else { return false }
    time.setDate(day)
    return true
  }

  private mutating func setBasic(_ day: Int, time seconds: Int, _ time: inout WrittenTime) -> Bool {
    setBasic(day, of: &time) && set(seconds, &time)
  }

  /// Sets the time of day that six digits spell, and a fraction behind them.
  private mutating func set(_ digits: Int, _ time: inout WrittenTime) -> Bool {
    setTime(digits / 10_000, digits / 100 % 100, digits % 100, of: &time)
  }

  /// `8:00`, `08:00:00`, `08:00:00.250`, each with AM or PM behind it or not.
  private mutating func readTime(into time: inout WrittenTime) -> Bool {
    guard !time.hasTime, let hour = takeNumber(most: 2)?.value, next == 58 else { return false }
    place += 1
    guard let minute = takeNumber(most: 2)?.value else { return false }
    var second = 0
    if next == 58 {
      place += 1
      guard let number = takeNumber(most: 2)?.value else { return false }
      second = number
    }
    return setTime(hour, minute, second, of: &time)
  }

  private mutating func setTime(
    _ hour: Int, _ minute: Int, _ second: Int, of time: inout WrittenTime
  ) -> Bool {
    var fraction = 0
    var digits = 0
    if next == 46 || next == 44, isDigit(at: place + 1) {
      place += 1
      while isDigit(at: place) {
        if digits < 6 {
          fraction = fraction * 10 + Int(bytes[place] - 48)
          digits += 1
        }
        place += 1
      }
    }
    for _ in digits..<6 { fraction *= 10 }
    var hour = hour
    if let isAfternoon = takeHalfOfDay() {
      guard (1...12).contains(hour) else { return false }
      hour = hour % 12 + (isAfternoon ? 12 : 0)
    }
    let isMidnight = hour == 24 && minute == 0 && second == 0 && fraction == 0
    guard hour < 24 || isMidnight, minute < 60, second <= 60 else { return false }
    time.setTime(
      (hour * 3600 + minute * 60 + second) * 1_000_000 + fraction, fractionDigits: digits)
    return true
  }

  /// Whether AM or PM comes, and which.
  private mutating func takeHalfOfDay() -> Bool? {
    var at = place
    while at < bytes.count, bytes[at] == 32 { at += 1 }
    guard at < bytes.count, [97, 112].contains(bytes[at] | 0x20) else { return nil }
    let isAfternoon = bytes[at] | 0x20 == 112
    var end = at + 1
    if end < bytes.count, bytes[end] == 46 { end += 1 }
    guard end < bytes.count, bytes[end] | 0x20 == 109, !isLetter(at: end + 1) else { return nil }
    end += 1
    if end < bytes.count, bytes[end] == 46 { end += 1 }
    place = end
    return isAfternoon
  }

  /// `+02:00`, `-0500`, `+05`.
  private mutating func readOffset(into time: inout WrittenTime) -> Bool {
    let isBehind = bytes[place] == 45
    place += 1
    guard time.offset ?? 0 == 0, let (value, digits) = takeNumber(most: 4) else { return false }
    var hours = digits > 2 ? value / 100 : value
    var minutes = digits > 2 ? value % 100 : 0
    if digits <= 2, next == 58 {
      place += 1
      guard let number = takeNumber(most: 2)?.value else { return false }
      minutes = number
    }
    guard hours <= 18, minutes < 60 else { return false }
    hours = hours * 60 + minutes
    time.setOffset(isBehind ? -hours : hours)
    return true
  }

  private mutating func readWord(into time: inout WrittenTime) -> Bool {
    let start = place
    while isLetter(at: place) { place += 1 }
    let word = String(decoding: bytes[start..<place].map { $0 | 0x20 }, as: UTF8.self)
    if let minutes = TimeWords.zones[word], time.hasTime {
      if time.offset == nil { time.setOffset(minutes) }
      return true
    }
    if word == "t" || TimeWords.fillers.contains(word) || TimeWords.isWeekday(word) { return true }
    guard let month = TimeWords.month(word), parts.count < 3 else { return false }
    parts.append(.month(month))
    return true
  }

  /// Makes a date of the numbers and the month that were found.
  private func settleDate(of time: inout WrittenTime) -> Bool {
    if time.date != nil { return parts.isEmpty }
    func set(_ year: Int, _ month: Int, _ day: Int) -> Bool {
      guard let date = CivilDate(year: year, month: month, day: day) else { return false }
      time.setDate(date)
      return true
    }
    switch (parts.first, parts.dropFirst().first, parts.dropFirst(2).first) {
    case (.number(let year, digits: 4)?, .number(let month, digits: 1...2)?, let day?):
      guard case .number(let day, digits: 1...2) = day else { return false }
      return set(year, month, day)
    case (.number(let year, digits: 4)?, .number(let month, digits: 1...2)?, nil):
      return set(year, month, 1)
    case (.number(let year, digits: 4)?, .month(let month)?, .number(let day, digits: 1...2)?):
      return set(year, month, day)
    case (.number(let day, digits: 1...2)?, .month(let month)?, .number(let year, let digits)?),
      (.month(let month)?, .number(let day, digits: 1...2)?, .number(let year, let digits)?):
      guard let year = fullYear(year, digits: digits) else { return false }
      return set(year, month, day)
    case (.month(let month)?, .number(let year, digits: 4)?, nil):
      return set(year, month, 1)
    case (
      .number(let first, digits: 1...2)?, .number(let second, digits: 1...2)?,
      .number(let year, let digits)?
    ):
      guard let year = fullYear(year, digits: digits), (1...31).contains(first),
        (1...31).contains(second), first <= 12 || second <= 12
      else { return false }
      time.setOpen(first, second, year)
      return true
    default: return false
    }
  }

  /// Years of two digits are those from 1970 to 2069.
  private func fullYear(_ year: Int, digits: Int) -> Int? {
    switch digits {
    case 4: year
    case 2: year < 70 ? 2000 + year : 1900 + year
    default: nil
    }
  }
}

/// The words that stand in dates.
private enum TimeWords {
  /// Minutes ahead of UTC; those of America are named in RFC 2822.
  static let zones: [String: Int] = [
    "z": 0, "utc": 0, "gmt": 0, "ut": 0, "est": -300, "edt": -240, "cst": -360, "cdt": -300,
    "mst": -420, "mdt": -360, "pst": -480, "pdt": -420, "cet": 60, "cest": 120,
  ]

  static let fillers: Set<String> = ["at", "um", "st", "nd", "rd", "th", "uhr", "de", "of"]

  private static let months = [
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
  ]

  private static let weekdays = [
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
  ]

  /// The number of a month that is written out or by its first three letters; `sept` is one, too.
  static func month(_ word: String) -> Int? {
    guard word.utf8.count >= 3 else { return nil }
    let isWhole = { (name: String) in
      word == name || word.utf8.count <= 4 && name.hasPrefix(word)
    }
    return months.firstIndex(where: isWhole).map { $0 + 1 }
  }

  static func isWeekday(_ word: String) -> Bool {
    word.utf8.count >= 3 && weekdays.contains { $0.hasPrefix(word) }
  }
}
