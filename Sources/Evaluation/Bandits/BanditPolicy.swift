import Kernels
import Language

/// What decides which item a user is shown, where only what was shown is learnt from.
package protocol BanditPolicy: Configurable {
  /// The place of the arm to play.
  ///
  /// - Parameters:
  ///   - beliefs: what is believed of the reward of each arm that may be played; there is one at least.
  ///   - chance: what the policy draws from.
  func choice(among beliefs: [ArmBelief], _ chance: inout RandomStream) -> Int
}

/// What is believed of the reward that an arm would bring now.
package struct ArmBelief: Sendable, Equatable {
  package var mean: Double
  /// The root of `xᵀ A⁻¹ x`: 1 over the root of how often the like was seen, in the units of the context.
  package var deviation: Double

  package init(mean: Double, deviation: Double) {
    (self.mean, self.deviation) = (mean, deviation)
  }
}

/// A policy that plays the arm with the highest index, each arm's by itself.
package protocol IndexPolicy: BanditPolicy {
  func index(of belief: ArmBelief, _ chance: inout RandomStream) -> Double
}

extension IndexPolicy {
  package func choice(among beliefs: [ArmBelief], _ chance: inout RandomStream) -> Int {
    // Equal indices, as of arms of which nothing is known yet, are told apart by chance.
    var (best, highest, equals) = (0, -Double.infinity, 0)
    for (place, belief) in beliefs.enumerated() {
      let index = index(of: belief, &chance)
      if index > highest {
        (best, highest, equals) = (place, index, 1)
      } else if index == highest {
        equals += 1
        if chance.below(equals) == 0 { best = place }
      }
    }
    return best
  }
}

/// Every policy that `bandit` can name.
package let banditPolicies = Catalog<any BanditPolicy>(
  "policy",
  [
    ThompsonSampling.self, UpperConfidence.self, EpsilonGreedy.self, GreedyChoice.self,
    RandomChoice.self,
  ])

/// Plays each arm as often as it is likely to be the best.
package struct ThompsonSampling: IndexPolicy {
  package var exploration = 0.3

  package init() {}

  package static let signature = Signature<Self>(
    "thompson", "Draws what each item may bring, and shows the one with the highest draw.",
    details: """
      The draw is mean + exploration · deviation · a standard normal number (Agrawal and Goyal 2013, linear Thompson \
      sampling, each item with coefficients of its own).
      """,
    [
      .option(
        "exploration", \.exploration, in: 0...100,
        "how widely it draws; of clicks 0.3 is their spread")
    ],
    examples: [Example("load impressions; bandit thompson exploration=0.5")])

  package func index(of belief: ArmBelief, _ chance: inout RandomStream) -> Double {
    belief.mean + exploration * belief.deviation * chance.normal()
  }
}

/// Plays the arm that may be the best.
package struct UpperConfidence: IndexPolicy {
  package var exploration = 0.5

  package init() {}

  package static let signature = Signature<Self>(
    "ucb", "Shows the item that could bring most, by an upper bound.",
    details: """
      The bound is mean + exploration · deviation (Li et al. 2010, LinUCB with disjoint models, Algorithm 1).
      """,
    [
      .option(
        "exploration", \.exploration, in: 0...100,
        "how far above the mean the bound is: their alpha")
    ],
    examples: [Example("load impressions; bandit ucb exploration=1")])

  package func index(of belief: ArmBelief, _ chance: inout RandomStream) -> Double {
    belief.mean + exploration * belief.deviation
  }
}

/// Plays the best arm so far, and now and then any.
package struct EpsilonGreedy: BanditPolicy {
  package var epsilon = 0.1

  package init() {}

  package static let signature = Signature<Self>(
    "epsilon-greedy", "Shows the item with the highest mean so far, and now and then any.",
    [.option("epsilon", \.epsilon, in: 0...1, "how often it shows any")],
    examples: [Example("load impressions; bandit epsilon-greedy epsilon=0.05")])

  package func choice(among beliefs: [ArmBelief], _ chance: inout RandomStream) -> Int {
    chance.uniform() < epsilon
      ? chance.below(beliefs.count) : GreedyChoice().choice(among: beliefs, &chance)
  }
}

/// Plays the best arm so far: what exploration has to be ahead of.
package struct GreedyChoice: IndexPolicy {
  package init() {}

  package static let signature = Signature<Self>(
    "greedy", "Shows the item with the highest mean so far, and never explores.",
    examples: [Example("load impressions; bandit greedy")])

  package func index(of belief: ArmBelief, _ chance: inout RandomStream) -> Double {
    belief.mean
  }
}

/// Plays any arm: chance.
package struct RandomChoice: IndexPolicy {
  package init() {}

  package static let signature = Signature<Self>(
    "random", "Shows any item: the level of chance.",
    examples: [Example("load impressions; bandit random")])

  package func index(of belief: ArmBelief, _ chance: inout RandomStream) -> Double { 0 }
}
