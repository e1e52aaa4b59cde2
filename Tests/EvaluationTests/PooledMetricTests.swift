import Datasets
import Evaluation
import Kernels
import Language
import Testing

private let scale = RatingScale(1, 5)

/// Two users: positives .9 and .5, negatives .2, .5 and .1.
private let queries = [
  JudgedQuery(scores: [0.9, 0.2], ratings: [5, 1], scale: scale),
  JudgedQuery(scores: [0.5, 0.5, 0.1], ratings: [4, 2, 1], scale: scale),
]

private func shared(_ spelling: String, _ options: [String: Value] = [:]) throws -> any SharedMetric
{
  var member: any Configurable = try metrics.make(spelling).get()
  for (name, value) in options { #expect(set(option: name, to: value, of: &member) == nil) }
  return try #require(member as? any SharedMetric)
}

private func mean(_ shares: [Double?]?) throws -> Double {
  let known = try #require(shares).compactMap(\.self)
  return known.reduce(0, +) / Double(known.count)
}

@Suite struct PooledMetricTests {
  @Test func theAreaCountsPairsOfAllUsers() throws {
    // .9 is above all three negatives; .5 is above two and ties with one.
    let shares = try #require(try shared("pooled-auc").shares(of: queries))
    #expect(abs(try mean(shares) - 5.5 / 6) < 1e-15)
    // Pairs with a candidate of the first user: won 5 of 5; of the second 6 of 7.
    let value = 5.5 / 6
    #expect(abs(try #require(shares[0]) - (value + 2 * (5 - value * 5) / 6)) < 1e-15)
    #expect(abs(try #require(shares[1]) - (value + 2 * (6 - value * 7) / 6)) < 1e-15)
  }

  @Test func scoresThatKnowNothingHaveHalf() throws {
    #expect(try mean(try shared("pooled-auc").chanceShares(of: queries)) == 0.5)
    let halves = [JudgedQuery(scores: [2, 2, 2], ratings: [5, 1, 1], scale: scale)]
    #expect(try mean(try shared("pooled-auc").shares(of: halves)) == 0.5)
  }

  @Test func withoutBothKindsThereIsNoArea() throws {
    let one = [JudgedQuery(scores: [1, 2], ratings: [5, 5], scale: scale)]
    #expect(try shared("pooled-auc").shares(of: one) == nil)
    #expect(try shared("pooled-auc").shares(of: []) == nil)
  }

  @Test func aUserWithoutCandidatesHasNoShare() throws {
    let more = queries + [JudgedQuery(scores: [], ratings: [], scale: scale)]
    let shares = try #require(try shared("pooled-auc").shares(of: more))
    #expect(shares[2] == nil)
    #expect(abs(try mean(shares) - 5.5 / 6) < 1e-15)
  }

  @Test func contestedPlacesCountByTheirProbability() throws {
    // Of two equal ratings one is among the best: each is positive with probability 1/2.
    let query = JudgedQuery(scores: [2, 1], ratings: [4, 4], scale: scale)
    let area = try mean(
      try shared("pooled-auc", ["positives": .word("top1")]).shares(of: [query]))
    #expect(abs(area - 0.5) < 1e-15)
  }

  /// The standard error of the shares is what drawing users anew gives.
  @Test func sharesVaryAsTheAreaOverDrawnUsers() throws {
    var stream = RandomKey(seed: 11).stream
    let many = (0..<80).map { _ in
      let level = 0.8 * stream.normal()
      let ratings: [Float] = (0..<(3 + stream.below(20))).map { _ in stream.uniform() < 0.4 ? 5 : 2
      }
      return JudgedQuery(
        scores: ratings.map { Float(level + stream.normal() + ($0 > 3 ? 0.7 : 0)) },
        ratings: ratings,
        scale: scale)
    }
    let metric = try shared("pooled-auc")
    let shares = try #require(metric.shares(of: many)).compactMap(\.self)
    let interval = try #require(MeanInterval(shares))
    let means = try (0..<300).map { _ in
      try mean(metric.shares(of: many.map { _ in many[stream.below(many.count)] }))
    }
    let drawn = try #require(MeanInterval(means))
    let error = interval.deviation / Double(shares.count).squareRoot()
    #expect(abs(error / drawn.deviation - 1) < 0.15)
  }

  @Test func f1CountsWhatScoresAboveTheThreshold() throws {
    // Above the mean .44 of all: .9, .5 and .5, two of them positive, and no positive is missed.
    #expect(abs(try mean(try shared("pooled-f1").shares(of: queries)) - 0.8) < 1e-15)
    // At .5 half of two is taken: 1.5 hits of 2 taken and 2 positives.
    let at = try shared("pooled-f1", ["threshold": .number(0.5)])
    #expect(abs(try mean(at.shares(of: queries)) - 0.75) < 1e-15)
    // Of one user alone their own mean counts.
    let own = try metrics.make("f1").get()
    #expect(own.value(of: queries[0]) == 1)
    // Mean .3667: .5 and .5 are above, one of them positive.
    #expect(abs(try #require(own.value(of: queries[1])) - 2.0 / 3) < 1e-15)
    #expect(own.value(of: JudgedQuery(scores: [1], ratings: [1], scale: scale)) == nil)
  }

  @Test func f1OfScoresThatKnowNothingTakesHalf() throws {
    // 1 of 2 positives, 1.5 of 3 negatives: 2 / (2.5 + 2).
    #expect(abs(try mean(try shared("pooled-f1").chanceShares(of: queries)) - 2 / 4.5) < 1e-15)
    #expect(try shared("pooled-f1", ["threshold": .number(3)]).chanceShares(of: queries) == nil)
    // A mean of equal scores is that score, to the last bit.
    let equal = [JudgedQuery(scores: [0.1, 0.1, 0.1], ratings: [5, 5, 1], scale: scale)]
    #expect(abs(try mean(try shared("pooled-f1").shares(of: equal)) - 2 / 3.5) < 1e-15)
  }
}
