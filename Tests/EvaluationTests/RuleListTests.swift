import Evaluation
import Testing

/// Short lists of rules that imitate scores.
@Suite struct RuleListTests {
  /// 400 cases: scores are 4 where the first two conditions hold, 2 where the third does, else 3, and a little more
  /// for each later case.
  private static let conditions = [2, 3, 5, 7].map { divisor in
    RuleList.Condition("n divides by \(divisor)", holds: (0..<400).map { $0 % divisor == 0 })
  }
  private static let scores: [Float] = (0..<400).map { number in
    (number % 6 == 0 ? 4 : number % 5 == 0 ? 2 : 3) + Float(number) / 10_000
  }

  private func list(rules: Int, conditions: Int) -> RuleList {
    RuleList(
      Self.conditions, imitating: Self.scores,
      of: Array(stride(from: 0, to: 400, by: 2))
        + Array(stride(from: 1, to: 200, by: 2)), rules: rules, conditions: conditions, fewest: 10)
  }

  @Test func rulesAreFoundThatMadeTheScores() {
    let list = list(rules: 2, conditions: 2)
    #expect(list.rules.map { $0.conditions.sorted() } == [[0, 1], [2], []])
    for (rule, score) in zip(list.rules, [4.0, 2, 3]) { #expect(abs(rule.value - score) < 0.05) }
    #expect([6, 30, 10, 7].map { list.rule(of: $0) } == [0, 0, 1, 2])
  }

  @Test func fidelityIsOfOtherCases() {
    let others = Array(stride(from: 201, to: 400, by: 2))
    let two = list(rules: 2, conditions: 2).fidelity(to: Self.scores, of: others)
    #expect(two.explained > 0.99)
    // Of scores that differ within a rule, half of the pairs are right by chance.
    #expect(two.pairs > 0.6 && two.pairs < 1)
    // Odd numbers do not divide by 6: what one condition says of them is less.
    let one = list(rules: 1, conditions: 1).fidelity(to: Self.scores, of: others)
    #expect(one.explained < two.explained)
    let none = RuleList(
      [], imitating: Self.scores, of: others, rules: 3, conditions: 2, fewest: 10)
    #expect(none.rules.count == 1)
    #expect(abs(none.fidelity(to: Self.scores, of: others).explained) < 1e-9)
    #expect(none.fidelity(to: Self.scores, of: others).pairs == 0.5)
  }

  @Test func pairsAreCountedByHand() {
    let halves = [RuleList.Condition("high", holds: [false, false, true, true])]
    let scores: [Float] = [1, 2, 3, 2]
    let list = RuleList(
      halves, imitating: scores, of: [0, 1, 2, 3], rules: 1, conditions: 1, fewest: 1)
    // Of six pairs one has equal scores; 1 < 3, 1 < 2 and 2 < 3 are right, 1 < 2 and 2 < 3 within a rule count half.
    #expect(list.fidelity(to: scores, of: [0, 1, 2, 3]).pairs == (3 + 2 * 0.5) / 5)
  }
}
