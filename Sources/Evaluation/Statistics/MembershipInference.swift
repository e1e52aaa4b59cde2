import Kernels
import Language

/// How well scores tell who was in a training from who was not: the higher a score, the more likely they were.
package struct MembershipInference: Sendable {
  private let scores: [Double]
  private let isMember: [Bool]
  private let members: [Double]
  private let others: [Double]
  private let delta: Double
  package let area: AreaInterval

  /// The probability, over all that is looked at, that a bound of ε is wrong.
  private static let level = 0.05
  /// The shares of all users that are guessed at: which share shows most depends on ε, so that several are tried.
  private static let shares = [1, 0.5, 0.25, 0.1]

  /// Nil where everybody is of one kind.
  ///
  /// - Parameter isMember: whether that user was in, by a fair coin.
  package init?(scores: [Double], isMember: [Bool], delta: Double) {
    (self.scores, self.isMember) = (scores, isMember)
    let pairs = zip(scores, isMember)
    members = pairs.filter { $0.1 }.map(\.0)
    others = pairs.filter { !$0.1 }.map(\.0)
    self.delta = delta
    guard let area = AreaInterval(members, above: others) else { return nil }
    self.area = area
  }

  /// How many of either kind a threshold takes for members.
  package struct Rate: Sendable {
    /// The share of others that was asked for at most.
    package let wanted: Double
    package let falsePositives: BinomialInterval
    package let truePositives: BinomialInterval

    /// How far the rates exceed what (ε, δ) allows, TPR ≤ e^ε·FPR + δ, at those ends of their intervals that are best
    /// for it: above 0 they refute it.
    package func excess(epsilon: Double, delta: Double) -> Double {
      truePositives.low - min(1, Elementary.exp(epsilon) * falsePositives.high + delta)
    }
  }

  /// The rates at the lowest threshold that takes at most such a share of the others.
  ///
  /// That the threshold is a score of the others themselves costs the interval nothing: what is above their kth largest
  /// is beta distributed as Clopper and Pearson's upper end is.
  package func rate(falsePositives wanted: Double) -> Rate {
    let allowed = Int((wanted * Double(others.count)).rounded(.down))
    let sorted = others.stablySorted { -$0 }
    let threshold = allowed < sorted.count ? sorted[allowed] : -.infinity
    return Rate(
      wanted: wanted,
      falsePositives: BinomialInterval(
        others.count { $0 > threshold }, of: others.count, level: Self.level),
      truePositives: BinomialInterval(
        members.count { $0 > threshold }, of: members.count, level: Self.level))
  }

  /// The guesses that show the largest ε, and that ε: with a confidence of 95 % (Bonferroni over the shares) no smaller
  /// one holds.
  package var bound: (epsilon: Double, audit: OneRunAudit) {
    // Equal scores stay in an order that knows nothing of the coins.
    let all = scores.indices.stablySorted { -scores[$0] }.map { isMember[$0] }
    let bounds = Self.shares.map { share -> (epsilon: Double, audit: OneRunAudit) in
      let half = Int((share * Double(all.count) / 2).rounded(.down))
      let correct = all.prefix(half).count { $0 } + all.suffix(half).count { !$0 }
      let audit = OneRunAudit(
        coins: all.count, guesses: 2 * half, correct: correct, delta: delta)
      return (audit.leastEpsilon(level: Self.level / Double(Self.shares.count)), audit)
    }
    return bounds.dropFirst().reduce(bounds[0]) { $1.epsilon > $0.epsilon ? $1 : $0 }
  }
}
