import Datasets
import Kernels
import Models

/// What training users took, and how many of them took each pair of items.
package struct SharedItems: Sendable {
  let clicks: TrainingClicks
  /// Above the diagonal for each pair, on it for each item.
  let pairs: PanelMatrix

  init(_ training: [UserTask], in dataset: Dataset, most: Int?) {
    clicks = TrainingClicks(training, in: dataset, most: most)
    let ones = [Float](repeating: 1, count: clicks.userCount)
    pairs = clicks.gram(pairs: ones, diagonal: ones)
  }
}

extension ItemKNN {
  /// Sums of shrunken cosines.
  func fitted(to shared: SharedItems, kernels: KernelSet) -> any Recommender {
    let table = table(of: shared.clicks, kernels) { cosines(of: shared, kernels) }
    return ItemTable(title: Self.name, shared.clicks, table, kernels: kernels)
  }

  private func cosines(of shared: SharedItems, _ kernels: KernelSet) -> PanelMatrix {
    let similarity = shared.pairs.copy()
    let shrinkage = Float(shrinkage ?? 0)
    let roots = (0..<similarity.rows).map { similarity[$0, $0].squareRoot() }
    similarity.mirrorUpper(kernels)
    similarity.eachPanel { panel, columns in
      for (place, column) in columns.enumerated() {
        for row in roots.indices where panel[row, place] != 0 {
          panel[row, place] /= roots[row] * roots[column] + shrinkage
        }
        panel[column, place] = 0
        if let neighbors, neighbors < roots.count {
          keep(neighbors, in: panel, at: place, roots.count)
        }
      }
    }
    return similarity
  }

  /// Of a column only the largest numbers, of equals the first.
  private func keep(_ count: Int, in panel: Matrix, at place: Int, _ rows: Int) {
    let values = (0..<rows).map { panel[$0, place] }
    let kept = highest(count, of: values)
    for row in 0..<rows { panel[row, place] = 0 }
    for row in kept { panel[row, place] = values[row] }
  }
}
