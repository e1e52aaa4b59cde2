import Kernels

extension TrainingClicks {
  /// Sums over the rows of products of two columns, each row weighted: above the diagonal for each pair of
  /// items Σ w over the rows that have both, and on it Σ d over those that have the item.
  func gram(pairs: [Float], diagonal: [Float]) -> PanelMatrix {
    products.sums(PairWeights(items: pairs, alone: diagonal))
  }

  var products: ListProducts { ListProducts(lists: byUser, turned: byItem, columns: itemCount) }
}

/// How much the products of two numbers of a list count, for each list.
struct PairWeights: Sendable {
  /// Of two items; of an item with itself.
  var items: [Float]
  var alone: [Float]
  /// Of an item and a feature; of two features, or one with itself.
  var mixed: [Float] = []
  var features: [Float] = []
}

/// Lists of columns, items before features, and their numbers: the rows of a sparse table.
struct ListProducts: Sendable {
  let lists: ClickLists
  /// The same by column, with places.
  let turned: ClickLists
  let columns: Int
  /// The number of each entry; nil if all are 1.
  var numbers: [Float]?
  /// Which columns are items, the first ones; nil if all are.
  var items: Int?
  /// Where in each list its features begin; nil if it has none.
  var features: [Int]?

  /// Sums over the lists of products of two columns, each list weighted, above the diagonal and on it.
  ///
  /// By increments along the lists, of which there are Σ n² / 2 for lists of n columns: far fewer than a product
  /// of tables takes where one in ten places is filled. Lists are added in rising order, so that the bits are the
  /// same on any number of threads.
  func sums(_ weights: PairWeights) -> PanelMatrix {
    let gram = PanelMatrix(rows: columns, columns: columns)
    let width = PanelMatrix.width
    // Rows of one tile are done together, so that no two threads write to one cache line.
    parallel(gram.panelCount) { tile in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: gram.panelCount * width) { sums in
        guard let sums = sums.baseAddress else { return }
        for column in tile * width..<min((tile + 1) * width, columns) {
          if Cancellation.isRequested { return }
          sums.initialize(repeating: 0, count: gram.panelCount * width)
          sums[column] = addRow(of: column, weights, to: sums)
          for panel in tile..<gram.panelCount {
            (gram.panel(panel).base + column * width)
              .update(from: sums + panel * width, count: width)
          }
        }
      }
    }
    return gram
  }

  /// Adds the products of a column with the later ones of each list; returns that with itself.
  private func addRow(
    of column: Int, _ weights: PairWeights, to sums: UnsafeMutablePointer<Float>
  ) -> Float {
    let isItem = column < items ?? columns
    var own: Float = 0
    lists.others.withUnsafeBufferPointer { others in
      func add(_ weight: Float, _ places: Range<Int>) {
        guard let numbers else {
          for at in places { sums[Int(others[at])] += weight }
          return
        }
        for at in places { sums[Int(others[at])] += weight * numbers[at] }
      }
      for place in turned.range(column) {
        let list = Int(turned.others[place])
        let (at, end) = (
          lists.offsets[list] + Int(turned.places[place]), lists.offsets[list + 1]
        )
        let number = numbers?[at] ?? 1
        own += (isItem ? weights.alone : weights.features)[list] * number * number
        let middle = max(at + 1, features?[list] ?? end)
        if isItem { add(weights.items[list] * number, at + 1..<middle) }
        if middle < end {
          add((isItem ? weights.mixed : weights.features)[list] * number, middle..<end)
        }
      }
    }
    return own
  }
}
