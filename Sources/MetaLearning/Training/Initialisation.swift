import Datasets
import Kernels
import Models

extension LearningProblem {
  /// The weights training starts from: random, but for a linear part that knows the items' means and
  /// embeddings that know their factors.
  ///
  /// The head's bias is the mean training rating μ. Item biases are regressed on the items' features by ridge
  /// regression, and what is left of each, shrunken, goes to the weight of the item's id. So the untrained
  /// network is the bias model, and an item without ratings gets the bias that its features predict. Of
  /// interactions the log odds of an item's popularity take the place of its bias.
  ///
  /// Embeddings of items get the factors of what biases leave of the ratings, or popularity of the clicks, which are
  /// near zero where these are few; what is random of them is then so small that features say where such items are.
  package func initialWeights(
    learner: any MetaLearner, data: Dataset, training rows: [Int32],
    start: StartingWeights, key: RandomKey
  ) -> Weights {
    var weights = Weights(layout, key: key)
    learner.prepare(&weights, kernels)
    guard !rows.isEmpty else { return weights }
    let fit = negatives == nil ? BiasFit(TrainingRatings(rows: rows, in: data)) : nil
    let starts = outputStarts(fit, data, rows)
    if let bias = layout.index(of: "head.bias") {
      weights.mutableView(bias).copy(from: starts.flatMap(\.level))
    }
    guard start != .random else { return weights }
    if let linear = layout.index(of: "linear") {
      let view = weights.mutableView(linear)
      var output = 0
      for own in starts {
        let deviations = own.offsets.map { encoder.itemBiasWeights($0) } ?? own.rows
        for (row, deviation) in deviations.enumerated() where deviation != 0 {
          for (place, slope) in own.slopes.enumerated() {
            view[row, output + place] = slope * deviation
          }
        }
        output += own.level.count
      }
    }
    if start == .factors, let embedding = layout.index(of: "embedding") {
      let table = weights.mutableView(embedding)
      let own = key.derived("factors")
      if let fit {
        giveFactors(to: table, of: fit, key: own)
      } else if drawing != nil {
        giveFactors(to: table, ofClicks: rows, data, key: own)
      }
    }
    return weights
  }

  /// What outputs that belong together know before training.
  private struct OutputStart {
    /// Their scores where nothing is known.
    var level: [Float]
    /// How far they go with a deviation.
    var slopes: [Float]
    /// What items deviate from that; nil where `rows` says what rows of the table do.
    var offsets: ItemBiases?
    var rows: [Float] = []
  }

  /// What the outputs start from: of several heads those of each, in their order.
  private func outputStarts(
    _ fit: BiasFit?, _ data: Dataset, _ rows: [Int32]
  ) -> [OutputStart] {
    let kinds = heads?.kinds ?? [negatives == nil ? .rating : .click]
    return kinds.compactMap { kind in
      switch kind {
      case .rating:
        guard let fit else { return nil }
        let offsets = ItemBiases(fit)
        let (level, slopes) = loss.scores(ofRating: offsets.mean, scale: scale, kernels)
        return OutputStart(level: level, slopes: slopes, offsets: offsets)
      case .click:
        guard let drawing else { return nil }
        let offsets = ItemBiases(data, rows, drawing)
        return OutputStart(level: [offsets.mean], slopes: [1], offsets: offsets)
      case .category:
        return OutputStart(level: [0], slopes: [1], rows: categoryWeights(data, rows))
      }
    }
  }

  /// For each row of the table that is a category the logarithm of its share of the training rows, so that the
  /// untrained head says the most frequent one; for others 0.
  private func categoryWeights(_ data: Dataset, _ rows: [Int32]) -> [Float] {
    guard let categories = heads?.targets.categories else { return [] }
    var sums = [Double](repeating: 0, count: encoder.tableRows)
    for row in rows {
      let item = Int(data.interactions.items[Int(row)])
      for at in encoder.items.entries(of: item, field: categories.field) {
        sums[Int(encoder.items.rows[at])] += Double(encoder.items.weights[at])
      }
    }
    return sums.indices.map { row in
      categories.rows.contains(Int32(row))
        ? Float(Elementary.log((sums[row] + 1) / (Double(rows.count) + 1))) : 0
    }
  }

  /// Starts the embeddings of items from the factors of what biases leave of ratings.
  private func giveFactors(to table: Matrix, of fit: BiasFit, key: RandomKey) {
    let factors = RatingFactors(
      fit.ratings, fit.bias, width: table.columns, penalty: 10, sweeps: 8, key: key)
    // Twice, since users of standard deviation 1/2 are within the reach of few gradient steps.
    give(factors, counts: fit.ratings.countsOfItems, largest: 2, to: table)
  }

  /// Starts the embeddings of items from the factors of what popularity leaves of clicks.
  private func giveFactors(
    to table: Matrix, ofClicks rows: [Int32], _ data: Dataset, key: RandomKey
  ) {
    let factors = ClickFactors(
      rows, in: data, width: table.columns, strength: 0.5, sweeps: 8, key: key)
    // Standardised residuals are small where data are sparse, and the effects that they stand for are not. What is no
    // more than noise has not quite vanished after so few sweeps, and is not to grow into an effect.
    give(factors, counts: factors.counts, largest: 20, to: table)
  }

  /// Adds each item's factors to the embedding of its id, of whose random start a tenth is left.
  ///
  /// - Parameters:
  ///   - counts: of how many training rows each item's factors are known.
  ///   - largest: what factors are multiplied by at most.
  private func give(
    _ factors: some PairedFactors, counts: [Int], largest: Double, to table: Matrix
  ) {
    let values = factors.itemsForStandardUsers
    let known = counts.count { $0 > 0 } * table.columns
    let size = (values.reduce(0) { $0 + $1 * $1 } / Double(max(1, known))).squareRoot()
    // No larger than random ones would be, for which the layers above are made: steps through them diverge otherwise.
    let scale = min(largest, 0.1 / max(size, 1e-9))
    let own = counts.indices.map { Int(encoder.identityRow(ofItem: Int32($0))) }
    for row in Set(own) {
      for column in 0..<table.columns { table[row, column] *= 0.1 }
    }
    for (item, row) in own.enumerated() where counts[item] > 0 {
      for column in 0..<table.columns {
        table[row, column] += Float(scale * values[item * table.columns + column])
      }
    }
  }
}

/// Ratings, and the biases that were fitted to them.
struct BiasFit {
  let ratings: TrainingRatings
  let bias: BiasModel

  init(_ ratings: TrainingRatings) {
    self.ratings = ratings
    bias = BiasModel(ratings)
  }
}

/// What items deviate from the mean, and from how many ratings that is known.
struct ItemBiases {
  let mean: Float
  private(set) var items: [Float]
  private(set) var counts: [Int]
  /// For each item Σ(r − μ − b_u) over its ratings.
  private(set) var sums: [Double]

  init(_ fit: BiasFit) {
    mean = Float(fit.bias.mean)
    items = fit.bias.items.map { Float($0) }
    counts = fit.ratings.countsOfItems
    sums = fit.bias.sums
  }
}

extension ItemBiases {
  /// The log odds of each item's popularity, as far as they are from their mean over the rows.
  init(_ data: Dataset, _ rows: [Int32], _ negatives: NegativeSampler) {
    var counts = [Int](repeating: 0, count: data.items.count)
    for row in rows { counts[Int(data.interactions.items[Int(row)])] += 1 }
    let odds = negatives.logOdds(of: counts)
    let mean =
      zip(odds, counts).reduce(0.0) { $0 + $1.0 * Double($1.1) } / Double(max(1, rows.count))
    self.mean = Float(mean)
    self.counts = counts
    items = zip(odds, counts).map { $1 > 0 ? Float($0 - mean) : 0 }
    sums = zip(odds, counts).map { $1 > 0 ? ($0 - mean) * Double($1) : 0 }
  }
}

extension FeatureEncoder {
  /// For each row of the table its weight: ridge regression of the items' biases on their features by
  /// coordinate descent, one feature value after the other; the rest goes to the rows of the items' ids.
  func itemBiasWeights(
    _ offsets: ItemBiases, penalty: Double = 20, ownPenalty: Double = 5, passes: Int = 8
  ) -> [Float] {
    var values = [Double](repeating: 0, count: tableRows)
    // The unexplained part of each item's sum of residuals, and each row's items with their weights.
    var left = offsets.sums
    var members: [Int: [(item: Int, weight: Double)]] = [:]
    for item in left.indices where offsets.counts[item] > 0 {
      for at in items.entries(of: item).dropFirst() {
        members[Int(items.rows[at]), default: []].append((item, Double(items.weights[at])))
      }
    }
    let rows = members.sorted { $0.key < $1.key }
    for _ in 0..<passes where !Cancellation.isRequested {
      for (row, items) in rows {
        var (square, product) = (0.0, 0.0)
        for (item, weight) in items {
          square += weight * weight * Double(offsets.counts[item])
          product += weight * left[item]
        }
        let value = (product + square * values[row]) / (square + penalty)
        let change = value - values[row]
        values[row] = value
        for (item, weight) in items {
          left[item] -= weight * Double(offsets.counts[item]) * change
        }
      }
    }
    for item in left.indices where offsets.counts[item] > 0 {
      values[Int(identityRow(ofItem: Int32(item)))] =
        left[item] / (Double(offsets.counts[item]) + ownPenalty)
    }
    return values.map { Float($0) }
  }
}
