import Datasets
import Evaluation
import Kernels
import Language
import Testing

/// The metrics written as their papers have them: on one order of the candidates and one set of
/// positives.
private enum Plain {
  static func ndcg(_ gains: [Double], ideal: [Double], _ k: Int) -> Double {
    func dcg(_ gains: [Double]) -> Double {
      gains.prefix(k).enumerated().reduce(0) {
        $0 + $1.element / Elementary.log2(Double($1.offset) + 2)
      }
    }
    return dcg(gains) / dcg(ideal.sorted(by: >))
  }

  static func precision(_ hits: [Bool], _ k: Int) -> Double {
    Double(hits.prefix(k).count { $0 }) / Double(k)
  }

  static func recall(_ hits: [Bool], _ k: Int) -> Double {
    Double(hits.prefix(k).count { $0 }) / Double(hits.count { $0 })
  }

  static func hit(_ hits: [Bool], _ k: Int) -> Double { hits.prefix(k).contains(true) ? 1 : 0 }

  static func reciprocalRank(_ hits: [Bool], _ k: Int) -> Double {
    hits.prefix(k).firstIndex(of: true).map { 1 / Double($0 + 1) } ?? 0
  }
}

func permutations<T>(_ elements: [T]) -> [[T]] {
  guard elements.count > 1 else { return [elements] }
  return elements.indices.flatMap { index in
    var rest = elements
    let chosen = rest.remove(at: index)
    return permutations(rest).map { [chosen] + $0 }
  }
}

/// Every order of the candidates that the scores allow.
func orders(_ scores: [Float]) -> [[Int]] {
  permutations(Array(scores.indices)).filter { order in
    zip(order, order.dropFirst()).allSatisfy { scores[$0] >= scores[$1] }
  }
}

/// Every set of positives that the rule allows, equally likely.
func positiveSets(_ rule: Positives, _ ratings: [Float], scale: RatingScale, cutoff: Int)
  -> [[Bool]]
{
  if let threshold = rule.threshold(on: scale) { return [ratings.map { $0 >= threshold }] }
  let best = if case .topMost(let count) = rule { count } else { cutoff }
  return orders(ratings).map { order in
    let chosen = Set(order.prefix(best))
    return ratings.indices.map { chosen.contains($0) }
  }
}

private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

@Suite struct TieExpectationTests {
  let scale = RatingScale(1, 5)

  /// Small queries with many ties of both kinds.
  private static func queries() -> [(scores: [Float], ratings: [Float])] {
    var stream = RandomKey(seed: 11).stream
    return (0..<40).map { _ in
      let count = 2 + stream.below(4)
      return (
        (0..<count).map { _ in Float(stream.below(3)) },
        (0..<count).map { _ in Float(1 + stream.below(5)) }
      )
    }
  }

  @Test(arguments: [Positives.high, .atLeast(3), .top, .topMost(2)], [1, 2, 3])
  func positiveMetricsAreTheMeanOverAllOrdersAndDraws(rule: Positives, cutoff: Int) throws {
    let plain: [(any PositivesMetric, ([Bool], Int) -> Double)] = [
      (Precision(), Plain.precision), (Recall(), Plain.recall), (HitRate(), Plain.hit),
      (ReciprocalRank(), Plain.reciprocalRank),
    ]
    for (scores, ratings) in Self.queries() {
      let query = JudgedQuery(scores: scores, ratings: ratings, scale: scale)
      let sets = positiveSets(rule, ratings, scale: scale, cutoff: cutoff)
      for (metric, definition) in plain {
        var metric = metric
        metric.cutoff = cutoff
        metric.positives = rule
        let value = metric.value(of: query)
        let field = metric.field
        guard sets[0].contains(true) else {
          #expect(value == nil)
          continue
        }
        let expected = mean(
          orders(scores).flatMap { order in
            sets.map { set in definition(order.map { set[$0] }, cutoff) }
          })
        #expect(abs(try #require(value) - expected) < 1e-12, "\(field) \(scores) \(ratings)")
      }
    }
  }

  @Test(arguments: Gain.allCases, [1, 3, 5])
  func ndcgIsTheMeanOverAllOrders(gain: Gain, cutoff: Int) throws {
    for (scores, ratings) in Self.queries() {
      var metric = NDCG()
      metric.cutoff = cutoff
      metric.gain = gain
      metric.positives = .topMost(2)
      let gains: [[Double]] =
        switch gain {
        case .exponential: [ratings.map { Elementary.pow(2, Double($0)) - 1 }]
        case .linear: [ratings.map(Double.init)]
        case .binary:
          positiveSets(.topMost(2), ratings, scale: scale, cutoff: cutoff)
            .map { $0.map { $0 ? 1 : 0 } }
        }
      let expected = mean(
        orders(scores).flatMap { order in
          gains.map { gains in Plain.ndcg(order.map { gains[$0] }, ideal: gains, cutoff) }
        })
      let query = JudgedQuery(scores: scores, ratings: ratings, scale: scale)
      #expect(abs(try #require(metric.value(of: query)) - expected) < 1e-12)
    }
  }
}
