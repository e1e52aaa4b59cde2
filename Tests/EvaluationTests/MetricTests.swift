import Datasets
import Evaluation
import Kernels
import Language
import Testing

private let scale = RatingScale(1, 5)

private func metric(_ spelling: String, _ options: [String: Value] = [:]) throws -> any Metric {
  var member: any Configurable = try metrics.make(spelling).get()
  for (name, value) in options { #expect(set(option: name, to: value, of: &member) == nil) }
  return try #require(member as? any Metric)
}

@Suite struct MetricTests {
  let query = JudgedQuery(scores: [4.5, 3, 6, 1], ratings: [5, 3, 4, 1], scale: scale)

  @Test func everyCatalogMemberIsAMetricWhoseFieldIsItsSpelling() throws {
    for name in metrics.members.names {
      let plain = try metrics.make(name).get()
      #expect(plain.field == name)
      if plain is any CutoffMetric {
        #expect(try metrics.make(name + "@10").get().field == name + "@10")
      }
    }
  }

  @Test func aCutoffIsReadFromTheSpelling() throws {
    let ndcg = try #require(try metrics.make("ndcg@10").get() as? NDCG)
    #expect(ndcg.cutoff == 10)
    #expect(ndcg.title == "nDCG@10")
    #expect(throws: Problem.self) { try metrics.make("mae@10").get() }
    #expect(throws: Problem.self) { try metrics.make("ndcg@0").get() }
  }

  @Test func errorsAreTakenOfPredictionsWithinTheScale() throws {
    // |5 − 4.5|, |3 − 3|, |4 − 5| (6 is moved to 5), |1 − 1|
    #expect(try metric("mae").value(of: query) == 1.5 / 4)
    #expect(try metric("rmse").value(of: query) == (1.25 / 4).squareRoot())
  }

  @Test func ndcgMatchesAHandComputedQuery() throws {
    // Order by score: ratings 4, 5, 3, 1.
    let third = Elementary.log2(3)
    let linear = try #require(
      metric("ndcg@2", ["gain": .word("linear")]).value(of: query))
    #expect(abs(linear - (4 + 5 / third) / (5 + 4 / third)) < 1e-15)
    let exponential = try #require(metric("ndcg@2").value(of: query))
    #expect(abs(exponential - (15 + 31 / third) / (31 + 15 / third)) < 1e-15)
  }

  @Test func aPerfectOrderHasFullMarks() throws {
    let perfect = JudgedQuery(scores: [4, 3, 2, 1], ratings: [5, 4, 4, 1], scale: scale)
    for spelling in ["ndcg", "ndcg@1", "ndcg@3", "hit@1", "mrr@4", "precision@3", "recall@3"] {
      #expect(try metric(spelling, [:]).value(of: perfect) == 1, "\(spelling)")
    }
  }

  @Test func aQueryWithoutPositivesHasNoValue() throws {
    let bad = JudgedQuery(scores: [1, 2], ratings: [1, 2], scale: scale)
    for spelling in ["precision@1", "recall@1", "hit@1", "mrr@1"] {
      #expect(try metric(spelling).value(of: bad) == nil)
    }
    #expect(try metric("ndcg@1").value(of: bad) != nil)
  }

  @Test func placesThatCandidatesDoNotFillAreMisses() throws {
    let short = JudgedQuery(scores: [1, 2], ratings: [5, 5], scale: scale)
    #expect(try metric("precision@5").value(of: short) == 0.4)
    #expect(try metric("recall@5").value(of: short) == 1)
  }

  @Test func unratedCandidatesAreNeverPositiveAndGainNothing() throws {
    let mixed = JudgedQuery(scores: [1, 3, 2], ratings: [5], scale: scale)
    #expect(try metric("precision@1").value(of: mixed) == 0)
    #expect(try metric("mrr").value(of: mixed) == 1 / 3.0)
    #expect(try metric("ndcg").value(of: mixed) == 1 / 2.0)
  }

  @Test(arguments: [10, 256, 257, 5000])
  func candidatesOfEqualScoresStayAsTheyStand(count: Int) {
    var chance = RandomKey(seed: 4).stream
    let odd: [Float] = [0, -0.0, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, -1, 1]
    let scores = (0..<count).map { _ in
      chance.below(3) == 0
        ? odd[chance.below(odd.count)] : Float(chance.below(400)) / 16 - 12
    }
    let order = JudgedQuery(scores: scores, ratings: [], scale: RatingScale(1, 5)).order
    let keys = scores.map { $0.isNaN ? -.infinity : $0 }
    #expect(order == (0..<count).sorted { (-keys[$0], $0) < (-keys[$1], $1) })
  }

  @Test func aScoreThatIsNoNumberRanksLast() throws {
    let query = JudgedQuery(scores: [.nan, 1], ratings: [5, 1], scale: scale)
    #expect(try metric("mrr").value(of: query) == 0.5)
  }

  @Test func positivesAreReadFromNumbersAndWords() {
    #expect(Positives.read(.number(4)) == .atLeast(4))
    #expect(Positives.read(.word("4+")) == .atLeast(4))
    #expect(Positives.read(.word("top5")) == .topMost(5))
    #expect(Positives.read(.word("top")) == .top)
    #expect(Positives.read(.word("top0")) == nil)
    #expect(Positives.read(.word("best")) == nil)
    #expect(Positives.high.threshold(on: scale) == 4)
    #expect(Positives.high.threshold(on: RatingScale(0, 1)) == 0.75)
  }
}

@Suite struct ChanceTests {
  /// RecBole-MetaRec's protocol: the 5 best of 10 are positive, and 5 places count.
  @Test func chanceOfFiveInTenIsExact() throws {
    let ratings: [Float] = [5, 5, 4, 4, 4, 4, 3, 3, 2, 1]
    let query = JudgedQuery(
      scores: (0..<10).map(Float.init), ratings: ratings, scale: scale)
    let top: [String: Value] = ["positives": .word("top")]
    func chance(_ spelling: String, _ more: [String: Value] = [:]) throws -> Double {
      try #require(
        metric(spelling, top.merging(more) { $1 }).chance(of: query))
    }
    #expect(abs(try chance("precision@5") - 0.5) < 1e-12)
    #expect(abs(try chance("recall@5") - 0.5) < 1e-12)
    #expect(abs(try chance("ndcg@5", ["gain": .word("binary")]) - 0.5) < 1e-12)
    #expect(abs(try chance("hit@5") - 251 / 252) < 1e-12)
    // Σ 1/r · P(first positive at r) = 0.703968…
    #expect(
      abs(try chance("mrr@5") - (1260 + 700.0 / 2 + 350 / 3.0 + 150 / 4.0 + 50 / 5.0) / 2520)
        < 1e-12)
    #expect((try chance("mrr@5") * 1e4).rounded() == 7040)
  }

  @Test func chanceIsTheMeanOverAllOrders() throws {
    let ratings: [Float] = [5, 4, 2, 1, 4]
    let orders = permutations([0, 1, 2, 3, 4] as [Float])
    for spelling in ["ndcg@2", "precision@3", "recall@2", "hit@2", "mrr@3"] {
      let metric = try metric(spelling)
      let values = orders.compactMap {
        metric.value(of: JudgedQuery(scores: $0, ratings: ratings, scale: scale))
      }
      let mean = values.reduce(0, +) / Double(values.count)
      let query = JudgedQuery(scores: orders[0], ratings: ratings, scale: scale)
      #expect(abs(try #require(metric.chance(of: query)) - mean) < 1e-12, "\(spelling)")
    }
  }

  @Test func errorOfChanceIsThatOfAnEvenDraw() throws {
    let query = JudgedQuery(scores: [0, 0], ratings: [1, 4], scale: scale)
    let draws = (0..<100_000).map { 1 + 4 * (Double($0) + 0.5) / 100_000 }
    let absolute = draws.reduce(0) { $0 + (abs($1 - 1) + abs($1 - 4)) / 2 } / 100_000
    let squared = draws.reduce(0) { $0 + (($1 - 1) * ($1 - 1) + ($1 - 4) * ($1 - 4)) / 2 } / 100_000
    #expect(abs(try #require(metric("mae").chance(of: query)) - absolute) < 1e-6)
    #expect(abs(try #require(metric("rmse").chance(of: query)) - squared.squareRoot()) < 1e-6)
  }
}
