/// Training residuals grouped by one side: entity `e` has `others[range(e)]` and `values[range(e)]`.
struct RatingIndex {
  let offsets: [Int]
  let others: [Int32]
  let values: [Double]

  /// Groups rows by `entities`, keeping the order of rows within each.
  init(by entities: [Int32], count: Int, others: [Int32], values: [Double]) {
    var offsets = Array(repeating: 0, count: count + 1)
    for entity in entities { offsets[Int(entity) + 1] += 1 }
    for entity in 0..<count { offsets[entity + 1] += offsets[entity] }
    var next = offsets
    var sortedOthers = others
    var sortedValues = values
    for (row, entity) in entities.enumerated() {
      let place = next[Int(entity)]
      sortedOthers[place] = others[row]
      sortedValues[place] = values[row]
      next[Int(entity)] += 1
    }
    self.offsets = offsets
    self.others = sortedOthers
    self.values = sortedValues
  }

  func range(_ entity: Int) -> Range<Int> { offsets[entity]..<offsets[entity + 1] }
}
