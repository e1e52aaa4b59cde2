import Evaluation
import Testing

/// What an audit of privacy counts with: intervals of shares and areas, and what guesses say of ε.
@Suite struct AuditStatisticsTests {
  private func near(_ a: Double, _ b: Double, _ tolerance: Double = 1e-6) -> Bool {
    abs(a - b) <= tolerance
  }

  /// As SciPy's quantiles of the beta distribution give them.
  @Test func sharesHaveTheIntervalOfClopperAndPearson() {
    let some = BinomialInterval(3, of: 20)
    #expect(near(some.low, 0.0320709371854637) && near(some.high, 0.37892682654531396))
    let none = BinomialInterval(0, of: 10)
    #expect(none.low == 0 && near(none.high, 0.3084971078187608))
    let all = BinomialInterval(10, of: 10)
    #expect(near(all.low, 1 - 0.3084971078187608) && all.high == 1)
    let nothing = BinomialInterval(0, of: 0)
    #expect(nothing.low == 0 && nothing.high == 1 && nothing.share.isNaN)
  }

  @Test func theAreaCountsTiesHalf() throws {
    let area = try #require(AreaInterval([1, 2, 3], above: [0, 2, 2, 5]))
    // 1 beats 0; 2 beats 0 and ties twice; 3 beats three.
    #expect(near(area.area, (1 + 2 + 3) / 12))
    #expect(area.low < area.area && area.area < area.high)
    #expect(AreaInterval([], above: [1]) == nil)
  }

  @Test func groupsThatDoNotOverlapStillLeaveDoubt() throws {
    let apart = try #require(
      AreaInterval((0..<20).map { Double($0) + 100 }, above: (0..<20).map { Double($0) }))
    #expect(apart.area == 1 && apart.high == 1 && apart.low > 0.8 && apart.low < 0.99)
    let equal = try #require(
      AreaInterval(Array(repeating: 1, count: 50), above: Array(repeating: 1, count: 50)))
    #expect(equal.area == 0.5 && near(equal.low, 1 - equal.high, 1e-9) && equal.low > 0.35)
  }

  /// As the program in the appendix of Steinke, Nasr and Jagielski 2023 gives them.
  @Test(
    arguments: [
      (200, 200, 130, 0, 0.23343576286509443, 0.9953626608425297, 0.3664870682103421),
      (200, 100, 90, 1e-5, 0.00010788056308897007, 0.00019014421469383546, 1.6298921923120524),
      (1000, 100, 95, 1e-3, 0.047188617128385284, 0.06639000096991607, 0.5943136317308007),
      (100, 100, 100, 0, 2.576903630233085e-21, 2.4843785557240134e-14, 3.4929654311522937),
      (500, 200, 150, 1e-4, 0.0027493118623729282, 0.30936164285298867, 0.8141427908404675),
    ] as [(Int, Int, Int, Double, Double, Double, Double)])
  func guessesRefuteWhatTheyDoElsewhere(
    coins: Int, guesses: Int, correct: Int, delta: Double, half: Double, one: Double, least: Double
  ) {
    let audit = OneRunAudit(coins: coins, guesses: guesses, correct: correct, delta: delta)
    #expect(near(audit.pValue(epsilon: 0.5) / half, 1, 1e-8))
    #expect(near(audit.pValue(epsilon: 1) / one, 1, 1e-8))
    #expect(near(audit.leastEpsilon(level: 0.05), least, 1e-6))
  }

  @Test func whatIsNoBetterThanChanceRefutesNothing() throws {
    #expect(
      OneRunAudit(coins: 100, guesses: 100, correct: 50, delta: 0).leastEpsilon(level: 0.05) == 0)
    #expect(
      OneRunAudit(coins: 100, guesses: 0, correct: 0, delta: 0).leastEpsilon(level: 0.05) == 0)
    // Equal scores are put in an order that knows nothing of who was in.
    let isMember = (0..<200).map { $0 * 7 % 13 < 6 }
    let flat = try #require(
      MembershipInference(scores: isMember.map { _ in 1 }, isMember: isMember, delta: 1e-5))
    #expect(flat.area.area == 0.5 && flat.bound.epsilon == 0)
  }

  @Test func ratesAreThoseOfTheThreshold() throws {
    let scores = (0..<200).map { Double($0) }
    let isMember = scores.map { $0 >= 150 || Int($0) % 2 == 0 }
    let found = try #require(MembershipInference(scores: scores, isMember: isMember, delta: 0))
    let rate = found.rate(falsePositives: 0.1)
    // 75 others, of whom 7 may be taken: those from 137 on, above which 56 of 125 members are.
    #expect(rate.falsePositives.successes == 7 && rate.falsePositives.count == 75)
    #expect(rate.truePositives.count == 125)
    #expect(rate.truePositives.successes == (136..<200).count { isMember[$0] })
    #expect(rate.excess(epsilon: 0, delta: 0) > 0)
    #expect(rate.excess(epsilon: 10, delta: 0) <= 0)
  }

  /// Of trainings that are as private as claimed, next to none is refuted.
  @Test func randomizedResponseIsSeldomRefuted() throws {
    var random = SystemRandomNumberGenerator()
    let share = 0.7310585786300049  // ε = 1
    let refuted = try (0..<60).count { _ in
      let isMember = (0..<200).map { _ in Bool.random(using: &random) }
      let scores = isMember.map { isIn in
        (Double.random(in: 0..<1, using: &random) < share) == isIn ? 1.0 : 0.0
      }
      return try #require(
        MembershipInference(scores: scores, isMember: isMember, delta: 0)
      ).bound.epsilon > 1
    }
    // Each is with probability 5 % at most: eleven of 60 are once in 10,000 runs.
    #expect(refuted < 11)
  }
}
