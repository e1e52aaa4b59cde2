import Datasets
import Kernels
import Language
import Models

extension Hybrid {
  /// The parts of a blend for interactions.
  private static var ofClicks: [any TunableBaseline] {
    [EpisodicEase(), Ease(), AlternatingLeastSquares()]
  }

  /// The blend for interactions: strengths and weights are those that rank best for training users whom the
  /// parts were not fitted on.
  func fittedToClicks(
    _ dataset: Dataset, _ training: [UserTask], _ key: RandomKey, _ kernels: KernelSet
  ) -> any Recommender {
    let parts = Cancellation.isRequested ? [] : Self.ofClicks
    var stream = key.derived("holdout").stream
    let shuffled = stream.shuffled(training)
    let held = HeldOutClicks(
      shuffled.prefix(Int((Double(training.count) * holdout).rounded(.up))), in: dataset)
    let rest = Array(shuffled.dropFirst(held.count))
    func strengths(_ part: any TunableBaseline, _ training: [UserTask]) -> FittedStrengths {
      part.strengths(
        of: dataset, training: training, key: key.derived(type(of: part).name), kernels: kernels)
    }
    let tried = parts.map { part -> HeldOutClicks.Scores in
      let strengths = strengths(part, rest)
      return held.best(strengths.settings.indices.map { index in { strengths.recommender(index) } })
    }
    let (shares, weights) = held.weights(tried)
    let chosen = zip(parts, tried).map { part, tried in
      (strengths: strengths(part, training), index: tried.index)
    }
    return Blend(
      title: Self.name, weights: weights,
      parts: chosen.map { $0.strengths.recommender($0.index) },
      shares: zip(chosen, shares).map { chosen, share in
        let settings = chosen.strengths.settings
        return BlendShare(
          name: type(of: settings[chosen.index]).name + " "
            + differingOptions(of: settings)[chosen.index], weight: share)
      }, predictsRatings: false)
  }
}

/// Training users whom a blend's parts were not fitted on.
private struct HeldOutClicks: Sendable {
  private let contexts: [UserContext]
  private let queries: [Set<Int>]
  private let items: [Int32]

  /// The scores of all items for each user, of the best of several recommenders.
  struct Scores: Sendable {
    var index: Int
    var rows: [[Float]]
    var quality: Double
  }

  init(_ tasks: ArraySlice<UserTask>, in dataset: Dataset) {
    let rows = dataset.interactions
    contexts = tasks.map { UserContext($0, in: rows) }
    queries = tasks.map { task in
      let known = Set(task.support.map { rows.items[Int($0)] })
      return Set(task.query.map { rows.items[Int($0)] }).subtracting(known).reduce(into: []) {
        $0.insert(Int($1))
      }
    }
    items = (0..<Int32(dataset.items.count)).map { $0 }
  }

  var count: Int { contexts.count }

  /// Makes one after the other, so that only one takes memory at a time. Of equals the first; the middle one
  /// when there is nobody to ask.
  func best(_ recommenders: [() -> any Recommender]) -> Scores {
    var best = Scores(index: recommenders.count / 2, rows: [], quality: -1)
    guard queries.contains(where: { !$0.isEmpty }) else { return best }
    for (index, make) in recommenders.enumerated() where !Cancellation.isRequested {
      let recommender = make()
      let rows = orderedMap(count) { recommender.scores(for: contexts[$0], items: items) }
      let quality = quality(rows)
      if quality > best.quality { best = Scores(index: index, rows: rows, quality: quality) }
    }
    return best
  }

  /// The mean nDCG; of users without a query none.
  private func quality(_ rows: [[Float]]) -> Double {
    let all = orderedMap(count) { user -> Double? in
      guard !queries[user].isEmpty, user < rows.count else { return nil }
      var scores = rows[user]
      for rating in contexts[user].support { scores[Int(rating.item)] = -.infinity }
      var list = HighestScores(RankingQuality.cutoff)
      scores.withUnsafeBufferPointer { list.add($0, from: 0) }
      return RankingQuality.ndcg(
        list.found.map(\.place), queries[user], asked: queries[user].count)
    }.compactMap(\.self)
    return all.isEmpty ? 0 : all.reduce(0, +) / Double(all.count)
  }

  /// Tenths that the weights of parts are multiples of.
  private static let steps = 10

  /// The weights, 1 in sum, that rank best, of scores with a standard deviation of 1; and divided by that deviation.
  func weights(_ parts: [Scores]) -> (shares: [Double], weights: [Double]) {
    let spreads = parts.map { spread($0.rows) }
    var best = (shares: parts.map { _ in 1 / Double(max(1, parts.count)) }, quality: -1.0)
    if parts.allSatisfy({ !$0.rows.isEmpty }) {
      for shares in Self.shares(of: Self.steps, among: parts.count)
      where !Cancellation.isRequested {
        let weights = zip(shares, spreads).map { Float($0) / Float(Self.steps) / Float($1) }
        let rows = orderedMap(count) { user in
          items.indices.map { item in
            zip(weights, parts).reduce(Float(0)) { $0 + $1.0 * $1.1.rows[user][item] }
          }
        }
        let quality = quality(rows)
        if quality > best.quality {
          best = (shares.map { Double($0) / Double(Self.steps) }, quality)
        }
      }
    }
    return (best.shares, zip(best.shares, spreads).map { $0 / $1 })
  }

  /// The mean standard deviation of a user's scores; 1 where there is none.
  private func spread(_ rows: [[Float]]) -> Double {
    let deviations = rows.filter { !$0.isEmpty }.map { row -> Double in
      let mean = row.reduce(0.0) { $0 + Double($1) } / Double(row.count)
      let squares = row.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
      return (squares / Double(row.count)).squareRoot()
    }
    let mean = deviations.reduce(0, +) / Double(max(1, deviations.count))
    return mean > 0 ? mean : 1
  }

  /// All ways to divide so many steps.
  private static func shares(of steps: Int, among parts: Int) -> [[Int]] {
    guard parts > 1 else { return [Array(repeating: steps, count: parts)] }
    return (0...steps).flatMap { first in
      shares(of: steps - first, among: parts - 1).map { [first] + $0 }
    }
  }
}
