import Datasets
import Kernels
import Language
import Models
import Synchronization

/// How a baseline scores items that no training user took: by their features.
package struct NewItemOptions: Sendable {
  package var areScored = true
  package var penalty: Double?
  package var alignment: Double?
  package var features: [String] = []
  package var words = WordWeights.rarity
  package var together: [String] = []

  package init() {}

  static let usualAlignment = 0.2
  var strength: Double { penalty ?? 1 }

  /// What the categories of items are weighted by.
  package enum WordWeights: String, ArgumentChoice {
    case rarity, agreement

    package var summary: String {
      switch self {
      case .rarity: "inverse document frequency"
      case .agreement:
        "that, times the root of how much more items that share it are taken together"
      }
    }
  }

  /// The options as parameters of a baseline that has them at `path`.
  static func parameters<Root>(_ path: Path<Root, NewItemOptions>) -> [Parameter<Root>] {
    own.map { $0.lifted(along: path) }
  }

  private static let own: [Parameter<NewItemOptions>] = [
    .option("new-items", \.areScored, "score items that no training user took by their features"),
    .option(
      "content-l2", \.penalty, in: 1e-6...1e6,
      "ridge penalty from features to such items; chosen on held-out items if absent"),
    .option(
      "alignment", \.alignment, in: 0...1,
      "0: all features count alike; 1: as they agree with what users take; chosen if absent"),
    .option("features", \.features, "the item features to use; all when not given"),
    .option("words", \.words, "what the categories of new items are weighted by"),
    .option(
      "together", \.together,
      "features whose likenesses are multiplied to one more: [genres, year]"),
  ]

  /// What the help of a baseline says of new items.
  static let details = """
    An item that no training user took gets its scores from its features, by kernel ridge regression of the \
    scores of all other items: with K how alike items are in their features, the scores of new items are \
    T (K + content-l2 I)⁻¹ k. K is the weighted mean over features of the cosine of categories weighted by \
    inverse document frequency, or for numbers exp(−(d/w)²) with w half the standard deviation. `content-l2` and \
    `alignment` that are not given are the best of five each on items held out (`split tasks cold=item`), else 1 \
    and 0.2.
    """

  /// The features of the data that are used.
  func chosen(_ all: [Feature]) -> [Feature] {
    features.isEmpty ? all : all.filter { features.contains($0.name) }
  }

  /// About how many bytes scoring new items takes beside a table with so many rows, 0 for a row for each item.
  func memory(for data: Dataset, rows: Int = 0) -> Double {
    guard areScored, data.feedback == .interactions, !chosen(data.items.features).isEmpty else {
      return 0
    }
    let anchors = min(data.items.count, NewItems.mostAnchors)
    let new = data.unratedItemCount + data.items.count / 10
    return PanelMatrix.bytes(square: anchors) + PanelMatrix.bytes(rows: anchors, columns: new)
      + (rows == 0
        ? PanelMatrix.bytes(square: data.items.count)
          + PanelMatrix.bytes(rows: data.items.count, columns: new)
        : PanelMatrix.bytes(rows: rows, columns: new))
  }
}

/// A baseline that scores items that no training user took by their features.
package protocol NewItemScorer: TunableBaseline {
  var newItems: NewItemOptions { get set }
}

extension NewItemScorer {
  package var namedFeatures: [NamedFeatures] {
    [
      NamedFeatures("features", newItems.features), NamedFeatures("together", newItems.together),
    ]
  }

  package func refinements(of data: Dataset) -> [Self] {
    guard newItems.areScored, data.feedback == .interactions,
      !newItems.chosen(data.items.features).isEmpty
    else { return [] }
    if newItems.penalty == nil {
      return with(each: [0.1, 0.3, 1, 3, 10]) { $0.newItems.penalty = $1 }
    }
    if newItems.alignment == nil {
      return with(each: [0, 0.2, 0.4, 0.6, 0.8]) { $0.newItems.alignment = $1 }
    }
    return []
  }
}

/// The items that no training user took, as combinations of those that some took: with K how alike these are in
/// their features, and k how alike they are to the new ones, the columns of (K + λI)⁻¹ k.
struct NewItems {
  /// The most items that new ones are compared with: those that most users took.
  static let mostAnchors = 5000

  /// The columns of the items that new ones are compared with.
  let anchors: [Int32]
  /// The columns of the new items.
  let new: [Int32]
  private let kernel: ContentKernel
  private let weights: [Float]

  /// Nil where there are no new items, or nothing is known of any item.
  ///
  /// - Parameter areAllNew: whether all items count as new ones.
  init?(_ clicks: TrainingClicks, _ options: NewItemOptions, areAllNew: Bool = false) {
    let features = options.chosen(clicks.features)
    let counts = (0..<clicks.itemCount).map { clicks.byItem.range($0).count }
    new = counts.indices.filter { areAllNew || counts[$0] == 0 }.map { Int32($0) }
    var taken = counts.indices.filter { counts[$0] > 0 }
    guard options.areScored, !features.isEmpty, !new.isEmpty, !taken.isEmpty else { return nil }
    if taken.count > Self.mostAnchors {
      taken = taken.sorted { (counts[$1], $0) < (counts[$0], $1) }.prefix(Self.mostAnchors).sorted()
    }
    let anchors = taken.map { Int32($0) }
    self.anchors = anchors
    let items = anchors.map { clicks.columns.items[Int($0)] }
    let together =
      options.together.isEmpty
      ? [] : features.indices.filter { options.together.contains(features[$0].name) }
    var kernel = ContentKernel(features, anchors: items, together: together)
    if options.words == .agreement {
      kernel = ContentKernel(
        features, anchors: items, together: together,
        importance: kernel.agreement(with: clicks, columns: anchors))
    }
    self.kernel = kernel
    let share = options.alignment ?? NewItemOptions.usualAlignment
    let even = 1 / Double(kernel.featureCount)
    var weights = [Double](repeating: even, count: kernel.featureCount)
    if share > 0, kernel.featureCount > 1 {
      let factors = kernel.alignment(with: clicks, columns: anchors)
      let sum = factors.reduce(0, +)
      weights = factors.map { (1 - share) * even + share * $0 / sum }
    }
    self.weights = weights.map { Float($0) }
  }

  /// How alike items are to the anchors, a row for each anchor.
  func similarities(_ columns: [Int32], _ clicks: TrainingClicks) -> PanelMatrix {
    kernel.columns(columns.map { clicks.columns.items[Int($0)] }, weights: weights)
  }

  /// (K + λI)⁻¹ B, in the memory of B, which has a row for each anchor.
  func solve(_ b: PanelMatrix, penalty: Double, _ clicks: TrainingClicks, _ kernels: KernelSet) {
    let system = similarities(anchors, clicks)
    for anchor in anchors.indices { system[anchor, anchor] += Float(penalty) }
    BlockedCholesky(system, kernels: kernels).solve(b)
  }
}

/// What was computed last under a name, for settings that differ in what comes after it.
final class KeptWork: Sendable {
  private let last = Mutex<(name: String, value: any Sendable)?>(nil)

  func value<T: Sendable>(_ name: String, _ make: () -> T) -> T {
    let known = last.withLock { $0?.name == name ? $0?.value as? T : nil }
    if let known { return known }
    let made = make()
    // What was left in its middle is not kept.
    if !Cancellation.isRequested { last.withLock { $0 = (name, made) } }
    return made
  }
}

extension NewItemScorer {
  /// The table of scores that `make` gives, with columns for new items; it is made once for all settings that
  /// differ in new items alone.
  func table(
    of clicks: TrainingClicks, _ kernels: KernelSet, _ make: () -> PanelMatrix
  ) -> PanelMatrix {
    guard let items = NewItems(clicks, newItems) else { return make() }
    let table = clicks.kept.value(nameOfTheRest, make).copy()
    items.fill(table, penalty: newItems.strength, clicks, kernels)
    return table
  }

  /// Fills in the columns of new items, where there are some.
  func fill(_ table: PanelMatrix, of clicks: TrainingClicks, _ kernels: KernelSet) {
    NewItems(clicks, newItems)?.fill(table, penalty: newItems.strength, clicks, kernels)
  }

  /// The settings but those of new items.
  var nameOfTheRest: String {
    var rest = self
    rest.newItems = NewItemOptions()
    return described(rest)
  }
}

extension NewItems {
  /// Fills in the columns of the new items in a table with a column for each item.
  func fill(
    _ table: PanelMatrix, penalty: Double, _ clicks: TrainingClicks, _ kernels: KernelSet
  ) {
    let shares = similarities(new, clicks)
    solve(shares, penalty: penalty, clicks, kernels)
    let found = PanelMatrix(rows: table.rows, columns: new.count)
    let width = PanelMatrix.width
    parallel(found.panelCount) { panel in
      // The shares once more, with a row for each column of the table.
      let memory = FloatBuffer(count: table.panelCount * width * width)
      let rows = Matrix(memory.base, rows: table.panelCount * width, columns: width)
      let (own, result) = (shares.panel(panel), found.panel(panel))
      for (row, anchor) in anchors.enumerated() {
        rows.rows(Int(anchor)..<Int(anchor) + 1).copy(from: own.rows(row..<row + 1))
      }
      for part in 0..<table.panelCount where !Cancellation.isRequested {
        kernels.product(
          table.panel(part), rows.rows(part * width..<(part + 1) * width), into: result,
          adding: part == 0 ? nil : result)
      }
      withExtendedLifetime(memory) {}
    }
    for (place, column) in new.enumerated() {
      let (own, to) = (found.panel(place / width), table.panel(Int(column) / width))
      for row in 0..<table.rows { to[row, Int(column) % width] = own[row, place % width] }
    }
  }
}
