import Datasets
import Kernels
import MetaLearning
import Models
import TestedKernels
import Testing

/// Trainings whose data stay with clients.
@Suite struct FederatedTrainingTests {
  private let world = smallWorld(users: 24)

  private func plan(_ clients: Int, perRound: Int) -> FederatedPlan {
    FederatedPlan(clients: clients, perRound: perRound, key: RandomKey(seed: 3))
  }

  private func training(
    _ plan: FederatedPlan?, epochs: Int = 3, batch: Int = 8, threads: Int = 1,
    learner: any MetaLearner = MAML(), privacy: PrivacyPlan? = nil, rate: Double? = nil
  ) -> Training {
    let split = smallSplit(world)
    var options = TrainingOptions()
    options.epochs = epochs
    options.batch = batch
    options.threads = threads
    options.schedule = .constant
    (options.federated, options.privacy) = (plan, privacy)
    if let rate { (options.optimizer, options.rate) = (SGD(), rate) }
    let problem = LearningProblem(
      world, split, learner: learner, network: MLP(), loss: SquaredError(),
      encoder: FeatureEncoder(publicFieldsOf: world), kernels: .underTest)
    return Training(problem, world, split, learner: learner, options: options)
  }

  private func run(_ training: Training) -> Training {
    var training = training
    while training.next() != nil {}
    return training
  }

  /// The best weights, while the training that holds them is there.
  private func best(of training: Training) -> [Float] {
    withExtendedLifetime(training.best) { $0.all.array }
  }

  private func largestDifference(_ a: Training, _ b: Training) -> Float {
    zip(best(of: a), best(of: b)).map { abs($0 - $1) }.max() ?? .infinity
  }

  /// Gradients of all clients are a step on all tasks in one place, from the same weights.
  @Test func roundsOfAllClientsAreCentralTraining() {
    let users = smallSplit(world).train.count
    for learner in [MAML(), Reptile(), MetaSGD()] as [any MetaLearner] {
      let remote = training(plan(users, perRound: users), epochs: 3, learner: learner, rate: 0.1)
      var central = training(nil, epochs: 3, batch: users, learner: learner, rate: 0.1)
      central.restore(remote.state)
      let (one, other) = (run(remote), run(central))
      #expect(one.stepsTaken == 3 && other.stepsTaken == 3)
      let (moved, wanted) = (one.state.weights, other.state.weights)
      let difference = zip(moved.all.array, wanted.all.array).map { abs($0 - $1) }.max()
      withExtendedLifetime((moved, wanted)) {}
      #expect((difference ?? 1) < 1e-5, "\(type(of: learner).name)")
      #expect(abs(one.history[2].validLoss - other.history[2].validLoss) < 1e-4)
    }
  }

  /// Ranks compute some clients each, and only what these send goes between them.
  @Test func anyNumberOfRanksHasTheBitsOfOne() {
    for threshold in [nil, 3] {
      var plan = plan(9, perRound: 5)
      (plan.localSteps, plan.dropOut, plan.threshold) = (2, 0.2, threshold)
      let shared = plan
      let results = [1, 2, 3].map { ranks in
        ThreadRanks.run(ranks) { _ in best(of: run(training(shared))) }
      }
      for ranked in results.flatMap(\.results) { #expect(ranked == results[0].results[0]) }
      let weights = results[0].results[0].count
      let rounds = 3 * plan.roundsPerEpoch
      // Updates of 4 bytes a weight, and a little more with the validation losses; masks stay where they are.
      #expect(results[1].bytes < 2 * rounds * plan.perRound * (4 * weights + 1000))
    }
  }

  @Test func theSameBitsOnAnyNumberOfThreads() {
    var plan = plan(8, perRound: 4)
    (plan.localSteps, plan.dropOut, plan.threshold) = (2, 0.2, 2)
    let results = [1, 2, 3].map { best(of: run(training(plan, threads: $0))) }
    #expect(results[0] == results[1] && results[0] == results[2])
  }

  @Test func masksChangeNothingButTheRounding() {
    var open = plan(8, perRound: 4)
    open.dropOut = 0.2
    var masked = open
    masked.threshold = 1
    let results = [open, masked].map { run(training($0, learner: Reptile())) }
    #expect(largestDifference(results[0], results[1]) < 1e-3)
    #expect(best(of: results[0]) != best(of: results[1]))
    #expect(results[0].history.allSatisfy { $0.trainLoss.isFinite })
    // The server does not hear the losses of single clients.
    #expect(results[1].history.allSatisfy { $0.trainLoss.isNaN && $0.validLoss.isFinite })
  }

  @Test func aRoundOfWhichNothingComesLeavesTheWeights() {
    var lost = plan(8, perRound: 4)
    lost.dropOut = 1
    let after = run(training(lost))
    #expect(best(of: after) == best(of: training(lost)))
    #expect(after.history.count == 3 && after.divergedAt == nil)
    #expect(lost.traffic(rounds: 6, weights: 100).lost == 6)
    #expect(lost.traffic(rounds: 6, weights: 100).up == 0)
  }

  @Test func bytesAreCounted() {
    var plan = plan(20, perRound: 5)
    let traffic = plan.traffic(rounds: 8, weights: 1000)
    #expect(traffic.down == 8 * 5 * 4000 && traffic.up == traffic.down)
    (plan.dropOut, plan.late) = (0.3, 0.3)
    let some = plan.traffic(rounds: 200, weights: 1000)
    #expect(some.asked == 1000)
    #expect(abs(some.dropped - 300) < 60 && abs(some.late - 210) < 60)
    #expect(some.up == (some.asked - some.dropped) * 4000)
    #expect(plan.traffic(ofRounds: [0, 8, 200], weights: 1000)[2] == some)
    #expect(plan.traffic(ofRounds: [0, 8, 200], weights: 1000)[0] == FederatedTraffic())
    plan.threshold = 4
    #expect(plan.traffic(rounds: 200, weights: 1000).up > some.up)
    #expect(plan.traffic(rounds: 200, weights: 1000).lost > 50)
  }

  @Test func everyTaskHasOneOwner() {
    let plan = plan(7, perRound: 3)
    let owned = (0..<7).flatMap { plan.tasks(of: $0, among: 24) }
    #expect(owned.sorted() == Array(0..<24))
    for number in 0..<20 {
      let round = plan.round(number)
      #expect(Set(round.asked).count == 3 && round.asked.allSatisfy { (0..<7).contains($0) })
    }
  }

  /// Any client is asked as often as any other.
  @Test func everyClientIsAskedAsOften() {
    let plan = plan(10, perRound: 3)
    var counts = [Double](repeating: 0, count: 10)
    for number in 0..<4000 { for client in plan.round(number).asked { counts[client] += 1 } }
    // 1200 each; the standard deviation of a count is 29.
    #expect(counts.allSatisfy { abs($0 - 1200) < 130 }, "\(counts)")
  }

  private func privacy(noise: Double, rate: Double, clip: Double = 0.05) -> PrivacyPlan {
    PrivacyPlan(
      mechanism: SampledGaussian(noiseMultiplier: noise, rate: rate), clip: clip, steps: 100,
      source: .seeded(RandomKey(seed: 8)))
  }

  private func moved(_ plan: FederatedPlan, _ privacy: PrivacyPlan, epochs: Int = 1) -> [Float] {
    let start = training(plan, epochs: epochs, privacy: privacy, rate: 1)
    // Without validation tasks the last weights would be kept; here they are looked at directly.
    var after = start
    while after.next() != nil {}
    let last = after.state.weights
    return withExtendedLifetime(last) { zip(last.all.array, best(of: start)).map { $0 - $1 } }
  }

  /// With all asked and next to no noise the step is the mean of clipped updates.
  @Test(arguments: [1, 3]) func nobodySendsMoreThanTheClip(localSteps: Int) {
    let users = smallSplit(world).train.count
    var plan = plan(users, perRound: users)
    (plan.isPoisson, plan.localSteps, plan.localRate) = (true, localSteps, 0.05)
    let length = { (move: [Float]) in move.reduce(0.0) { $0 + Double($1 * $1) }.squareRoot() }
    let clipped = length(moved(plan, privacy(noise: 1e-6, rate: 1)))
    #expect(clipped > 0.001 && clipped <= 0.0501, "\(clipped)")
    let loose = length(moved(plan, privacy(noise: 1e-6, rate: 1, clip: 1000)))
    #expect(loose > 2 * clipped)
  }

  /// Noise goes to every weight, whoever answers; that nobody did is not to be seen.
  @Test func aPrivateRoundOfNobodyIsNoise() {
    let users = smallSplit(world).train.count
    var plan = plan(users, perRound: 4)
    (plan.isPoisson, plan.dropOut) = (true, 1)
    let rate = 4 / Double(users)
    let move = moved(plan, privacy(noise: 2, rate: rate)).map(Double.init)
    #expect(move.allSatisfy { $0 != 0 })
    // Rounds of an epoch, each with σC over the 4 that are expected.
    let wanted = Double(plan.roundsPerEpoch).squareRoot() * 2 * 0.05 / 4
    let deviation = (move.reduce(0) { $0 + $1 * $1 } / Double(move.count)).squareRoot()
    #expect(abs(deviation / wanted - 1) < 0.1, "\(deviation) for \(wanted)")
    #expect(plan.traffic(rounds: 5, weights: 10).asked == 20)
    #expect(plan.traffic(rounds: 5, weights: 10).lost == 0)
  }

  @Test func privateRoundsTellNoLoss() {
    let users = smallSplit(world).train.count
    var plan = plan(users, perRound: 4)
    plan.isPoisson = true
    var training = training(plan, privacy: privacy(noise: 1, rate: 4 / Double(users)))
    while let step = training.next() { #expect(step.loss.isNaN) }
    #expect(training.divergedAt == nil && training.history.count == 3)
    #expect(training.history.allSatisfy { $0.trainLoss.isNaN })
  }

  @Test func clientsLearnWhatIsLearnedCentrally() {
    var plan = plan(8, perRound: 4)
    plan.localSteps = 3
    let after = run(training(plan, epochs: 30))
    let lowest = after.history.map(\.validLoss).min() ?? .infinity
    #expect(lowest < after.initialLoss, "\(after.initialLoss) → \(lowest)")
  }
}
