import Kernels

/// Training residuals grouped by one side: entity `e` has `others[range(e)]` and `values[range(e)]`.
struct RatingIndex {
  let offsets: [Int]
  let others: [Int32]
  let values: [Double]

  /// Groups rows by `entities`, keeping the order of rows within each.
  init(by entities: [Int32], count: Int, others: [Int32], values: [Double]) {
    var offsets = Array(repeating: 0, count: count + 1)
    for entity in entities.whileWanted() { offsets[Int(entity) + 1] += 1 }
    for entity in 0..<count { offsets[entity + 1] += offsets[entity] }
    var next = offsets
    var sortedOthers = others
    var sortedValues = values
    for (row, entity) in entities.enumerated().whileWanted() {
      let place = next[Int(entity)]
      sortedOthers[place] = others[row]
      sortedValues[place] = values[row]
      next[Int(entity)] += 1
    }
    self.offsets = offsets
    self.others = sortedOthers
    self.values = sortedValues
  }

  /// How many entities there are.
  var count: Int { offsets.count - 1 }

  func range(_ entity: Int) -> Range<Int> { offsets[entity]..<offsets[entity + 1] }

  /// How many ratings each entity has.
  var counts: [Double] { (0..<count).map { Double(range($0).count) } }
}

extension TrainingRatings {
  /// A number for each rating, by user and by item.
  func grouped(_ values: [Double]) -> (byUser: RatingIndex, byItem: RatingIndex) {
    (
      RatingIndex(by: users, count: userCount, others: items, values: values),
      RatingIndex(by: items, count: itemCount, others: users, values: values)
    )
  }
}
