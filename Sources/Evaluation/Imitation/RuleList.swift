import Kernels
import Language

/// A short list of rules that imitates scores: the first rule whose conditions all hold gives the score, and what is left
/// gets the last. Made by separating and conquering (Fürnkranz 1999, "Separate-and-Conquer Rule Learning"): each rule is
/// the one that leaves the smallest squared error among the cases that no earlier one took.
package struct RuleList: Sendable {
  /// What may hold of a case, such as "genre is comedy".
  package struct Condition: Sendable {
    package let text: String
    /// For each case.
    package let holds: [Bool]

    package init(_ text: String, holds: [Bool]) {
      self.text = text
      self.holds = holds
    }
  }

  package struct Rule: Sendable {
    /// Numbers of conditions; none in the last rule, which takes what is left.
    package let conditions: [Int]
    /// The mean score of the cases that it was made from.
    package let value: Double
  }

  /// How well a list imitates scores that it was not made from.
  package struct Fidelity: Sendable, Equatable {
    /// The share of the scores' variance that the rules tell, R²; 0 for a list that knows the mean alone.
    package let explained: Double
    /// The share of pairs of cases that the rules order as the scores do, pairs of the same rule counting half; ½ by
    /// chance.
    package let pairs: Double
  }

  package private(set) var rules: [Rule] = []
  private let conditions: [Condition]

  /// How many first conditions are tried with each second one.
  private static let beam = 8

  /// - Parameters:
  ///   - scores: one for each case.
  ///   - cases: those to learn from.
  ///   - count: how many rules at most, the last not counted.
  ///   - length: how many conditions a rule has at most.
  ///   - fewest: how many cases a rule, and what it leaves, have at least.
  package init(
    _ conditions: [Condition], imitating scores: [Float], of cases: [Int], rules count: Int,
    conditions length: Int, fewest: Int
  ) {
    self.conditions = conditions
    var left = cases
    while rules.count < count, !Cancellation.isRequested {
      guard let best = Self.best(conditions, scores, left, length: length, fewest: fewest) else {
        break
      }
      let taken = conditions.cases(of: best, among: left)
      rules.append(Rule(conditions: best, value: Self.mean(scores, taken)))
      left.removeAll { conditions.hold(best, of: $0) }
    }
    rules.append(Rule(conditions: [], value: Self.mean(scores, left)))
  }

  /// The number of the rule that gives a case its score.
  package func rule(of row: Int) -> Int {
    rules.firstIndex { conditions.hold($0.conditions, of: row) } ?? rules.count - 1
  }

  /// What has to hold for each rule to give the score; of the last it is "else".
  package var texts: [String] {
    rules.map { rule in
      rule.conditions.isEmpty
        ? "else" : rule.conditions.map { conditions[$0].text }.joined(separator: " and ")
    }
  }

  // MARK: Making

  private static func mean(_ scores: [Float], _ cases: [Int]) -> Double {
    cases.isEmpty ? 0 : cases.reduce(0) { $0 + Double(scores[$1]) } / Double(cases.count)
  }

  /// The conditions of the best rule for some cases; nil where none tells anything.
  private static func best(
    _ conditions: [Condition], _ scores: [Float], _ cases: [Int], length: Int, fewest: Int
  ) -> [Int]? {
    let total = mean(scores, cases) * Double(cases.count)
    var candidates: [(rule: [Int], gain: Double)] = [([], 1e-12)]
    var best: (rule: [Int], gain: Double) = ([], 1e-12)
    for _ in 0..<length {
      var longer: [(rule: [Int], gain: Double)] = []
      for start in candidates {
        let covered = conditions.cases(of: start.rule, among: cases)
        for next in conditions.indices where !start.rule.contains(next) {
          let holds = conditions[next].holds
          var (count, sum) = (0, 0.0)
          for row in covered where holds[row] {
            count += 1
            sum += Double(scores[row])
          }
          // Of no use: nobody left, or nothing that the shorter rule does not say.
          guard count >= fewest, cases.count - count >= fewest, count < covered.count else {
            continue
          }
          let (inside, outside) = (Double(count), Double(cases.count - count))
          let apart = sum / inside - (total - sum) / outside
          longer.append(
            (start.rule + [next], apart * apart * inside * outside / Double(cases.count)))
        }
      }
      candidates = Array(longer.stablySorted(descending: true) { $0.gain }.prefix(beam))
      if let first = candidates.first, first.gain > best.gain * 1.02 { best = first }
    }
    return best.rule.isEmpty ? nil : best.rule
  }

  // MARK: Judging

  package func fidelity(to scores: [Float], of cases: [Int]) -> Fidelity {
    let given = cases.map { rule(of: $0) }
    let mean = Self.mean(scores, cases)
    var (left, whole) = (0.0, 0.0)
    for (row, rule) in zip(cases, given) {
      let score = Double(scores[row])
      left += (score - rules[rule].value) * (score - rules[rule].value)
      whole += (score - mean) * (score - mean)
    }
    return Fidelity(
      explained: whole > 0 ? 1 - left / whole : 0, pairs: concordance(scores, cases, given))
  }

  /// Pairs of different scores that the rules' values order alike, those of equal values half.
  private func concordance(_ scores: [Float], _ cases: [Int], _ given: [Int]) -> Double {
    let order = cases.indices.stablySorted { scores[cases[$0]] }
    // For each rule how many cases have a lower score than those at hand.
    var below = Array(repeating: 0.0, count: rules.count)
    var (right, pairs, done) = (0.0, 0.0, 0.0)
    var start = 0
    while start < order.count {
      var end = start
      while end < order.count, scores[cases[order[end]]] == scores[cases[order[start]]] {
        let own = rules[given[order[end]]].value
        for (rule, count) in zip(rules, below) {
          right += rule.value < own ? count : rule.value == own ? count / 2 : 0
        }
        end += 1
      }
      pairs += done * Double(end - start)
      done += Double(end - start)
      for place in start..<end { below[given[order[place]]] += 1 }
      start = end
    }
    return pairs > 0 ? right / pairs : 0.5
  }
}

extension [RuleList.Condition] {
  /// Whether all of some conditions hold of a case.
  fileprivate func hold(_ numbers: [Int], of row: Int) -> Bool {
    numbers.allSatisfy { self[$0].holds[row] }
  }

  fileprivate func cases(of numbers: [Int], among cases: [Int]) -> [Int] {
    cases.filter { hold(numbers, of: $0) }
  }
}
