import Kernels
import Models

extension NewItems {
  /// Every so many anchors one is scored as though it were new.
  private static let hiddenEvery = 9
  /// About so many users are asked.
  private static let asked = 500
  /// Of what else a user took one of so many is asked for.
  private static let share = 5
  private static let factors: [Float] = [1, 1.25, 1.6, 2, 2.5, 3.2]

  /// What the scores of new items are multiplied by, for lists of new and known items: the factor with which
  /// training users find items that are scored as though they were new, and a fifth of what else they took, best
  /// by the rest. The first of equal ones.
  func scale(of owner: ItemTable, _ options: NewItemOptions, _ clicks: TrainingClicks) -> Float {
    let hidden = Array(stride(from: Self.hiddenEvery / 2, to: anchors.count, by: Self.hiddenEvery))
    let items = hidden.map { anchors[$0] }
    guard !items.isEmpty, !Cancellation.isRequested else { return 1 }
    let predicted = columns(items, of: owner, options, clicks, hidden: hidden)
    let isHidden = Set(items)
    let step = max(1, clicks.userCount / Self.asked)
    let users = Array(stride(from: 0, to: clicks.userCount, by: step))
    let found = orderedMap(users.count, abandoned: [Double]()) { place in
      let taken = clicks.byUser.range(users[place]).map {
        TakenItem(column: clicks.byUser.others[$0], count: clicks.byUser.counts[$0])
      }
      let known = taken.filter { !isHidden.contains($0.column) }.enumerated()
        .filter { ($0.offset + users[place]) % Self.share != 0 }.map(\.element)
      guard !known.isEmpty, known.count < taken.count else { return [] }
      return qualities(of: owner, predicted, items, known: known, taken: taken)
    }
    let sums = Self.factors.indices.map { index in
      found.reduce(0.0) { $1.isEmpty ? $0 : $0 + $1[index] }
    }
    let best = sums.indices.reduce(0) { sums[$1] > sums[$0] ? $1 : $0 }
    return Self.factors[best]
  }

  /// How well those who took some items are found what else they took, with each factor.
  ///
  /// - Parameter predicted: the columns of `items`, as though these were new.
  private func qualities(
    of owner: ItemTable, _ predicted: PanelMatrix, _ items: [Int32], known: [TakenItem],
    taken: [TakenItem]
  ) -> [Double] {
    var scores = owner.columnScores(known)
    let guessed = owner.columnScores(known, of: predicted)
    for column in new { scores[Int(column)] = -.infinity }
    for item in known { scores[Int(item.column)] = -.infinity }
    let asked = Set(taken.map { Int($0.column) }).subtracting(known.map { Int($0.column) })
    let count = owner.columns.count
    return Self.factors.map { factor in
      for (place, item) in items.enumerated() { scores[Int(item)] = factor * guessed[place] }
      var list = HighestScores(RankingQuality.cutoff)
      scores.withUnsafeBufferPointer {
        list.add(UnsafeBufferPointer(rebasing: $0[..<count]), from: 0)
      }
      return RankingQuality.ndcg(list.found.map(\.place), asked, asked: asked.count)
    }
  }
}
