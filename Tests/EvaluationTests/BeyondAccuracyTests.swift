import Datasets
import Evaluation
import Kernels
import Language
import Testing

/// The metrics beside errors and nDCG, on queries small enough to compute by hand.
@Suite struct BeyondAccuracyTests {
  private let scale = RatingScale(1, 5)

  private func metric(_ spelling: String) throws -> any Metric {
    var member: any Configurable = try metrics.make(spelling).get()
    _ = set(option: "positives", to: .number(4), of: &member)
    return try #require(member as? any Metric)
  }

  private func value(_ spelling: String, _ scores: [Float], _ ratings: [Float]) throws -> Double {
    let query = JudgedQuery(scores: scores, ratings: ratings, scale: scale)
    return try #require(try metric(spelling).value(of: query))
  }

  private func isNear(_ a: Double?, _ b: Double) -> Bool { a.map { abs($0 - b) < 1e-9 } ?? false }

  @Test func averagePrecisionIsTheMeanPrecisionAtThePositives() throws {
    // Positives at places 1 and 3: (1/1 + 2/3) / 2.
    #expect(isNear(try value("map@3", [4, 3, 2, 1], [5, 1, 4, 2]), 5.0 / 6))
    // Only the first two places count: 1/1 of the two that fit.
    #expect(isNear(try value("map@2", [4, 3, 2, 1], [5, 1, 4, 2]), 0.5))
    // Tied: first with chance 1/2, else second.
    #expect(isNear(try value("map@2", [1, 1], [5, 1]), 0.75))
  }

  @Test func aucCountsPairsInTheRightOrder() throws {
    // Of (5, 1), (5, 2), (4, 1), (4, 2) only the third is in the wrong order.
    #expect(isNear(try value("auc", [4, 3, 2, 1], [5, 1, 4, 2]), 0.75))
    #expect(isNear(try value("auc", [1, 1, 1], [5, 1, 4]), 0.5))
  }

  @Test func logLossIsTheCrossEntropyOfPlacesOnTheScale() throws {
    let query = JudgedQuery(scores: [0.8, 0.4], ratings: [1, 0], scale: RatingScale(0, 1))
    // (−ln 0.8 − ln 0.6) / 2
    let loss = try #require(try metric("log-loss").value(of: query))
    #expect(abs(loss - 0.366984587) < 1e-6)
  }

  @Test func coverageCountsItemsInAnyonesFirstPlaces() throws {
    func query(_ items: [Int32], _ scores: [Float]) -> JudgedQuery {
      JudgedQuery(items: items, scores: scores, ratings: [5], scale: scale)
    }
    let coverage = try metric("coverage@1")
    let first = query([0, 1], [2, 1])
    #expect(isNear(coverage.total(of: [first, query([0, 2], [2, 1])]), 1.0 / 3))
    // Items 0 and 2 tie: item 2 stands first with chance 1/2.
    #expect(isNear(coverage.total(of: [first, query([0, 2], [1, 1])]), 0.5))
  }

  @Test func calibrationIsTheGapBetweenPredictionsAndRatings() throws {
    let query = JudgedQuery(scores: [2, 4], ratings: [3, 4], scale: scale)
    #expect(isNear(try metric("calibration").total(of: [query]), 0.5))
  }

  /// Item 0 of kind a, item 1 of a and b, item 2 of b; all three training users rated item 0.
  private var background: Background {
    let kinds = Feature(
      "kind",
      .categories(Vocabulary(["a", "b"]), offsets: [0, 1, 3, 4], codes: [0, 0, 1, 1]))
    let data = Dataset(
      name: "three", users: Entities(ids: Vocabulary(["u", "v", "w"])),
      items: Entities(ids: Vocabulary(["0", "1", "2"]), features: [kinds]),
      interactions: Interactions(users: [0, 1, 2], items: [0, 0, 0], ratings: [1, 2, 3]),
      scale: scale)
    return Background(
      data, training: (0..<3).map { UserTask(user: $0, support: [$0], query: []) })
  }

  private func query(_ items: [Int32]) -> JudgedQuery {
    JudgedQuery(
      items: items, scores: items.map { -Float($0) }, ratings: items.map { _ in 3 }, scale: scale,
      background: background)
  }

  @Test func noveltyIsInBitsOfPopularity() throws {
    // −log2((3 + 1) / (3 + 1)) = 0 and −log2(1 / 4) = 2.
    #expect(isNear(try metric("novelty@1").value(of: query([0, 1])), 0))
    #expect(isNear(try metric("novelty@2").value(of: query([0, 1])), 1))
  }

  @Test func diversityIsOneMinusTheCosineOfCategories() throws {
    #expect(isNear(try metric("diversity@2").value(of: query([0, 2])), 1))
    #expect(isNear(try metric("diversity@2").value(of: query([0, 1])), 1 - 0.5.squareRoot()))
    // Pairs (0, 1), (0, 2), (1, 2).
    let all = 1 - 2 * 0.5.squareRoot() / 3
    #expect(isNear(try metric("diversity@3").value(of: query([0, 1, 2])), all))
  }

  @Test func errorsOverRatingsWeighEveryRatingTheSame() throws {
    let queries = [
      JudgedQuery(scores: [1, 2, 3], ratings: [1, 2, 3], scale: scale),
      JudgedQuery(scores: [5], ratings: [1], scale: scale),
    ]
    var member: any Configurable = try metrics.make("rmse").get()
    #expect(set(option: "over", to: .word("ratings"), of: &member) == nil)
    let rmse = try #require(member as? any Metric)
    #expect(rmse.isPooled)
    #expect(isNear(rmse.total(of: queries), 2))
  }

  @Test func roundingMovesPredictionsToTheNearestRating() throws {
    #expect(isNear(try value("rounded-mae", [4.4, 2.6, 9], [4, 2, 5]), 1.0 / 3))
  }
}

/// How often tests cry wolf where nothing differs.
@Suite struct FalseAlarmTests {
  /// Two equally good models on 120 users: a user's queries are easy or hard for both, and values are coarse, with
  /// many equal ones, as precision at 5 is.
  private func values(_ run: Int) -> (first: [Double], second: [Double]) {
    var stream = RandomKey(seed: 11).derived("false alarms").derived(run).stream
    func one(_ ease: Double) -> Double {
      Double((0..<5).count { _ in stream.uniform() < ease }) / 5
    }
    var pair: (first: [Double], second: [Double]) = ([], [])
    for _ in 0..<120 {
      let ease = stream.uniform()
      pair.first.append(one(ease))
      pair.second.append(one(ease))
    }
    return pair
  }

  private func alarms(_ runs: Int, _ pValue: (([Double], [Double])) -> Double?) -> Double {
    let found = (0..<runs).count { run in
      let (first, second) = values(run)
      return (pValue((first, second)) ?? 1) < 0.05
    }
    return Double(found) / Double(runs)
  }

  @Test func theTestsAreRightInNineteenOfTwentyCases() {
    // With 6,000 runs the share found has a standard error of 0.0028.
    let paired = alarms(6000) { pairedTest($0.0, $0.1)?.pValue }
    let ranks = alarms(6000) { wilcoxonTest(pairedDifferences($0.0, $0.1)).pValue }
    let groups = alarms(6000) { welchTest($0.0, Array($0.1.reversed())) }
    for (name, share) in [("t", paired), ("Wilcoxon", ranks), ("Welch", groups)] {
      // Welch's groups are of users who are drawn the same way, but not the same users.
      let allowed = name == "Welch" ? 0.0...0.06 : 0.04...0.06
      #expect(allowed.contains(share), "\(name): \(share)")
    }
  }

  @Test func theBootstrapIntervalHoldsTheTruthInNineteenOfTwentyCases() {
    let misses = (0..<1000).count { run in
      let (first, second) = values(run)
      let key = RandomKey(seed: 12).derived(run)
      let interval = bootstrapInterval(pairedDifferences(first, second), draws: 400, key: key)
      return interval.map { !$0.contains(0) } ?? true
    }
    #expect((30...75).contains(misses), "\(misses) of 1000")
  }

  @Test func aFamilyOfTestsCriesWolfNoMoreOftenThanOne() {
    // Three comparisons a run, corrected: any alarm at all in at most 6 % of runs.
    let runs = 1500
    let found = (0..<runs).count { run in
      let pValues = (0..<3).compactMap { member -> Double? in
        let (first, second) = values(run * 3 + member)
        return pairedTest(first, second)?.pValue
      }
      return holmCorrected(pValues).contains { $0 < 0.05 }
    }
    #expect(Double(found) / Double(runs) < 0.06, "\(found) of \(runs)")
  }
}
