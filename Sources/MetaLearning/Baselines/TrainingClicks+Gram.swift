import Kernels

extension TrainingClicks {
  /// Sums over the rows of products of two columns, each row weighted: above the diagonal for each pair of
  /// items Σ w over the rows that have both, and on it Σ d over those that have the item.
  ///
  /// By increments along the lists, of which there are Σ n² / 2 for rows of n items: far fewer than a product of
  /// tables takes where one in ten places is filled. Rows are added in rising order, so that the bits are the
  /// same on any number of threads.
  func gram(pairs: [Float], diagonal: [Float]) -> PanelMatrix {
    let gram = PanelMatrix(rows: itemCount, columns: itemCount)
    let width = PanelMatrix.width
    // Rows of one tile are done together, so that no two threads write to one cache line.
    parallel(gram.panelCount) { tile in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: gram.panelCount * width) { sums in
        guard let sums = sums.baseAddress else { return }
        for item in tile * width..<min((tile + 1) * width, itemCount) {
          if Cancellation.isRequested { return }
          sums.initialize(repeating: 0, count: gram.panelCount * width)
          addRow(of: item, weights: pairs, to: sums)
          sums[item] = byItem.range(item).reduce(0) { $0 + diagonal[Int(byItem.others[$1])] }
          for panel in tile..<gram.panelCount {
            (gram.panel(panel).base + item * width).update(from: sums + panel * width, count: width)
          }
        }
      }
    }
    return gram
  }

  /// Adds the weight of each row with that item at each of its later items.
  private func addRow(of item: Int, weights: [Float], to sums: UnsafeMutablePointer<Float>) {
    byUser.others.withUnsafeBufferPointer { items in
      for place in byItem.range(item) {
        let user = Int(byItem.others[place])
        let weight = weights[user]
        let start = byUser.offsets[user] + Int(byItem.places[place]) + 1
        for at in start..<max(start, byUser.offsets[user + 1]) { sums[Int(items[at])] += weight }
      }
    }
  }
}
