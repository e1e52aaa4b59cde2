import Language

/// How the numbers of a column are written: with which decimal mark, what stands between thousands, and
/// with which unit. It is settled by the whole column, never by one value.
package struct NumberForm: Sendable, Equatable {
  /// What divides whole numbers from fractions.
  package enum DecimalMark: String, ArgumentChoice {
    case guess, point, comma

    package var summary: String {
      switch self {
      case .guess: "what the whole column settles"
      case .point: "a point, and commas stand between thousands"
      case .comma: "a comma, and points stand between thousands"
      }
    }
  }

  /// What the texts of a column come to.
  package enum Finding: Sendable, Equatable {
    case form(NumberForm)
    /// Each comma stands before three digits: `1,500` is 1500 or 1.5.
    case open(thousands: NumberForm, decimals: NumberForm)
    /// Less than half of the texts that say something are numbers of one form.
    case none
  }

  /// Whether fractions stand behind a comma.
  package var hasDecimalComma = false
  /// Whether some numbers have marks between thousands.
  package var hasGroups = false
  /// What all numbers with a unit have, as it is written: `$`, `g`, `%`. Plural and case are let pass.
  package var unit = ""
  /// The number behind each: 5 in `3.5 out of 5` and `3.5/5`.
  package var outOf: Double?
  /// For lengths of time in several units, such as `1 h 20 min`: the unit that they are counted in.
  package var duration: DurationUnit?

  package init() {}

  /// The form of a column.
  ///
  /// - Parameter texts: its different texts; those that say that nothing is known are passed over.
  package static func settled(
    by texts: some Sequence<String>, decimal: DecimalMark = .guess
  ) -> Finding {
    var survey = NumberSurvey()
    for text in texts where !MissingWords.contains(text) { survey.add(text) }
    return survey.finding(decimal)
  }

  /// The number that the text spells in this form; NaN where it spells none.
  package func number(in text: String) -> Double {
    if let duration { return duration.number(in: text) ?? .nan }
    return plainSpelling(of: text).map { Datasets.number(in: $0) } ?? .nan
  }

  /// The same, rounded once.
  package func float(in text: String) -> Float {
    if let duration { return duration.number(in: text).map { Float($0) } ?? .nan }
    return plainSpelling(of: text).map { Datasets.float(in: $0) } ?? .nan
  }

  /// Whether it is what numbers are in programs: digits and a point.
  package var isPlain: Bool { self == NumberForm() }

  /// `decimal commas, in kg`; empty for plain numbers.
  package var spoken: String {
    var parts: [String] = []
    if hasDecimalComma { parts.append("decimal commas") }
    if hasGroups { parts.append("marks between thousands") }
    if let outOf { parts.append("out of \(Number.text(outOf))") }
    if let duration { parts.append("in \(duration.spoken)") }
    if !unit.isEmpty { parts.append(unit == "%" ? "in percent" : "in \(unit)") }
    return parts.joined(separator: ", ")
  }

  private func plainSpelling(of text: String) -> String? {
    guard let parts = WrittenNumber(text) else { return nil }
    if !parts.unit.isEmpty, parts.unitKey != Self.key(of: unit) { return nil }
    if parts.outOf != nil, parts.outOf != outOf { return nil }
    return parts.spelling(hasDecimalComma: hasDecimalComma)
  }

  /// What tells units apart.
  static func key(of unit: String) -> String {
    let lower = unit.lowercased()
    return lower.utf8.count > 2 && lower.hasSuffix("s") ? String(lower.dropLast()) : lower
  }
}

/// What the numbers of a column have in common.
private struct NumberSurvey {
  private var total = 0
  private var numbers: [WrittenNumber] = []
  private var durations: [DurationUnit: Int] = [:]
  private var compound = 0

  mutating func add(_ text: String) {
    total += 1
    if let number = WrittenNumber(text) { numbers.append(number) }
    if let duration = DurationUnit.parts(of: text) {
      durations[duration.finest, default: 0] += 1
      compound += duration.count > 1 ? 1 : 0
    }
  }

  func finding(_ decimal: NumberForm.DecimalMark) -> NumberForm.Finding {
    let spans = durations.values.reduce(0, +)
    if compound > 0, spans * 2 >= total, spans > numbers.count {
      var form = NumberForm()
      form.duration = durations.keys.min()
      return .form(form)
    }
    var form = NumberForm()
    form.unit = commonUnit
    form.outOf = commonOutOf
    let key = NumberForm.key(of: form.unit)
    let fitting = numbers.filter {
      ($0.unit.isEmpty || $0.unitKey == key) && ($0.outOf == nil || $0.outOf == form.outOf)
    }
    guard !fitting.isEmpty, fitting.count * 2 >= total else { return .none }
    let marks = fitting.reduce(into: MarkCounts()) { $0.add($1.marks) }
    var comma = form
    comma.hasDecimalComma = true
    comma.hasGroups = marks.pointGroups > 0 || marks.pointEither > 0
    var point = form
    point.hasGroups = marks.commaGroups > 0 || marks.commaEither > 0 || marks.otherGroups > 0
    switch decimal {
    case .comma: return .form(comma)
    case .point: return .form(point)
    case .guess: break
    }
    let forComma = marks.commaDecimal + marks.pointGroups
    let forPoint = marks.pointDecimal + marks.commaGroups
    if forComma > forPoint { return .form(comma) }
    if forPoint > 0 || marks.commaEither == 0 { return .form(point) }
    if marks.longWhole > 0 { return .form(comma) }  // 1200 beside 1,500: no thousands.
    return .open(thousands: point, decimals: comma)
  }

  /// The unit that most of the numbers with one have.
  private var commonUnit: String {
    var counts: [String: (count: Int, shown: String)] = [:]
    for number in numbers where !number.unit.isEmpty {
      counts[number.unitKey, default: (0, number.unit)].count += 1
    }
    return counts.max { ($0.value.count, $1.key) < ($1.value.count, $0.key) }?.value.shown ?? ""
  }

  private var commonOutOf: Double? {
    var counts: [Double: Int] = [:]
    for number in numbers { if let outOf = number.outOf { counts[outOf, default: 0] += 1 } }
    return counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
  }
}

/// How often commas and points stand where they can only mean one thing, or either.
struct MarkCounts {
  var commaDecimal = 0
  var pointDecimal = 0
  var commaGroups = 0
  var pointGroups = 0
  var otherGroups = 0
  var commaEither = 0
  var pointEither = 0
  /// Whole numbers of four or more digits without marks.
  var longWhole = 0

  mutating func add(_ other: MarkCounts) {
    commaDecimal += other.commaDecimal
    pointDecimal += other.pointDecimal
    commaGroups += other.commaGroups
    pointGroups += other.pointGroups
    otherGroups += other.otherGroups
    commaEither += other.commaEither
    pointEither += other.pointEither
    longWhole += other.longWhole
  }
}
