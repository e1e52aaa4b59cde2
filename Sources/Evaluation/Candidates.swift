import Datasets
import Kernels
import Language

/// The items that a model has to put in order for a user. Numbers of different candidate sets must
/// not be compared (Krichene and Rendle 2020, "On Sampled Metrics for Item Recommendation").
package enum Candidates: Sendable, Equatable {
  /// The items of the query ratings.
  case query
  /// Those, and this many that the user never rated.
  case sampled(Int)
  /// Those, and all that the user never rated.
  case all
  /// The items that no training task has: those of the query, and all others that the user never rated.
  case cold

  /// In words for a footnote, after "candidates: ".
  ///
  /// - Parameters:
  ///   - unrated: the fewest items that one of them never rated.
  ///   - new: how many items of the catalogue nobody has rated.
  package func definition(
    _ tasks: [UserTask], unrated: Int? = nil, new: Int = 0, _ feedback: Feedback = .ratings
  ) -> String {
    let chosen = feedback == .ratings ? "rated" : "took"
    let counts = tasks.map(\.query.count)
    let (least, most) = (counts.min() ?? 0, counts.max() ?? 0)
    let query = "the \(least == most ? "\(least)" : "\(least)–\(most)") query items of each user"
    let newcomers = new > 0 ? ", \(grouped(new)) among them that nobody has rated" : ""
    return switch self {
    case .query: query
    case .sampled(let count):
      if let unrated, unrated < count {
        query + " and \(count) drawn from those the user never \(chosen), or all where they are "
          + "fewer (\(unrated) at least)" + newcomers
      } else {
        query + " and \(count) drawn from those the user never \(chosen)" + newcomers
      }
    case .all: query + " and all that the user never \(chosen)" + newcomers
    case .cold:
      query + " without training \(feedback.rawValue) and all other items without that the user "
        + "never " + chosen + newcomers
    }
  }

  /// What is to be known of numbers that are measured on them; nil where nothing is.
  package var caution: String? {
    guard case .sampled = self else { return nil }
    return "numbers on sampled candidates may put models in another order than all items do "
      + "(Krichene and Rendle 2020): `candidates=all`"
  }
}

extension Candidates: ArgumentReadable {
  package static var expectation: String { "`query`, `sampled:100`, `all` or `cold`" }

  package static var namedValues: [NamedValue] {
    [
      NamedValue("query", "the items of the query ratings"),
      NamedValue("sampled:100", "those and 100 drawn from the items the user never rated"),
      NamedValue("all", "those and all items the user never rated"),
      NamedValue("cold", "of all those the items without training ratings; all are a second table"),
    ]
  }

  package var argumentText: String {
    switch self {
    case .query: "query"
    case .sampled(let count): "sampled:\(count)"
    case .all: "all"
    case .cold: "cold"
    }
  }

  package static func read(_ value: Value) -> Candidates? {
    switch String.read(value) {
    case "query"?: return .query
    case "all"?: return .all
    case "cold"?: return .cold
    case let word? where word.hasPrefix("sampled:"):
      guard let count = Int(word.dropFirst(8)), count > 0 else { return nil }
      return .sampled(count)
    default: return nil
    }
  }
}

/// Which items each user rated, for users of some tasks.
struct RatedItems: Sendable {
  private let lists: [Int32: [Int32]]

  init(_ tasks: [UserTask], in interactions: Interactions) {
    let users = Set(tasks.map(\.user)).sorted()
    let lists = interactions.rows(ofUsers: users).map { $0.map { interactions.items[Int($0)] } }
    self.lists = Dictionary(uniqueKeysWithValues: zip(users, lists))
  }

  /// The fewest items that one of the users never rated.
  func fewestUnrated(of count: Int) -> Int? {
    lists.values.map { count - Set($0).count }.min()
  }

  /// The items that the user never rated, in order.
  func unrated(by user: Int32, of count: Int) -> [Int32] {
    var isRated = Array(repeating: false, count: count)
    for item in lists[user] ?? [] { isRated[Int(item)] = true }
    return (0..<Int32(count)).filter { !isRated[Int($0)] }
  }

  /// `wanted` of the items that the user never rated, each as likely as any other.
  func sample(_ wanted: Int, for user: Int32, of count: Int, key: RandomKey) -> [Int32] {
    var items = unrated(by: user, of: count)
    var stream = key.derived(Int(user)).stream
    let drawn = min(wanted, items.count)
    for place in 0..<drawn { items.swapAt(place, place + stream.below(items.count - place)) }
    return Array(items.prefix(drawn))
  }
}
