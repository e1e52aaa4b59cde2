/// The categorical features of items as one list of numbers each, all features in one numbering.
package struct ItemCategories: Sendable {
  package let offsets: [Int]
  package let codes: [Int32]
  /// How many categories there are over all features.
  package let count: Int

  /// - Parameter names: the features to use; all categorical ones when empty.
  package init(_ items: Entities, named names: [String]) {
    var lists = Array(repeating: [Int32](), count: items.count)
    var base = 0
    for feature in items.features where names.isEmpty || names.contains(feature.name) {
      guard case .categories(let vocabulary, let offsets, let codes) = feature.values else {
        continue
      }
      for item in 0..<items.count {
        for place in Int(offsets[item])..<Int(offsets[item + 1]) {
          lists[item].append(Int32(base) + codes[place])
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

  package var itemCount: Int { offsets.count - 1 }

  package func range(_ item: Int) -> Range<Int> { offsets[item]..<offsets[item + 1] }

  /// The items of each category.
  package var members: [[Int32]] {
    var members = Array(repeating: [Int32](), count: count)
    for item in 0..<itemCount {
      for place in range(item) { members[Int(codes[place])].append(Int32(item)) }
    }
    return members
  }
}
