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
  package var power: Double?
  package var features: [String] = []
  package var words = WordWeights.rarity
  package var together: [String] = []
  package var kernel = KernelShape.exponential
  package var isRescaled = false

  package init() {}

  static let usualAlignment = 0.2
  static let usualPower = 0.3
  var strength: Double { penalty ?? kernel.usualPenalty }
  /// Whether nothing is left to choose.
  var isSettled: Bool { penalty != nil && alignment != nil && power != nil }

  /// What becomes of the mean of the likenesses in the features.
  package enum KernelShape: String, ArgumentChoice {
    case exponential, linear

    package var summary: String {
      switch self {
      case .exponential: "exp(mean − 1): being alike in several features at once counts, too"
      case .linear: "the mean of the likenesses in each feature"
      }
    }

    var penalties: [Double] {
      switch self {
      case .exponential: [0.01, 0.03, 0.1, 0.3, 1]
      case .linear: [0.1, 0.3, 1, 3, 10]
      }
    }

    var usualPenalty: Double { penalties[2] }

    func value(of mean: Float) -> Float {
      switch self {
      case .exponential: Float(Elementary.exp(Double(mean) - 1))
      case .linear: mean
      }
    }
  }

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
    .option(
      "popularity-power", \.power, in: 0...1,
      "how much the popularity that features let expect sets the level of scores; chosen if absent"),
    .option("kernel", \.kernel, "how likenesses in several features are put together"),
    .option(
      "rescale", \.isRescaled,
      "multiply scores of new items by the factor that is best for lists of new and known ones"),
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
    T (K + content-l2 I)⁻¹ k. K is exp(M − 1), with `kernel=linear` M itself; M is the weighted mean over features \
    of the cosine of categories weighted by inverse document frequency, or for numbers exp(−(d/w)²) with w half \
    the standard deviation. With `popularity-power` p the columns of T are divided by nᵖ before, n users having \
    taken the item, and the scores of a new item are multiplied by what the same regression on log n expects of \
    it, to the power p. `content-l2`, `alignment` and `popularity-power` that are not given are the best of five \
    each on items held out (`split tasks cold=item`), else 0.1 (`kernel=linear`: 1), 0.2 and 0.3. Ridge draws \
    the scores of new items to zero; `rescale=yes` multiplies them, for lists of new and known items, by the best \
    of six factors from 1 to 3.2: with every ninth other item scored as though it were new, that with which 500 \
    training users find these and a fifth of what else they took best by the rest.
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
      return with(each: newItems.kernel.penalties) { $0.newItems.penalty = $1 }
    }
    if newItems.alignment == nil {
      return with(each: [0, 0.2, 0.4, 0.6, 0.8]) { $0.newItems.alignment = $1 }
    }
    if newItems.power == nil {
      return with(each: [0, 0.15, 0.3, 0.45, 0.6]) { $0.newItems.power = $1 }
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
  private let shape: NewItemOptions.KernelShape

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
    (self.kernel, shape) = (kernel, options.kernel)
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
    kernel.columns(
      columns.map { clicks.columns.items[Int($0)] }, weights: weights, shape: shape)
  }

  /// (K + λI)⁻¹ B, in the memory of B, which has a row for each anchor.
  ///
  /// - Parameter hidden: the places of anchors that are like no other.
  func solve(
    _ b: PanelMatrix, penalty: Double, _ clicks: TrainingClicks, _ kernels: KernelSet,
    hidden: [Int] = []
  ) {
    let system = similarities(anchors, clicks)
    for place in hidden {
      for other in anchors.indices { (system[place, other], system[other, place]) = (0, 0) }
      for column in 0..<b.columns { b[place, column] = 0 }
    }
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
    let own = ItemTable(title: Self.name, clicks, table, kernels: kernels)
    items.fill(own, newItems, clicks)
    return table
  }

  /// Fills in the columns of new items, where there are some.
  func fill(
    _ table: PanelMatrix, of clicks: TrainingClicks, profile: ItemTable.Profile = .taken,
    _ kernels: KernelSet
  ) {
    let own = ItemTable(title: Self.name, clicks, table, profile: profile, kernels: kernels)
    NewItems(clicks, newItems)?.fill(own, newItems, clicks)
  }

  /// The settings but those of new items.
  var nameOfTheRest: String {
    var rest = self
    rest.newItems = NewItemOptions()
    return described(rest)
  }
}

extension NewItems {
  /// Divides each anchor's share by the power of how many users took it, and multiplies all of a new item by that
  /// of how many its features let expect.
  private func level(_ shares: PanelMatrix, power: Double, _ clicks: TrainingClicks) {
    guard power > 0, !anchors.isEmpty else { return }
    let popularity = anchors.map { Elementary.log(Double(clicks.byItem.range(Int($0)).count)) }
    let mean = popularity.reduce(0, +) / Double(popularity.count)
    shares.eachPanel { panel, columns in
      for place in 0..<columns.count {
        let expected = popularity.indices.reduce(mean) {
          $0 + (popularity[$1] - mean) * Double(panel[$1, place])
        }
        for row in popularity.indices {
          panel[row, place] *= Float(Elementary.exp(power * (expected - popularity[row])))
        }
      }
    }
  }

  /// Fills in the columns of the new items in a table with a column for each item.
  func fill(_ owner: ItemTable, _ options: NewItemOptions, _ clicks: TrainingClicks) {
    let found = columns(new, of: owner, options, clicks)
    let scale =
      options.isRescaled && options.isSettled ? self.scale(of: owner, options, clicks) : 1
    for (place, column) in new.enumerated() {
      for row in 0..<found.rows { owner.table[row, Int(column)] = scale * found[row, place] }
    }
  }

  /// What columns of the table would be if those items were new and these of the anchors unknown.
  func columns(
    _ items: [Int32], of owner: ItemTable, _ options: NewItemOptions, _ clicks: TrainingClicks,
    hidden: [Int] = []
  ) -> PanelMatrix {
    let (table, kernels) = (owner.table, owner.kernels)
    let shares = similarities(items, clicks)
    solve(shares, penalty: options.strength, clicks, kernels, hidden: hidden)
    level(shares, power: options.power ?? NewItemOptions.usualPower, clicks)
    let found = PanelMatrix(rows: table.rows, columns: items.count)
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
    return found
  }
}
