import Datasets
import Kernels
import MetaLearning
import Models
import Synchronization
import TestedKernels
import Testing

/// What noise and clipping do in an outer step, and what a private training looks at.
@Suite struct PrivateTrainingTests {
  /// How far one step of rate 1 on some tasks moves the weights.
  private func move(
    _ tasks: [Int], _ noisy: NoisySum?, threads: Int = 1, blowUp: Bool = false
  ) -> [Float] {
    let world = smallProblem(MAML(), network: smooth(MLP()), loss: SquaredError())
    let outer = OuterLoop(
      world.problem, weights: world.weights,
      options: OuterOptions(optimizer: SGD(), noisy: noisy), threads: threads)
    _ = outer.take(tasks: tasks.count, rate: 1) { number, weights, scratch in
      var episode = scratch.episode(world.split.train[tasks[number]], world.data)
      if blowUp {
        let broken = scratch.tape.arena.matrix(
          rows: episode.query.ratings.rows, columns: episode.query.ratings.columns)
        broken.fill(.infinity)
        episode.query.ratings = broken
      }
      return MAML().learn(from: episode, weights, in: scratch)
    }
    return zip(world.weights.all.array, outer.weights.all.array).map { $0 - $1 }
  }

  private func length(_ vector: [Float]) -> Double {
    vector.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
  }

  private func noisy(
    clip: Double, noise: Double = 0, expected: Double = 1,
    source: NoiseSource = .seeded(RandomKey(seed: 5))
  ) -> NoisySum {
    NoisySum(clip: Float(clip), noiseMultiplier: noise, expected: expected, source: source)
  }

  @Test func nobodyGivesMoreThanTheClip() {
    let whole = (0..<3).map { move([$0], nil) }
    let clip = whole.map(length).min()! / 3
    for (task, plain) in whole.enumerated() {
      let own = move([task], noisy(clip: clip))
      #expect(abs(length(own) - clip) < 1e-4 * clip)
      let along = zip(own, plain).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
      #expect(along > 0.999 * clip * length(plain))
      // What is short enough stays as it is, up to the rounding of another order.
      let loose = move([task], noisy(clip: 10 * length(plain)))
      #expect(zip(loose, plain).allSatisfy { abs($0 - $1) < 1e-5 })
    }
  }

  @Test func theSumIsDividedByTheExpectedNumber() {
    let each = (0..<3).map { move([$0], noisy(clip: 0.05)) }
    let sum = move([0, 1, 2], noisy(clip: 0.05, expected: 8))
    for (place, value) in sum.enumerated() {
      let wanted = each.reduce(Float(0)) { $0 + $1[place] } / 8
      #expect(abs(value - wanted) < 1e-6)
    }
  }

  @Test func whatIsNotFiniteGivesNothing() {
    let moved = move([0], noisy(clip: 1), blowUp: true)
    #expect(moved.allSatisfy { $0 == 0 })
  }

  @Test func everyWeightGetsNoise() {
    let moved = move([], noisy(clip: 0.5, noise: 2, expected: 4))
    #expect(moved.allSatisfy { $0 != 0 })
    let deviation = length(moved) / Double(moved.count).squareRoot()
    #expect(abs(deviation / 0.25 - 1) < 0.1, "\(deviation) over \(moved.count)")
    let mean = moved.reduce(0, +) / Float(moved.count)
    #expect(abs(mean) < 0.05)
  }

  @Test func theSameSeedHidesByTheSameBitsOnAnyNumberOfThreads() {
    let moves = [1, 2, 4].map { move([0, 1], noisy(clip: 0.1, noise: 1), threads: $0) }
    #expect(moves[0] == moves[1] && moves[0] == moves[2])
    let other = move([0, 1], noisy(clip: 0.1, noise: 1, source: .seeded(RandomKey(seed: 6))))
    #expect(moves[0] != other)
  }

  @Test func theSystemsNoiseIsNeverTheSame() {
    let source = NoiseSource.generator { SystemRandomNumberGenerator() }
    let moves = (0..<2).map { _ in move([0], noisy(clip: 0.1, noise: 1, source: source)) }
    #expect(zip(moves[0], moves[1]).allSatisfy { $0 != $1 })
  }

  @Test func samplesAreDrawnUserByUser() {
    let source = NoiseSource.seeded(RandomKey(seed: 1))
    let samples = (0..<400).map { source.sample(of: 100, rate: 0.1, step: $0) }
    let sizes = samples.map { Double($0.count) }
    let mean = sizes.reduce(0, +) / 400
    let variance = sizes.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 400
    // Binomial: a batch of one size would have no variance.
    #expect(abs(mean - 10) < 0.6 && abs(variance - 9) < 2, "\(mean) ± \(variance)")
    #expect(source.sample(of: 50, rate: 1, step: 0).count == 50)
  }

  /// A training of some steps at most.
  private func training(_ data: Dataset, steps: Int = 100, epochs: Int = 4) -> Training {
    let split = smallSplit(data)
    var options = TrainingOptions()
    options.epochs = epochs
    options.batch = 2
    options.privacy = PrivacyPlan(
      mechanism: SampledGaussian(noiseMultiplier: 1, rate: 0.5), clip: 1, steps: steps,
      source: .seeded(RandomKey(seed: 2)))
    var hidden = split
    hidden.valid = []
    let problem = LearningProblem(
      data, hidden, learner: MAML(), network: MLP(), loss: SquaredError(),
      encoder: FeatureEncoder(publicFieldsOf: data), kernels: .underTest)
    return Training(problem, data, hidden, learner: MAML(), options: options)
  }

  @Test func noLossIsTold() {
    var training = training(smallWorld())
    while let step = training.next() { #expect(step.loss.isNaN) }
    #expect(training.divergedAt == nil)
    #expect(training.history.count == 4)
    #expect(training.history.allSatisfy { $0.trainLoss.isNaN && $0.validLoss.isNaN })
    #expect(training.initialLoss.isNaN)
    #expect(training.stepsTaken == 4 * training.stepsPerEpoch)
  }

  @Test func trainingStopsWhenItsStepsAreSpent() {
    var training = training(smallWorld(), steps: 3)
    var steps = 0
    while training.next() != nil { steps += 1 }
    #expect(steps == 3 && training.stepsTaken == 3)
    #expect(training.isOver && training.history.count == 2)
  }

  @Test func whatAPrivateTrainingStartsFromIsNobodysRating() {
    let world = smallWorld()
    var other = world
    // Other items are rated, otherwise, and by fewer users.
    for row in 0..<other.interactions.count {
      other.interactions.items[row] = other.interactions.items[row] / 2
      other.interactions.ratings[row] = 1
    }
    let starts = [world, other].map { training($0) }
    #expect(starts[0].best.all.array == starts[1].best.all.array)
    #expect(starts[0].problem.encoder.fields == starts[1].problem.encoder.fields)
    let fields = starts[0].problem.encoder.fields
    #expect(fields[0].values.count == world.items.count)
  }

  @Test func numbersOfUsersAreLeftOut() {
    var world = smallWorld()
    world.users.features.append(
      Feature("income", .numbers((0..<world.users.count).map { Float($0) })))
    let fields = FeatureEncoder(publicFieldsOf: world).fields
    #expect(fields.map(\.name) == ["item", "genre", "price", "age"])
  }

  /// A file as it is read back.
  private func sealed(_ file: Safetensors) throws -> Safetensors {
    try file.sealed().withUnsafeBytes { try Safetensors($0) }
  }

  @Test func whatAModelSaysOfPrivacyGoesThroughItsFile() throws {
    let world = smallWorld()
    var training = training(world)
    while training.next() != nil {}
    var model = TrainedModel(
      learner: training.learner, problem: training.problem, weights: training.best,
      fingerprint: 0xABCD)
    for isSimulated in [true, false] {
      let statement = PrivacyStatement(
        epsilon: 3.25, delta: 1e-5, accountant: .pld, noiseMultiplier: 1, clip: 1, rate: 0.5,
        steps: 8, isSimulated: isSimulated)
      model.privacy = statement
      let file = try sealed(ModelFile.encoded(model))
      let read = try ModelFile.model(file, data: world, kernels: .underTest)
      #expect(read.privacy == statement)
      #expect(read.compressed(WeightCompression(words: "int8")!).privacy == statement)
      // What tells those who know all others whether a user was there stays out.
      #expect((file.metadata["mrs.split"] == nil) == !isSimulated)
      var damaged = file
      damaged.metadata["mrs.privacy"] = "epsilon=3"
      #expect(throws: ModelFileError.self) {
        try ModelFile.model(sealed(damaged), data: world, kernels: .underTest)
      }
    }
  }
}
