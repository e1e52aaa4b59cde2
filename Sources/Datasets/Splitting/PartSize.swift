import Language

/// How much of the users a part of a split gets: a share, a number, or the rows of one state.
package enum PartSize: Sendable, Equatable {
  case share(Double)
  case count(Int)
  /// The rows whose value in the `from=` column is this.
  case state(String)

  /// How many of `total` that is; at least one of a share that is not zero.
  func count(of total: Int) -> Int {
    switch self {
    case .share(let share):
      share == 0 ? 0 : max(1, Int((Double(total) * share).rounded()))
    case .count(let count): count
    case .state: 0
    }
  }
}

extension PartSize: ArgumentReadable {
  package static var expectation: String {
    "a share such as 10%, a number of users, or with from= a value of that column"
  }

  package var argumentText: String {
    switch self {
    case .share(let share): Number.text((share * 10000).rounded() / 100) + "%"
    case .count(let count): "\(count)"
    case .state(let state): state
    }
  }

  package static func read(_ value: Value) -> PartSize? {
    switch value {
    case .number(let number) where number.unit == .percent || number.unit == nil:
      if number.value < 0 { return nil }
      if number.value < 1 || number.unit == .percent {
        return number.value < 1 ? .share(number.value) : nil
      }
      return Int(exactly: number.value).map { .count($0) }
    case .word(let word), .text(let word): return .state(word)
    default: return nil
    }
  }
}

/// How many ratings of a task are given to adapt on.
package enum SupportSize: Sendable, Equatable {
  /// All that are not in the query set.
  case rest
  case count(Int)

  /// The fewest ratings that this leaves to adapt on.
  var least: Int {
    switch self {
    case .rest: 1
    case .count(let count): count
    }
  }
}

extension SupportSize: ArgumentReadable {
  package static var expectation: String { "`rest` or a whole number" }
  package static var namedValues: [NamedValue] {
    [NamedValue("rest", "all ratings that are not in the query set")]
  }

  package var argumentText: String {
    switch self {
    case .rest: "rest"
    case .count(let count): "\(count)"
    }
  }

  package static func read(_ value: Value) -> SupportSize? {
    if value == .word("rest") { return .rest }
    guard let count = Int.read(value), count >= 0 else { return nil }
    return .count(count)
  }
}
