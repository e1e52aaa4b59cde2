import Language

/// Which of two numbers before the year is the day.
package enum DayOrder: String, ArgumentChoice {
  case guess
  case dayFirst = "day-first"
  case monthFirst = "month-first"

  package var summary: String {
    switch self {
    case .guess: "what the whole column settles"
    case .dayFirst: "31/12/2020"
    case .monthFirst: "12/31/2020"
    }
  }
}

/// How the times of a column are written. It is settled by the whole column, never by one value.
package struct DateForm: Sendable, Equatable {
  package enum Writing: Sendable, Equatable {
    /// Dates as text; the order of day and month matters for some of them where it is not nil.
    case text(DayOrder?)
    /// Seconds, milliseconds, microseconds or nanoseconds since 1970: so many to the second.
    case count(perSecond: Int64)
  }

  /// What the texts of a column come to.
  package enum Finding: Sendable, Equatable {
    case form(DateForm)
    /// Day and month can stand in either order: the first and last day of both readings.
    case undecided(dayFirst: ClosedRange<Int64>, monthFirst: ClosedRange<Int64>)
    /// Less than half of the texts that say something are times.
    case none
  }

  package var writing: Writing
  /// Units of its times that make a second: 1, 1000 or 1,000,000, as its fractions need.
  package var ticks: Int64
  /// Whether some texts have a time of day and no offset, and are taken to be UTC.
  package var assumesUTC = false

  /// The form of a column.
  ///
  /// - Parameter texts: its different texts; those that say that nothing is known are passed over.
  package static func settled(
    by texts: some Sequence<String>, order: DayOrder = .guess
  ) -> Finding {
    var survey = DateSurvey()
    for text in texts where !MissingWords.contains(text) { survey.add(text) }
    return survey.finding(order)
  }

  /// The time in units of `ticks` since 1970 in UTC; nil for a text that is none of this form.
  package func time(in text: String) -> Int64? {
    switch writing {
    case .text(let order):
      guard
        let found = WrittenTime(text)?.microsecondsSince1970(dayFirst: order != .monthFirst)
      else { return nil }
      return floored(found, by: 1_000_000 / ticks)
    case .count(let perSecond):
      return WrittenCount(text)?.time(perSecond: perSecond, ticks: ticks)
    }
  }

  /// `dates, the day first`; empty for whole seconds.
  package var spoken: String {
    var parts: [String] = []
    switch writing {
    case .text(let order):
      parts.append(assumesUTC ? "dates, in UTC where they do not say" : "dates")
      if order == .dayFirst { parts.append("the day first") }
      if order == .monthFirst { parts.append("the month first") }
    case .count(perSecond: 1): break
    case .count(perSecond: 1000): parts.append("in milliseconds")
    case .count(perSecond: 1_000_000): parts.append("in microseconds")
    case .count: parts.append("in nanoseconds")
    }
    return parts.joined(separator: ", ")
  }
}

/// The quotient rounded towards the past.
package func floored(_ value: Int64, by divisor: Int64) -> Int64 {
  let (quotient, rest) = value.quotientAndRemainder(dividingBy: max(1, divisor))
  return rest < 0 ? quotient - 1 : quotient
}

/// What the times of a column have in common.
private struct DateSurvey {
  private var total = 0
  private var dates = 0
  private var counts = 0
  /// Dates whose first, or second, number can only be the day.
  private var dayFirst = 0
  private var monthFirst = 0
  /// Dates that are two days, as day or month comes first.
  private var either: [WrittenTime] = []
  private var opens = 0
  private var fractionDigits = 0
  private var hasTimeWithoutOffset = false
  private var largestCount: Int64 = 0
  private var countDigits = 0
  /// The largest power of ten, up to a thousand million, that all counts are multiples of.
  private var commonFactor: Int64 = 1_000_000_000

  mutating func add(_ text: String) {
    total += 1
    if let count = WrittenCount(text) {
      counts += 1
      largestCount = max(largestCount, abs(count.whole))
      countDigits = max(countDigits, count.fractionDigits)
      while count.whole % commonFactor != 0 { commonFactor /= 10 }
    }
    guard let time = WrittenTime(text) else { return }
    dates += 1
    fractionDigits = max(fractionDigits, time.fractionDigits)
    hasTimeWithoutOffset = hasTimeWithoutOffset || time.hasTime && time.offset == nil
    guard let open = time.open else { return }
    opens += 1
    if open.first > 12 {
      dayFirst += 1
    } else if open.second > 12 {
      monthFirst += 1
    } else if open.first != open.second {
      either.append(time)
    }
  }

  func finding(_ order: DayOrder) -> DateForm.Finding {
    guard max(dates, counts) * 2 >= max(1, total) else { return .none }
    if counts > dates { return .form(countForm) }
    func form(_ order: DayOrder?) -> DateForm.Finding {
      .form(
        DateForm(
          writing: .text(order), ticks: Self.ticks(fractionDigits),
          assumesUTC: hasTimeWithoutOffset))
    }
    if opens == 0 { return form(nil) }
    if order != .guess { return form(order) }
    if dayFirst > monthFirst { return form(.dayFirst) }
    if monthFirst > dayFirst { return form(.monthFirst) }
    if either.isEmpty { return form(.dayFirst) }
    func span(_ dayFirst: Bool) -> ClosedRange<Int64> {
      let times = either.compactMap { $0.microsecondsSince1970(dayFirst: dayFirst) }.map {
        floored($0, by: 1_000_000)
      }
      return (times.min() ?? 0)...(times.max() ?? 0)
    }
    return .undecided(dayFirst: span(true), monthFirst: span(false))
  }

  private var countForm: DateForm {
    let perSecond = DateForm.unitsPerSecond(newest: largestCount)
    let isWhole = countDigits == 0 && commonFactor >= perSecond
    let places = isWhole ? 0 : perSecond == 1 ? countDigits : perSecond == 1000 ? 3 : 6
    return DateForm(writing: .count(perSecond: perSecond), ticks: Self.ticks(places))
  }

  private static func ticks(_ digits: Int) -> Int64 {
    digits == 0 ? 1 : digits <= 3 ? 1000 : 1_000_000
  }
}

extension DateForm {
  /// How many units of such times make a second: times after the year 5138 count something finer.
  package static func unitsPerSecond(newest: Int64) -> Int64 {
    switch newest {
    case ...100_000_000_000: 1
    case ...100_000_000_000_000: 1000
    case ...100_000_000_000_000_000: 1_000_000
    default: 1_000_000_000
    }
  }
}

/// A time as a number: whole units and a fraction.
private struct WrittenCount {
  var whole: Int64
  /// Millionths of a unit.
  var millionths: Int64
  var fractionDigits: Int

  init?(_ text: String) {
    let text = trimmed(text)
    guard text.utf8.count <= 32 else { return nil }
    let parts = text.utf8.split(separator: 46, maxSplits: 1, omittingEmptySubsequences: false)
    let digits = parts.count == 2 ? parts[1] : text.utf8[text.utf8.endIndex...]
    if let whole = Int64(String(decoding: parts[0], as: UTF8.self)), abs(whole) < 1 << 62,
      digits.allSatisfy({ (48...57).contains($0) })
    {
      self.whole = whole
      let known = digits.reversed().drop { $0 == 48 }.reversed().prefix(6)
      fractionDigits = known.count
      var millionths: Int64 = 0
      for digit in known { millionths = millionths * 10 + Int64(digit - 48) }
      for _ in known.count..<6 { millionths *= 10 }
      self.millionths = text.hasPrefix("-") ? -millionths : millionths
      return
    }
    // 1.5e9 and the like.
    let value = number(in: text)
    guard abs(value) < 9e15 else { return nil }
    whole = Int64(value.rounded(.down))
    millionths = Int64(((value - value.rounded(.down)) * 1e6).rounded(.down))
    fractionDigits = millionths == 0 ? 0 : 6
  }

  func time(perSecond: Int64, ticks: Int64) -> Int64? {
    if perSecond > ticks { return floored(whole, by: perSecond / ticks) }
    let factor = ticks / perSecond
    let (scaled, overflow) = whole.multipliedReportingOverflow(by: factor)
    return overflow ? nil : scaled + floored(millionths, by: 1_000_000 / factor)
  }
}
