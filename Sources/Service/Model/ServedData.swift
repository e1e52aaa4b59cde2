import Datasets
import Kernels
import Language
import MetaLearning
import Models

/// The items that can be recommended and the users that are known before anybody tells more: a value that is made once
/// and asked from any number of threads.
package struct ServedData: Sendable {
  let data: Dataset
  private let rowsByUser: Groups
  /// The support rows of validation and test users, by their numbers: their query stays unseen.
  private let supports: [Int32: [Int32]]
  /// The time of the newest rating: what is told without a time is as new.
  private let newestTime: Int64
  /// For each feature with categories the items that have one, ascending.
  private let byCategory: [String: [String: [Int32]]]

  /// - Parameter tasks: as the model's training saw the data, where that is known.
  package init(_ data: Dataset, _ tasks: TaskSplit?) {
    self.data = data
    newestTime = data.interactions.times.max() ?? Interactions.unknownTime
    rowsByUser = data.rowsByUser()
    let judged = (tasks?.valid ?? []) + (tasks?.test ?? [])
    supports = Dictionary(judged.map { ($0.user, $0.support) }) { first, _ in first }
    var byCategory: [String: [String: [Int32]]] = [:]
    for feature in data.items.features {
      guard case .categories(let vocabulary, let offsets, let codes) = feature.values else {
        continue
      }
      var items = [[Int32]](repeating: [], count: vocabulary.count)
      for item in 0..<data.items.count {
        for code in codes[Int(offsets[item])..<Int(offsets[item + 1])] {
          items[Int(code)].append(Int32(item))
        }
      }
      byCategory[feature.name] = Dictionary(uniqueKeysWithValues: zip(vocabulary.names, items))
    }
    self.byCategory = byCategory
  }

  /// What a model file knows by itself: the ids of its items and the names of features, of which it has no values.
  package init(of file: Safetensors) throws(ModelFileError) {
    let known = try ModelFile.knownData(file)
    self.init(known, nil)
  }

  var itemCount: Int { data.items.count }

  /// The number of the item with an id.
  func item(_ id: String) -> Int32? { data.items.ids[id].map { Int32($0) } }

  /// What the data know a user to have rated.
  ///
  /// - Returns: what a model adapts to, and all items that are no news to the user.
  func ratings(of user: Int) -> (support: [UserContext.Rating], rated: [Int32]) {
    let all = rowsByUser[user]
    let support = supports[Int32(user)].map { $0[...] } ?? all
    return (
      support.map { UserContext.Rating(row: $0, of: data.interactions) },
      all.map { data.interactions.items[Int($0)] }
    )
  }

  /// The items that have one of some categories.
  ///
  /// - Throws: when the items have no such feature, or it has no categories.
  func items(
    with name: String, among values: [String], at pointer: String
  ) throws(Problem) -> Set<Int32> {
    guard let categories = byCategory[name] else {
      let names = byCategory.keys.sorted()
      let kind =
        data.items.features.contains { $0.name == name } ? "has no categories" : "is unknown"
      throw Problem(
        422, "E0521", "the feature `\(shortened(name))` of items \(kind)",
        help: ["features with categories: " + (names.isEmpty ? "none" : named(names, most: 20))],
        at: pointer + "/where/" + escaped(name))
    }
    return Set(values.flatMap { categories[$0] ?? [] })
  }

  /// A rating as models take it.
  ///
  /// - Parameter seconds: since 1970; nil where that is not known.
  func rating(of item: Int32, _ value: Float, seconds: Int64?) -> UserContext.Rating {
    let ticks = data.interactions.ticks
    let isTimed = !data.interactions.times.isEmpty
    let time = isTimed ? seconds.map { $0 * ticks } ?? newestTime : newestTime
    return UserContext.Rating(item: item, rating: value, time: time, ticks: ticks)
  }
}
