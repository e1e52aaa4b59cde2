import Datasets
import Kernels
import Models

extension LearningProblem {
  /// The weights training starts from: random, but for a linear part that knows the items' means.
  ///
  /// The head's bias is the mean training rating μ and the linear weight of an item its shrunken mean
  /// residual Σ(r − μ − b_u) / (n + 5), so that the untrained network already is the bias model.
  package func initialWeights(
    learner: any MetaLearner, data: Dataset, training rows: [Int32], key: RandomKey
  ) -> Weights {
    var weights = Weights(layout, key: key)
    learner.prepare(&weights)
    guard !rows.isEmpty else { return weights }
    let offsets = ItemOffsets(data, rows)
    let (level, slopes) = loss.scores(ofRating: offsets.mean, scale: scale)
    if let bias = layout.index(of: "head.bias") { weights.mutableView(bias).copy(from: level) }
    if let linear = layout.index(of: "linear") {
      let view = weights.mutableView(linear)
      for item in 0..<data.items.count where offsets.counts[item] > 0 {
        let row = Int(encoder.identityRow(ofItem: Int32(item)))
        for output in 0..<view.columns { view[row, output] = slopes[output] * offsets.items[item] }
      }
    }
    return weights
  }
}

/// Shrunken mean residuals of items beside those of users, by alternating sweeps.
struct ItemOffsets {
  let mean: Float
  private(set) var items: [Float]
  private(set) var counts: [Int]

  init(_ data: Dataset, _ rows: [Int32]) {
    let table = data.interactions
    let total = rows.reduce(0.0) { $0 + Double(table.ratings[Int($1)]) }
    let mu = total / Double(rows.count)
    mean = Float(mu)
    var userOffsets = [Double](repeating: 0, count: data.users.count)
    var itemOffsets = [Double](repeating: 0, count: data.items.count)
    var userCounts = [Int](repeating: 0, count: data.users.count)
    counts = [Int](repeating: 0, count: data.items.count)
    for row in rows {
      userCounts[Int(table.users[Int(row)])] += 1
      counts[Int(table.items[Int(row)])] += 1
    }
    for _ in 0..<5 {
      var itemSums = [Double](repeating: 0, count: data.items.count)
      for row in rows {
        let (user, item) = (Int(table.users[Int(row)]), Int(table.items[Int(row)]))
        itemSums[item] += Double(table.ratings[Int(row)]) - mu - userOffsets[user]
      }
      for item in itemSums.indices {
        itemOffsets[item] = itemSums[item] / (Double(counts[item]) + 5)
      }
      var userSums = [Double](repeating: 0, count: data.users.count)
      for row in rows {
        let (user, item) = (Int(table.users[Int(row)]), Int(table.items[Int(row)]))
        userSums[user] += Double(table.ratings[Int(row)]) - mu - itemOffsets[item]
      }
      for user in userSums.indices {
        userOffsets[user] = userSums[user] / (Double(userCounts[user]) + 5)
      }
    }
    items = itemOffsets.map { Float($0) }
  }
}
