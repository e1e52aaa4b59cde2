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

  /// How many entities there are.
  var count: Int { offsets.count - 1 }

  func range(_ entity: Int) -> Range<Int> { offsets[entity]..<offsets[entity + 1] }
}

/// What the bias model leaves of the ratings, by user and by item.
struct RatingResiduals {
  let bias: BiasModel
  let byUser: RatingIndex
  let byItem: RatingIndex

  init(_ ratings: TrainingRatings) {
    bias = BiasModel(ratings)
    let values = bias.residuals(of: ratings)
    byUser = RatingIndex(
      by: ratings.users, count: ratings.userCount, others: ratings.items, values: values)
    byItem = RatingIndex(
      by: ratings.items, count: ratings.itemCount, others: ratings.users, values: values)
  }
}
