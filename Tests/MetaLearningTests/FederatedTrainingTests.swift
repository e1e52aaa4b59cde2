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
    learner: any MetaLearner = MAML()
  ) -> Training {
    let split = smallSplit(world)
    var options = TrainingOptions()
    options.epochs = epochs
    options.batch = batch
    options.threads = threads
    options.schedule = .constant
    options.federated = plan
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

  private func largestDifference(_ a: Training, _ b: Training) -> Float {
    zip(a.best.all.array, b.best.all.array).map { abs($0 - $1) }.max() ?? .infinity
  }

  /// One step of every client is one step on all tasks.
  @Test func roundsOfAllClientsAreCentralTraining() {
    let users = smallSplit(world).train.count
    let alone = run(training(plan(users, perRound: users), epochs: 1, learner: Reptile()))
    // The same batch in one place: a client that owns everything.
    let whole = run(training(plan(1, perRound: 1), epochs: 1, learner: Reptile()))
    #expect(alone.stepsTaken == 1 && whole.stepsTaken == 1)
    #expect(largestDifference(alone, whole) < 1e-3)
  }

  @Test func theSameBitsOnAnyNumberOfThreads() {
    var plan = plan(8, perRound: 4)
    (plan.localSteps, plan.dropOut, plan.threshold) = (2, 0.2, 2)
    let results = [1, 2, 3].map { run(training(plan, threads: $0)).best.all.array }
    #expect(results[0] == results[1] && results[0] == results[2])
  }

  @Test func masksChangeNothingButTheRounding() {
    var open = plan(8, perRound: 4)
    open.dropOut = 0.2
    var masked = open
    masked.threshold = 1
    let results = [open, masked].map { run(training($0, learner: Reptile())) }
    #expect(largestDifference(results[0], results[1]) < 1e-3)
    #expect(results[0].best.all.array != results[1].best.all.array)
    #expect(results[0].history.allSatisfy { $0.trainLoss.isFinite })
    // The server does not hear the losses of single clients.
    #expect(results[1].history.allSatisfy { $0.trainLoss.isNaN && $0.validLoss.isFinite })
  }

  @Test func aRoundOfWhichNothingComesLeavesTheWeights() {
    var lost = plan(8, perRound: 4)
    lost.dropOut = 1
    let after = run(training(lost))
    #expect(after.best.all.array == training(lost).best.all.array)
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
    #expect(some.up == Double(some.asked - some.dropped) * 4000)
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

  @Test func clientsLearnWhatIsLearnedCentrally() {
    var plan = plan(8, perRound: 4)
    plan.localSteps = 3
    let after = run(training(plan, epochs: 30))
    let lowest = after.history.map(\.validLoss).min() ?? .infinity
    #expect(lowest < after.initialLoss, "\(after.initialLoss) → \(lowest)")
  }
}
