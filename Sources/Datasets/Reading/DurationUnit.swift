import Language

/// What lengths of time are counted in.
package enum DurationUnit: Int, Sendable, Comparable {
  case seconds, minutes, hours, days

  package static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }

  var spoken: String {
    switch self {
    case .seconds: "seconds"
    case .minutes: "minutes"
    case .hours: "hours"
    case .days: "days"
    }
  }

  private var seconds: Double {
    switch self {
    case .seconds: 1
    case .minutes: 60
    case .hours: 3600
    case .days: 86_400
    }
  }

  private static let words: [String: DurationUnit] = [
    "d": .days, "day": .days, "days": .days,
    "h": .hours, "hr": .hours, "hrs": .hours, "hour": .hours, "hours": .hours,
    "m": .minutes, "min": .minutes, "mins": .minutes, "minute": .minutes, "minutes": .minutes,
    "s": .seconds, "sec": .seconds, "secs": .seconds, "second": .seconds, "seconds": .seconds,
  ]

  /// The length in this unit; nil for a text that is none.
  func number(in text: String) -> Double? {
    Self.parts(of: text).map { $0.seconds / seconds }
  }

  /// What `1 h 20 min` comes to: seconds, the finest unit, and how many parts it has. Units go from
  /// coarse to fine.
  static func parts(of text: String) -> (seconds: Double, finest: DurationUnit, count: Int)? {
    guard text.utf8.count <= 64 else { return nil }
    var seconds = 0.0
    var finest: DurationUnit?
    var count = 0
    var rest = Array(trimmed(text).lowercased().utf8)[...]
    while !rest.isEmpty {
      let digits = rest.prefix { (48...57).contains($0) || $0 == 46 }
      rest = rest.dropFirst(digits.count).drop { $0 == 32 }
      let word = rest.prefix { (97...122).contains($0) }
      rest = rest.dropFirst(word.count).drop { $0 == 32 || $0 == 46 || $0 == 44 }
      guard let value = Double(decimal: String(decoding: digits, as: UTF8.self)),
        let unit = words[String(decoding: word, as: UTF8.self)], finest.map({ unit < $0 }) ?? true
      else { return nil }
      seconds += value * unit.seconds
      finest = unit
      count += 1
    }
    return finest.map { (seconds, $0, count) }
  }
}
