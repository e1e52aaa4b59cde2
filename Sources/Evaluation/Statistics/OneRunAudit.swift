import Kernels

/// What guesses say of ε: for each of some users a fair coin decided whether they were in a training, an attacker guessed
/// some of these coins from what the training gave, and so many guesses were right (Steinke, Nasr and Jagielski 2023,
/// "Privacy auditing with one (1) training run", theorem 5.2).
///
/// Coins of several trainings count together, since each has a say in one of them only.
package struct OneRunAudit: Sendable, Equatable {
  /// How many coins there were.
  package let coins: Int
  /// How many of them were guessed at; which, the attacker chose.
  package let guesses: Int
  package let correct: Int
  package let delta: Double

  package init(coins: Int, guesses: Int, correct: Int, delta: Double) {
    (self.coins, self.guesses, self.correct, self.delta) = (coins, guesses, correct, delta)
  }

  /// The most that the probability of so many right guesses can be, if (ε, δ) held.
  package func pValue(epsilon: Double) -> Double {
    guard guesses > 0 else { return 1 }
    let q = 1 / (1 + Elementary.exp(-epsilon))
    var (slope, sum) = (0.0, 0.0)
    if delta > 0 {
      for i in 1...max(1, correct) where i <= correct {
        sum += binomialMass(correct - i, of: guesses, q)
        slope = max(slope, sum / Double(i))
      }
    }
    return min(1, binomialTail(correct, of: guesses, q) + 2 * Double(coins) * delta * slope)
  }

  /// The largest ε that the guesses refute: with probability 1 − `level` the true one is above it. 0 where they refute
  /// none.
  package func leastEpsilon(level: Double) -> Double {
    guard pValue(epsilon: 0) < level else { return 0 }
    var high = 1.0
    while pValue(epsilon: high) < level, high < 64 { high *= 2 }
    return bisection(0, high, rounds: 40) { pValue(epsilon: $0) < level }.low
  }
}
