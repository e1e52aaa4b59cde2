import Datasets
import Kernels

/// A log of items that chance has shown, in the order of time, for policies to be judged on.
package struct ImpressionStream: Sendable {
  struct Event: Sendable {
    let user: Int32
    let item: Int32
    let reward: Double
  }

  let events: [Event]
  /// What is known of each user: 1, and their features.
  let contexts: [[Double]]
  /// How many items there are.
  package let arms: Int
  private let data: Dataset
  private let chances: ClickChances?
  /// Whether no user is shown an item again.
  package let showsOnce: Bool

  /// - Parameter features: those of the users that policies see.
  package init(_ data: Dataset, features: [Feature]) {
    self.data = data
    let rows = data.interactions
    let order = Array(rows.users.indices).stablySorted {
      rows.times.isEmpty ? 0 : rows.times[$0]
    }
    events = order.map {
      Event(user: rows.users[$0], item: rows.items[$0], reward: Double(rows.ratings[$0]))
    }
    contexts = Self.contexts(of: data.users.count, features)
    arms = data.items.count
    chances = data.showings?.chances
    showsOnce = !rows.hasRepeats
  }

  package var count: Int { events.count }
  package var users: [Int32] { events.map(\.user) }
  /// Whether it is known what each item would have brought.
  package var knowsTruth: Bool { chances != nil }
  /// How many numbers a context has.
  package var width: Int { contexts.first?.count ?? 1 }

  func chance(of item: Int32, for user: Int32) -> Double? {
    chances?.chance(
      user: data.users.ids.names[Int(user)], item: data.items.ids.names[Int(item)])
  }

  /// A category is 1 where it is there; a number counts in standard deviations from the mean, unknown ones 0.
  private static func contexts(of users: Int, _ features: [Feature]) -> [[Double]] {
    var contexts = Array(repeating: [1.0], count: users)
    for feature in features {
      switch feature.values {
      case .categories(let vocabulary, let offsets, let codes):
        for user in contexts.indices {
          var own = Array(repeating: 0.0, count: vocabulary.count)
          for code in codes[Int(offsets[user])..<Int(offsets[user + 1])] { own[Int(code)] = 1 }
          contexts[user] += own
        }
      case .numbers(let numbers):
        let spread = meanAndDeviation(of: numbers.filter(\.isFinite).map(Double.init))
        for user in contexts.indices {
          let number = Double(numbers[user])
          contexts[user].append(number.isFinite ? (number - spread.mean) / spread.deviation : 0)
        }
      }
    }
    return contexts
  }
}

extension Feature {
  /// How many numbers it adds to a context.
  package var contextWidth: Int {
    switch values {
    case .categories(let vocabulary, _, _): vocabulary.count
    case .numbers: 1
    }
  }
}
