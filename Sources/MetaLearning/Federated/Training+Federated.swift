import Datasets
import Kernels
import Models

extension Training {
  /// One round: clients are asked, those who answer in time send how far their steps went, and the server moves along
  /// the mean. Returns the mean loss as they tell it; NaN where masks hide it or nobody answered.
  func takeRound(_ plan: FederatedPlan, rate: Float) -> Float {
    let number = outer.step
    let round = plan.round(number)
    guard !plan.isLost(round) else {
      outer.pass()
      return .nan
    }
    let tasks = split.train
    // Late answers count for nothing, and are not computed.
    let answering = round.answered
    let seen = outer.weights
    let (pool, episodes, epoch) = (clientPool, episodes, epoch)
    let answers = orderedMap(answering.count, threads: options.threads) { place in
      let own = plan.tasks(of: round.asked[answering[place]], among: tasks.count)
        .map { tasks[$0] }
      return pool.update(
        from: seen, steps: plan.localSteps, rate: Float(plan.localRate), tasks: own.count
      ) { step in episodes.learning(from: own, epoch: epoch &* plan.localSteps &+ step) }
    }
    if Cancellation.isRequested { return .nan }
    let mean: [Float]
    if let threshold = plan.threshold {
      mean = secureMean(answers.map(\.update), of: round, plan, threshold, number)
    } else {
      mean = plainMean(answers.map(\.update))
    }
    outer.take(along: mean, rate: rate)
    guard plan.threshold == nil else { return .nan }
    return answers.reduce(0) { $0 + $1.loss } / Float(answers.count)
  }

  private func plainMean(_ updates: [[Float]]) -> [Float] {
    var sum = updates[0]
    for update in updates.dropFirst() {
      for place in sum.indices { sum[place] += update[place] }
    }
    let scale = 1 / Float(updates.count)
    return sum.map { $0 * scale }
  }

  /// The same mean of which the server sees the sum alone.
  private func secureMean(
    _ updates: [[Float]], of round: FederatedPlan.Round, _ plan: FederatedPlan, _ threshold: Int,
    _ number: Int
  ) -> [Float] {
    let asked = round.asked.count
    let secret = SecureAggregation(
      clients: asked, threshold: threshold, length: updates[0].count,
      key: plan.key.derived("secrets").derived(number))
    let points = FixedPoint(terms: asked)
    let sent = orderedMap(updates.count, threads: options.threads) { place in
      let client = round.answered[place]
      return (client: client, numbers: secret.masked(points.encoded(updates[place]), of: client))
    }
    let sum = secret.sum(sent).map { points.decoded($0) } ?? []
    let scale = 1 / Float(updates.count)
    return sum.map { $0 * scale }
  }
}
