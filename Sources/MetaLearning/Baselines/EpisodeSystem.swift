import Kernels

/// The equations of a ridge regression from some items of a user, drawn by chance, to their others, averaged over
/// all draws: A, without the penalty, and R.
struct EpisodeSystem: Sendable {
  let drawn: PanelMatrix
  let asked: PanelMatrix

  /// What a user's items and their features say together.
  enum Answer {
    /// Whether an item is among the others: what is drawn is not.
    case isAmongOthers
    /// The number of an item that is not drawn.
    case number
  }

  /// - Parameters:
  ///   - supports: how many items of each list are drawn; at least one is left to ask for.
  ///   - weights: how much each list counts; each 1 if nil.
  init(
    _ products: ListProducts, supports: [Int], weights: [Double]? = nil,
    answer: Answer = .isAmongOthers, kernels: KernelSet
  ) {
    var drawn = PairWeights(items: [], alone: [])
    var asked = drawn
    for list in 0..<products.lists.count {
      let range = products.lists.range(list)
      let count = (products.features?[list] ?? range.upperBound) - range.lowerBound
      let (n, k) = (Double(count), Double(max(0, min(supports[list], count - 1))))
      let weight = weights?[list] ?? 1
      // What is asked for is never drawn: its number, then, is known of every draw.
      let share = answer == .number ? max(1, n - k) / max(1, n) : 1
      drawn.items.append(Float(weight * k * (k - 1) / max(1, n * (n - 1))))
      drawn.alone.append(Float(weight * k / max(1, n)))
      drawn.mixed.append(Float(weight * k / max(1, n)))
      drawn.features.append(Float(weight))
      asked.items.append(Float(weight * k * (n - k) / max(1, n * (n - 1)) / share))
      asked.mixed.append(Float(weight * (n - k) / max(1, n) / share))
    }
    asked.alone = asked.items.map { _ in 0 }
    asked.features = asked.alone
    self.drawn = products.sums(drawn)
    self.asked = products.sums(asked)
    self.asked.mirrorUpper(kernels)
  }

  /// A⁻¹R, with a penalty for each column.
  func solution(_ kernels: KernelSet, penalty: (Int) -> Float) -> PanelMatrix {
    let (system, weights) = (drawn.copy(), asked.copy())
    for column in 0..<system.rows { system[column, column] += penalty(column) }
    BlockedCholesky(system, kernels: kernels).solve(weights)
    return weights
  }
}
