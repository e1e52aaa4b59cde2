import Kernels
import Language

/// What a policy comes to on a log, impression by impression.
package struct BanditCourse: Sendable {
  /// What each impression brought; nil for those that do not count.
  package var rewards: [Double?] = []
  /// How much more the best choice would have brought in the mean, where that is known.
  package var regrets: [Double?] = []
}

/// A policy on a log, with what it has learnt so far.
package struct BanditTrial: Sendable {
  package let stream: ImpressionStream
  package let policy: any BanditPolicy
  package let ridge: Double
  package let key: RandomKey

  package init(
    of policy: any BanditPolicy, on stream: ImpressionStream, ridge: Double, key: RandomKey
  ) {
    (self.policy, self.stream, self.ridge, self.key) = (policy, stream, ridge, key)
  }

  /// Goes through the log. An impression counts, and is learnt from, where the policy would have shown what was shown;
  /// of a log that chance alone decided, the mean over these is what the policy brings, without bias (Li, Chu, Langford
  /// and Wang 2011).
  package func replayed() -> BanditCourse {
    course { event, _, choice, _ in
      Outcome(shown: event.item, reward: choice == event.item ? event.reward : nil)
    }
  }

  /// Lets the policy choose for the visitors of the log, whose clicks are drawn by their known chances: the same draw for
  /// the same visit and item, whatever the policy. The stream has to know the truth.
  package func played() -> BanditCourse {
    let clicks = key.derived("clicks")
    return course { event, number, choice, items in
      let chance = stream.chance(of: choice, for: event.user) ?? 0
      var draw = clicks.derived(number).derived(Int(choice)).stream
      let best = items.reduce(chance) { max($0, stream.chance(of: $1, for: event.user) ?? 0) }
      return Outcome(
        shown: choice, reward: draw.uniform() < chance ? 1 : 0, regret: best - chance)
    }
  }

  /// What comes of a choice.
  private struct Outcome {
    let shown: Int32
    /// Nil where nothing can be learnt from it.
    let reward: Double?
    var regret: Double?
  }

  private func course(
    _ outcome: (ImpressionStream.Event, Int, Int32, [Int32]) -> Outcome
  ) -> BanditCourse {
    var course = BanditCourse()
    var arms = LinearArms(stream.arms, width: stream.width, ridge: ridge)
    var chance = key.derived("choices").stream
    var left = UnseenItems(stream)
    for (number, event) in stream.events.enumerated() where !Cancellation.isRequested {
      let context = stream.contexts[Int(event.user)]
      let items = left.items(of: event.user)
      let beliefs = items.map { arms.belief(of: Int($0), in: context) }
      let choice = items[policy.choice(among: beliefs, &chance)]
      let outcome = outcome(event, number, choice, items)
      course.rewards.append(outcome.reward)
      course.regrets.append(outcome.regret)
      if let reward = outcome.reward { arms.learn(Int(choice), in: context, reward: reward) }
      left.take(outcome.shown, from: event.user)
    }
    return course
  }
}

extension ImpressionStream {
  /// What the best item would bring each visitor, of those they were not shown before. The truth has to be known.
  package func playedBest() -> BanditCourse {
    var course = BanditCourse()
    var left = UnseenItems(self)
    for event in events where !Cancellation.isRequested {
      let items = left.items(of: event.user)
      let chances = items.map { chance(of: $0, for: event.user) ?? 0 }
      guard let best = chances.indices.stablySorted(descending: true, by: { chances[$0] }).first
      else { continue }
      course.rewards.append(chances[best])
      course.regrets.append(0)
      left.take(items[best], from: event.user)
    }
    return course
  }
}

/// What each user may still be shown: everything, or what they have not seen yet.
private struct UnseenItems {
  private let all: [Int32]
  private let showsOnce: Bool
  private var seen: [Int32: Set<Int32>] = [:]

  init(_ stream: ImpressionStream) {
    all = Array(0..<Int32(stream.arms))
    showsOnce = stream.showsOnce
  }

  func items(of user: Int32) -> [Int32] {
    guard showsOnce, let seen = seen[user] else { return all }
    return all.filter { !seen.contains($0) }
  }

  mutating func take(_ item: Int32, from user: Int32) {
    if showsOnce { seen[user, default: []].insert(item) }
  }
}
