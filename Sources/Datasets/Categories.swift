/// The categorical features of users or items as one list of numbers each, all features in one numbering.
package struct Categories: Sendable {
  package let offsets: [Int]
  package let codes: [Int32]
  /// How many categories there are over all features.
  package let count: Int

  /// - Parameter names: the features to use; all categorical ones when empty.
  package init(_ entities: Entities, named names: [String]) {
    var lists = Array(repeating: [Int32](), count: entities.count)
    var base = 0
    for feature in entities.features where names.isEmpty || names.contains(feature.name) {
      guard case .categories(let vocabulary, let offsets, let codes) = feature.values else {
        continue
      }
      for entity in 0..<entities.count {
        for place in Int(offsets[entity])..<Int(offsets[entity + 1]) {
          lists[entity].append(Int32(base) + codes[place])
        }
      }
      base += vocabulary.count
    }
    var offsets = [0]
    for list in lists { offsets.append(offsets[offsets.count - 1] + list.count) }
    self.offsets = offsets
    codes = lists.flatMap { $0 }
    count = base
  }

  /// No categories of so many entities.
  package init(noneOf count: Int) {
    offsets = Array(repeating: 0, count: count + 1)
    codes = []
    self.count = 0
  }

  package var entityCount: Int { offsets.count - 1 }

  package func range(_ entity: Int) -> Range<Int> { offsets[entity]..<offsets[entity + 1] }

  /// The entities of each category.
  package var members: [[Int32]] {
    var members = Array(repeating: [Int32](), count: count)
    for entity in 0..<entityCount {
      for place in range(entity) { members[Int(codes[place])].append(Int32(entity)) }
    }
    return members
  }
}
