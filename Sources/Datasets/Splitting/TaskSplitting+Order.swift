import Kernels
import Language

extension TaskSplitting {
  /// In which order the ratings of a task stand: models adapt on the first and are judged on the last.
  package enum Order: Sendable, Equatable {
    case random, time
    /// By the ids of users or items, or by a column of the ratings.
    case column(String)
  }

  /// For each row its place in the order; nil where chance alone decides.
  func places(in data: Dataset) throws(DatasetError) -> [Int64]? {
    let places: [Int64]
    switch order {
    case .random: return nil
    case .time: places = data.interactions.times
    case .column(let name):
      let (names, codes) = try column(name, of: data)
      let ranks = Self.ranks(of: names)
      places = codes.map { ranks[Int($0)] }
    }
    // The complement turns the order round, and nothing overflows.
    return isDescending ? places.map { ~$0 } : places
  }

  /// The values to order by, and for each row which it has.
  private func column(
    _ name: String, of data: Dataset
  ) throws(DatasetError) -> (names: [String], codes: [Int32]) {
    if name == data.owner.noun { return (data.users.ids.names, data.interactions.users) }
    if name == data.owner.otherNoun { return (data.items.ids.names, data.interactions.items) }
    if let column = data.interactions.columns[name] {
      return (column.vocabulary.names, column.codes)
    }
    let known = ["user", "item"] + data.interactions.columns.keys.sorted()
    throw DatasetError(
      "the ratings have no column `\(name)` to order by",
      help: ["it takes: random, time, " + known.joined(separator: ", ")],
      suggestions: suggestions(for: name, among: known), argument: "order", code: "E0521")
  }

  /// The place of each value among all: by number where all are numbers, else by text.
  private static func ranks(of names: [String]) -> [Int64] {
    let numbers = names.map { Double(decimal: $0) ?? .nan }
    let areNumbers = numbers.allSatisfy(\.isFinite)
    let order = names.indices.sorted { a, b in
      if areNumbers, numbers[a] != numbers[b] { return numbers[a] < numbers[b] }
      return (names[a], a) < (names[b], b)
    }
    var ranks = [Int64](repeating: 0, count: names.count)
    for (rank, name) in order.enumerated() { ranks[name] = Int64(rank) }
    return ranks
  }

  /// A user's rows drawn into an order by chance, and then by their places; of equal places chance decides, and so
  /// does not change with the file.
  func ordered(
    _ rows: ArraySlice<Int32>, _ places: [Int64]?, _ key: RandomKey, newestFirst: Bool
  ) -> [Int32] {
    var chance = key.stream
    let drawn = chance.shuffled(Array(rows))
    guard let places else { return drawn }
    let rank = Dictionary(uniqueKeysWithValues: drawn.enumerated().map { ($1, $0) })
    return drawn.sorted { a, b in
      let (first, second) = newestFirst ? (b, a) : (a, b)
      let (left, right) = (places[Int(first)], places[Int(second)])
      // `rank` knows every row.
      return left != right ? left < right : rank[a] ?? 0 < rank[b] ?? 0
    }
  }
}

extension TaskSplitting.Order: ArgumentReadable {
  package static var expectation: String { "`random`, `time`, `user`, `item` or a column" }

  package static var namedValues: [NamedValue] {
    [
      NamedValue("random", "any of them"),
      NamedValue("time", "the newest: a model never adapts on what came later"),
      NamedValue("user", "those with the highest ids of users"),
      NamedValue("item", "those with the highest ids of items"),
    ]
  }

  package var argumentText: String {
    switch self {
    case .random: "random"
    case .time: "time"
    case .column(let name): name
    }
  }

  package static func read(_ value: Value) -> Self? {
    switch String.read(value) {
    case "random"?: .random
    case "time"?: .time
    case let name? where !name.isEmpty: .column(name)
    default: nil
    }
  }
}
