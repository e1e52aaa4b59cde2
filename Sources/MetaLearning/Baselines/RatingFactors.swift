import Kernels

/// What biases leave of ratings as a product of a user's and an item's factors, p_u · q_i, fitted by alternating
/// ridge regressions (Koren, Bell and Volinsky 2009).
struct RatingFactors {
  let width: Int
  /// Users × width; 0 for users without ratings.
  private(set) var users: [Double] = []
  /// Items × width; 0 for items without ratings.
  private(set) var items: [Double]

  /// - Parameters:
  ///   - penalty: the ridge penalty on users and items.
  ///   - sweeps: rounds of fitting users, then items.
  init(
    _ ratings: TrainingRatings, _ bias: BiasModel, width: Int, penalty: Double, sweeps: Int,
    key: RandomKey
  ) {
    self.width = width
    let (byUser, byItem) = ratings.grouped(bias.residuals(of: ratings))
    var stream = key.derived("items").stream
    items = (0..<ratings.itemCount * width).map { _ in 0.1 * stream.normal() }
    for _ in (0..<sweeps).whileWanted(asking: 1) {
      users = solved(byUser, penalty, given: items)
      items = solved(byItem, penalty, given: users)
    }
  }

  /// The factors of one side, each entity's the ridge solution given the other side's.
  private func solved(_ index: RatingIndex, _ penalty: Double, given other: [Double]) -> [Double] {
    let (width, count, run) = (width, index.count, 16)
    return orderedMap((count + run - 1) / run) { number in
      let entities = number * run..<min(count, (number + 1) * run)
      var solutions = Array(repeating: 0.0, count: entities.count * width)
      if Cancellation.isRequested { return solutions }
      other.withUnsafeBufferPointer { other in
        for entity in entities where !index.range(entity).isEmpty {
          var system = RidgeSystem(size: width, penalty: penalty)
          for row in index.range(entity) {
            system.add(other, at: Int(index.others[row]) * width, value: index.values[row])
          }
          let start = (entity - entities.lowerBound) * width
          solutions.replaceSubrange(start..<start + width, with: system.solution())
        }
      }
      return solutions
    }.flatMap { $0 }
  }
}

/// Factors of users and items whose products say what simpler models leave over.
protocol PairedFactors {
  var width: Int { get }
  /// Users × width; 0 for users of whom nothing is known.
  var users: [Double] { get }
  /// Items × width.
  var items: [Double] { get }
}

extension RatingFactors: PairedFactors {}
extension ClickFactors: PairedFactors {}

extension PairedFactors {
  /// The items' factors in coordinates in which the users' are uncorrelated with mean square 1: with
  /// L Lᵀ = E[p pᵀ] they are Lᵀ q, and their products with users are the same.
  var itemsForStandardUsers: [Double] {
    let rated = stride(from: 0, to: users.count, by: width).filter { start in
      (start..<start + width).contains { users[$0] != 0 }
    }
    // So little on the diagonal that a factor nobody uses has a root.
    var second = PackedSymmetric.diagonal(Array(repeating: 1e-12, count: width))
    for start in rated {
      for i in 0..<width {
        for j in 0...i {
          second[PackedSymmetric.place(i, j)] +=
            users[start + i] * users[start + j] / Double(rated.count)
        }
      }
    }
    let root = PackedSymmetric.factor(second, size: width)
    var turned = items
    for start in stride(from: 0, to: items.count, by: width) {
      for j in 0..<width {
        turned[start + j] = (j..<width).reduce(0) {
          $0 + root[PackedSymmetric.place($1, j)] * items[start + $1]
        }
      }
    }
    return turned
  }
}
