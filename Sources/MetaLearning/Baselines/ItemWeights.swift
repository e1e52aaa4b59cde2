import Kernels
import Models

/// Scores as sums over the items that a user took: score(j) = Σ W(i, j) over her items i, each once.
struct ItemWeights: Recommender {
  let title: String
  let columns: ItemColumns
  /// What a user without items is shown: how many training users took each item.
  let popularity: [Float]
  private let weights: PanelMatrix
  private let kernels: KernelSet
  let predictsRatings = false

  init(title: String, _ clicks: TrainingClicks, _ weights: PanelMatrix, kernels: KernelSet) {
    self.title = title
    self.weights = weights
    self.kernels = kernels
    (columns, popularity) = (clicks.columns, clicks.popularity)
  }

  func scores(for user: UserContext, items: [Int32]) -> [Float] {
    let taken = columns.taken(by: user)
    guard !taken.isEmpty else { return items.map { popularity[Int($0)] } }
    return columns.scores(of: items, all: sums(of: taken))
  }

  /// The scores of all columns.
  private func sums(of taken: [Int32]) -> [Float] {
    let width = PanelMatrix.width
    let offsets = [0, Int32(taken.count)]
    let ones = [Float](repeating: 1, count: taken.count)
    return [Float](unsafeUninitializedCapacity: weights.panelCount * width) { sums, count in
      count = weights.panelCount * width
      guard let base = sums.baseAddress else { return }
      for panel in 0..<weights.panelCount {
        kernels.embed(
          EmbeddingBag(count: 1, step: 1, offsets: offsets, indices: taken, weights: ones),
          weights.panel(panel), into: Matrix(base + panel * width, rows: 1, columns: width))
      }
    }
  }
}

extension ItemColumns {
  /// The columns of a user's items, in rising order, each once.
  func taken(by user: UserContext) -> [Int32] {
    let all = user.support.map { column[Int($0.item)] }.sorted()
    return all.indices.filter { all[$0] >= 0 && ($0 == 0 || all[$0] != all[$0 - 1]) }.map {
      all[$0]
    }
  }

  /// The scores of items, of those of all columns; items without one come last.
  func scores(of items: [Int32], all scores: [Float]) -> [Float] {
    var least: Float?
    return items.map { item in
      let place = Int(column[Int(item)])
      if place >= 0 { return scores[place] }
      let below = least ?? (scores.prefix(count).min() ?? 0) - 1
      least = below
      return below
    }
  }
}
