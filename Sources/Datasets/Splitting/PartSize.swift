import Language

/// How much a part of a split gets: a share, a number, or what carries one of some values.
package enum PartSize: Sendable, Equatable {
  case share(Double)
  case count(Int)
  /// The values of the `from=` column, or the categories, that are for this part.
  case values([String])

  /// Whether the part is not wanted.
  var isNone: Bool {
    switch self {
    case .share(let share): share == 0
    case .count(let count): count == 0
    case .values: false
    }
  }

  /// How many of `total` that is; at least one of a share that is not zero.
  func count(of total: Int) -> Int {
    switch self {
    case .share(let share): share == 0 ? 0 : max(1, Int((Double(total) * share).rounded()))
    case .count(let count): count
    case .values: 0
    }
  }
}

extension PartSize: ArgumentReadable {
  package static var expectation: String {
    "a share such as 10%, a number, or with from= or by=category the values meant"
  }

  package var argumentText: String {
    switch self {
    case .share(let share): percentText(share)
    case .count(let count): "\(count)"
    case .values(let values): values.count == 1 ? values[0] : "[\(values.joined(separator: ", "))]"
    }
  }

  package static func read(_ value: Value) -> PartSize? {
    switch value {
    case .number(let number) where number.unit == .percent || number.unit == nil:
      if number.value < 0 { return nil }
      if number.unit == .percent || number.value < 1 {
        return number.value < 1 ? .share(number.value) : nil
      }
      return Int(exactly: number.value).map { .count($0) }
    case .word(let word), .text(let word): return .values([word])
    case .list: return [String].read(value).flatMap { $0.isEmpty ? nil : .values($0) }
    default: return nil
    }
  }
}

/// How many of a task's ratings belong to its support or query set.
package enum SetSize: Sendable, Equatable {
  /// All that the other set leaves.
  case rest
  case count(Int)
  case share(Double)

  /// The fewest ratings that this may be.
  var least: Int {
    switch self {
    case .rest, .share: 1
    case .count(let count): count
    }
  }

  /// How many of `total` that is; nil for the rest.
  func count(of total: Int) -> Int? {
    switch self {
    case .rest: nil
    case .count(let count): count
    case .share(let share): max(1, Int((Double(total) * share).rounded()))
    }
  }
}

extension SetSize: ArgumentReadable {
  package static var expectation: String { "`rest`, a whole number, or a share such as 80%" }
  package static var namedValues: [NamedValue] {
    [NamedValue("rest", "all ratings that the other set leaves")]
  }

  package var argumentText: String {
    switch self {
    case .rest: "rest"
    case .count(let count): "\(count)"
    case .share(let share): percentText(share)
    }
  }

  package static func read(_ value: Value) -> SetSize? {
    switch value {
    case .word("rest"): return .rest
    case .number(let number) where number.unit == .percent:
      return number.value > 0 && number.value < 1 ? .share(number.value) : nil
    case .number(let number) where number.unit == nil:
      if number.value > 0, number.value < 1 { return .share(number.value) }
      return Int(exactly: number.value).flatMap { $0 >= 0 ? .count($0) : nil }
    default: return nil
    }
  }
}

/// `12.5%`.
func percentText(_ share: Double) -> String {
  Number.text((share * 10_000).rounded() / 100) + "%"
}
