import Datasets
import Kernels

/// What popularity leaves of clicks as a product of a user's and an item's factors, p_u · q_i.
///
/// With x_ui = 1 for what a user took, n_u and m_i the clicks of a user and an item and N those of all, the entries
/// are s_ui = (x_ui − n_u m_i / N) / √((n_u + n̄)(m_i + m̄) / N), for all pairs: the standardised residuals of
/// correspondence analysis (Greenacre 1984), damped by the mean counts n̄ and m̄, so that whoever has hardly a click is
/// near zero. They are fitted by alternating ridge regressions, which shrink every singular value by the penalty.
package struct ClickFactors {
  package let width: Int
  /// Users × width; 0 for users without clicks.
  package private(set) var users: [Double] = []
  /// Items × width; 0 for items without clicks.
  package private(set) var items: [Double]
  /// How many users took each item.
  package let counts: [Int]

  /// One side of the table of clicks.
  private struct Side {
    let lists: ClickLists
    /// The clicks of each entry.
    let counts: [Double]
    /// 1 / √(count + mean count) of each.
    let scales: [Double]

    init(_ lists: ClickLists) {
      self.lists = lists
      let counts = (0..<lists.count).map { Double(lists.range($0).count) }
      let present = counts.count { $0 > 0 }
      let mean = counts.reduce(0, +) / Double(max(1, present))
      self.counts = counts
      scales = counts.map { 1 / max($0 + mean, 1e-9).squareRoot() }
    }

    var present: Int { counts.count { $0 > 0 } }
  }

  /// - Parameters:
  ///   - rows: the training clicks.
  ///   - strength: the penalty in terms of √users + √items, the largest singular value that entries would have which
  ///     are noise of variance 1. That of damped ones is a half or less.
  ///   - sweeps: rounds of fitting users, then items.
  package init(
    _ rows: [Int32], in data: Dataset, width: Int, strength: Double, sweeps: Int, key: RandomKey
  ) {
    self.width = width
    let users = Side(ClickFactors.lists(rows, data))
    let items = Side(users.lists.turned(count: data.items.count))
    counts = items.counts.map { Int($0) }
    let penalty =
      strength * (Double(users.present).squareRoot() + Double(items.present).squareRoot())
    var stream = key.derived("items").stream
    self.items = (0..<data.items.count * width).map { _ in 0.1 * stream.normal() }
    for _ in (0..<sweeps).whileWanted(asking: 1) {
      self.users = solved(users, penalty, given: self.items, of: items)
      self.items = solved(items, penalty, given: self.users, of: users)
    }
  }

  /// What each user took, every item once.
  private static func lists(_ rows: [Int32], _ data: Dataset) -> ClickLists {
    var taken = [[Int32]](repeating: [], count: data.users.count)
    for row in rows.whileWanted() {
      taken[Int(data.interactions.users[Int(row)])].append(data.interactions.items[Int(row)])
    }
    var (offsets, others) = ([0], [Int32]())
    for own in taken {
      var last: Int32 = -1
      for item in own.sorted() where item != last {
        others.append(item)
        last = item
      }
      offsets.append(others.count)
    }
    return ClickLists(
      offsets: offsets, others: others, counts: [Float](repeating: 1, count: others.count))
  }

  /// The factors of one side, (QᵀQ + λI)⁻¹ Σ_i s_ui q_i, given those of the other side.
  private func solved(
    _ side: Side, _ penalty: Double, given factors: [Double], of other: Side
  ) -> [Double] {
    let (width, total) = (width, side.counts.reduce(0, +))
    var gram = PackedSymmetric.diagonal(Array(repeating: penalty, count: width))
    var expected = [Double](repeating: 0, count: width)
    for entry in 0..<other.lists.count where other.counts[entry] > 0 {
      let share = other.counts[entry] * other.scales[entry] / total
      for i in 0..<width {
        let factor = factors[entry * width + i]
        expected[i] += share * factor
        for j in 0...i {
          gram[PackedSymmetric.place(i, j)] += factor * factors[entry * width + j]
        }
      }
    }
    let inverse = PackedSymmetric.inverse(gram, size: width)
    let mean = expected
    let (count, run) = (side.lists.count, 16)
    return orderedMap((count + run - 1) / run) { number in
      let entries = number * run..<min(count, (number + 1) * run)
      var solutions = [Double](repeating: 0, count: entries.count * width)
      if Cancellation.isRequested { return solutions }
      for entry in entries where side.counts[entry] > 0 {
        var moments = mean.map { -side.counts[entry] * $0 }
        for at in side.lists.range(entry) {
          let taken = Int(side.lists.others[at])
          for i in 0..<width { moments[i] += other.scales[taken] * factors[taken * width + i] }
        }
        let size = total.squareRoot() * side.scales[entry]
        let start = (entry - entries.lowerBound) * width
        solutions.replaceSubrange(
          start..<start + width,
          with: PackedSymmetric.product(inverse, moments).map { size * $0 })
      }
      return solutions
    }.flatMap { $0 }
  }
}
