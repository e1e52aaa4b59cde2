import Datasets
import Kernels
import Language
import Models

/// Content-based recommendation: the biases plus the user's residuals on items with similar categories, by
/// the cosine of their vectors weighted by inverse document frequency (Lops, de Gemmis and Semeraro 2011,
/// §3.3.1).
package struct Content: Baseline {
  package var neighbors = 40
  package var features: [String] = []

  package init() {}

  package var feedback: Set<Feedback> { [.ratings, .interactions] }
  package var namedFeatures: [NamedFeatures] { [NamedFeatures("features", features)] }

  package static let signature = Signature<Self>(
    "content", "Ratings of items alike in content, by the cosine of their categories.",
    details: """
      Of interactions the score of an item is the sum of its likeness to what a user took, of which the \
      `neighbors` items count that are most like it: the mean over features of the cosine of categories weighted \
      by inverse document frequency, or for numbers exp(−(d/w)²) with w half the standard deviation.
      """,
    [
      .option("neighbors", \.neighbors, in: 1...10_000, "how many similar items count"),
      .option("features", \.features, "the item features to use; all when not given"),
    ],
    examples: [Example("evaluate mae ndcg@5")])

  package func fitted(
    to dataset: Dataset, training: [UserTask], key: RandomKey, kernels: KernelSet
  ) -> any Recommender {
    if dataset.feedback == .interactions {
      return sumsOfLikeness(TrainingClicks(training, in: dataset), kernels)
    }
    let ratings = TrainingRatings(training, in: dataset)
    let categories = Categories(dataset.items, named: features)
    // Among the rated items: how many others the catalogue has tells nothing of taste.
    let isRated = dataset.isRatedItem
    let count = Double(max(1, isRated.count { $0 }))
    let rarity = categories.members.map { members in
      let rated = members.count { isRated[Int($0)] }
      return rated == 0 ? 0 : Elementary.log(count / Double(rated))
    }
    let lengths = (0..<categories.entityCount).map { item in
      categories.range(item).reduce(0.0) { sum, place in
        let weight = rarity[Int(categories.codes[place])]
        return sum + weight * weight
      }.squareRoot()
    }
    return CosineModel(
      bias: BiasModel(ratings), count: neighbors, categories: categories, rarity: rarity,
      lengths: lengths)
  }
}

extension Content {
  package func memory(for data: Dataset) -> Double {
    data.feedback == .interactions
      ? 2 * PanelMatrix.bytes(square: data.items.count) : 0
  }

  /// The sums of how alike items are to what a user took.
  private func sumsOfLikeness(_ clicks: TrainingClicks, _ kernels: KernelSet) -> any Recommender {
    var options = NewItemOptions()
    (options.features, options.alignment, options.kernel) = (features, 0, .linear)
    let table = PanelMatrix(rows: clicks.itemCount, columns: clicks.itemCount)
    if let items = NewItems(clicks, options, areAllNew: true) {
      let likeness = items.similarities(items.new, clicks)
      table.eachPanel { panel, columns in
        let own = likeness.panel(columns.lowerBound / PanelMatrix.width)
        for (place, column) in columns.enumerated() {
          let values = items.anchors.indices.map { row in
            items.anchors[row] == Int32(column) ? 0 : own[row, place]
          }
          for row in highest(neighbors, of: values) {
            panel[Int(items.anchors[row]), place] = values[row]
          }
        }
      }
    }
    return ItemTable(title: Self.name, clicks, table, kernels: kernels)
  }
}

/// The bias prediction plus the cosine-weighted mean of the user's residuals on similar items.
private struct CosineModel: Recommender {
  let bias: BiasModel
  let count: Int
  let categories: Categories
  /// The inverse document frequency of each category: log(items / items with it).
  let rarity: [Double]
  /// The lengths of the items' vectors.
  let lengths: [Double]
  let title = Content.name
  let predictsRatings = true

  func scores(for user: UserContext, items: [Int32]) -> [Float] {
    let level = bias.mean + bias.deviation(of: user)
    // For each category the rated items that have it, so that only shared categories cost anything.
    var raters: [Int32: [Int]] = [:]
    for (index, rating) in user.support.enumerated() {
      for place in categories.range(Int(rating.item)) {
        raters[categories.codes[place], default: []].append(index)
      }
    }
    return items.map { item in
      let taste = taste(for: Int(item), user.support, raters, level)
      return Float(level + bias.items[Int(item)] + taste)
    }
  }

  private func taste(
    for item: Int, _ support: [UserContext.Rating], _ raters: [Int32: [Int]], _ level: Double
  ) -> Double {
    var products = Array(repeating: 0.0, count: support.count)
    for place in categories.range(item) {
      let code = categories.codes[place]
      for index in raters[code] ?? [] { products[index] += rarity[Int(code)] * rarity[Int(code)] }
    }
    var found: [(similarity: Double, residual: Double)] = []
    for (index, product) in products.enumerated() where product > 0 {
      let rated = Int(support[index].item)
      found.append(
        (
          product / (lengths[item] * lengths[rated]),
          Double(support[index].rating) - level - bias.items[rated]
        ))
    }
    if found.count > count {
      found = Array(found.stablySorted(descending: true, by: \.similarity).prefix(count))
    }
    let weight = found.reduce(0.0) { $0 + $1.similarity }
    guard weight > 0 else { return 0 }
    return found.reduce(0.0) { $0 + $1.similarity * $1.residual } / weight
  }
}
