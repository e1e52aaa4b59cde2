import Datasets
import Kernels
import Models

extension Training {
  /// One round: clients are asked, those who answer in time send how far their steps went, and the server moves along
  /// the mean. Returns the mean loss as they tell it; NaN where masks or noise hide it, and where nobody answered.
  mutating func takeRound(_ plan: FederatedPlan, rate: Float) -> Float {
    let number = outer.step
    let round = plan.round(
      number, asked: options.privacy?.sample(of: plan.clients, step: number))
    // A noisy sum of nobody is a step, too: that nobody answered is nobody's to know.
    guard options.privacy != nil || !plan.isLost(round) else {
      outer.pass()
      return .nan
    }
    let sum = sum(of: round, plan)
    if Cancellation.isRequested { return .nan }
    // Noise hides a user only where nobody knows how many took part.
    let terms = options.privacy?.sum(users: plan.clients).expected ?? Double(round.answered.count)
    let scale = Float(1 / terms)
    outer.take(along: sum.update.map { $0 * scale }, rate: rate)
    guard plan.threshold == nil, options.privacy == nil else { return .nan }
    return sum.loss * scale
  }

  /// How many answers are held at a time.
  static let heldAnswers = 64

  /// The sum of what was answered in time, some clients at a time. Late answers count for nothing, and are not
  /// computed. Where ranks share the work each computes those of some clients, and what they send travels; where
  /// ranks are owners each computes those of its own, and the sum of them travels.
  private mutating func sum(of round: FederatedPlan.Round, _ plan: FederatedPlan) -> ClientAnswer {
    let secret = plan.threshold.map { threshold in
      SecureAggregation(
        clients: round.asked.count, threshold: threshold, length: problem.layout.count,
        key: plan.key.derived("secrets").derived(outer.step))
    }
    let points = FixedPoint(terms: round.asked.count)
    var sum: RoundSum
    if let own = plan.owners?.clients.own {
      let answered = round.answered.filter { own.contains(round.asked[$0]) }
      sum = Ranks.alone { self.sum(of: answered, in: round, plan, secret, points) }.ofAllOwners()
    } else {
      sum = self.sum(of: round.answered, in: round, plan, secret, points)
    }
    cutNumbers += sum.cutNumbers
    if let secret {
      sum.answer.update = points.decoded(
        secret.unmasked(sum.masked, of: round.answered) ?? sum.masked)
    }
    return sum.answer
  }

  /// What comes together of some answers.
  ///
  /// - Parameter answered: the places of the clients among those that were asked.
  private func sum(
    of answered: [Int], in round: FederatedPlan.Round, _ plan: FederatedPlan,
    _ secret: SecureAggregation?, _ points: FixedPoint
  ) -> RoundSum {
    var sum = RoundSum(length: problem.layout.count, isMasked: secret != nil)
    for first in stride(from: 0, to: answered.count, by: Self.heldAnswers) {
      let some = Array(answered[first..<Swift.min(first + Self.heldAnswers, answered.count)])
      let answers = answers(of: some.map { round.asked[$0] }, plan)
      guard let secret else {
        for answer in answers { sum.answer.add(answer) }
        continue
      }
      // All that the server gets of a client are these numbers.
      let sent = orderedMap(some.count, threads: options.threads) { place in
        secret.masked(points.encoded(answers[place].update), of: some[place])
      }
      for numbers in sent { SecureAggregation.add(numbers, to: &sum.masked) }
      sum.cutNumbers += answers.reduce(0) { $0 + FixedPoint.cuts(in: $1.update) }
    }
    return sum
  }

  /// What some clients answer, each from its own tasks.
  private func answers(of clients: [Int], _ plan: FederatedPlan) -> [ClientAnswer] {
    let (tasks, weights) = (split.train, outer.weights)
    let (pool, episodes, epoch) = (clientPool, episodes, epoch)
    let clip = options.privacy.map { Float($0.clip) }
    return spreadMap(
      clients.count, threads: options.threads,
      abandoned: ClientAnswer(
        update: [Float](repeating: 0, count: weights.count), loss: .nan),
      write: { answer, message in
        answer.write(to: &message)
        return true
      },
      read: { ClientAnswer.read(from: &$0) },
      { place in
        let own = plan.tasks(of: clients[place], among: tasks.count).map { tasks[$0] }
        var answer = pool.answer(
          from: weights, steps: plan.localSteps, rate: Float(plan.localRate), tasks: own.count
        ) { step in episodes.learning(from: own, epoch: epoch &* plan.localSteps &+ step) }
        if let clip { answer.clip(to: clip, problem.kernels) }
        return answer
      })
  }
}
