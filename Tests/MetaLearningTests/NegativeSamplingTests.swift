import Datasets
import Kernels
import MetaLearning
import Models
import TestedKernels
import Testing

/// What is drawn as not taken, and that the query of those to be judged never has a say in it.
@Suite struct NegativeSamplingTests {
  /// The small world as interactions, each user with twelve of twenty items.
  private func world() throws -> (data: Dataset, split: TaskSplit) {
    let data = try smallWorld().asInteractions()
    return (data, smallSplit(data))
  }

  private func sampler(
    _ distribution: NegativeSampling.Distribution = .uniform, power: Double = 0.75
  ) throws -> (sampler: NegativeSampler, data: Dataset, split: TaskSplit, counts: [Int]) {
    let (data, split) = try world()
    var sampling = NegativeSampling()
    (sampling.distribution, sampling.power) = (distribution, power)
    let rows = split.train.flatMap { $0.support + $0.query }
    var counts = [Int](repeating: 0, count: data.items.count)
    for row in rows { counts[Int(data.interactions.items[Int(row)])] += 1 }
    return (
      NegativeSampler(sampling, data, training: rows, key: RandomKey(seed: 1)), data, split, counts
    )
  }

  @Test(arguments: [(NegativeSampling.Distribution.uniform, 0.0), (.popularity, 0.75)])
  func itemsAreDrawnAsOftenAsIsSaid(
    distribution: NegativeSampling.Distribution, power: Double
  ) throws {
    let (sampler, _, _, counts) = try sampler(distribution)
    var stream = RandomKey(seed: 5).stream
    let avoided: Set<Int32> = [0, 1]
    let drawn = sampler.negatives(for: 10_000, avoiding: avoided, &stream)
    #expect(drawn.count == 40_000 && drawn.allSatisfy { $0.rating == 0 })
    let weights = counts.enumerated().map { item, count in
      count == 0 || avoided.contains(Int32(item)) ? 0 : Elementary.pow(Double(count), power)
    }
    let total = weights.reduce(0, +)
    for item in weights.indices {
      let share = Double(drawn.count { $0.item == Int32(item) }) / 40_000
      let expected = weights[item] / total
      // Five standard deviations of a share.
      let slack = 5 * (expected * (1 - expected) / 40_000).squareRoot()
      #expect(abs(share - expected) <= slack, "item \(item): \(share), not \(expected)")
    }
  }

  @Test func whoTookNearlyEverythingGetsWhatIsLeft() throws {
    let (sampler, data, _, counts) = try sampler(.popularity, power: 6)
    var stream = RandomKey(seed: 5).stream
    let rarest = try #require(
      counts.indices.filter { counts[$0] > 0 }.min { counts[$0] < counts[$1] })
    let others = Set((0..<Int32(data.items.count)).filter { Int($0) != rarest })
    let drawn = sampler.negatives(for: 3, avoiding: others, &stream)
    #expect(drawn.map(\.item) == Array(repeating: Int32(rarest), count: 12))
    let all = Set(0..<Int32(data.items.count))
    #expect(sampler.negatives(for: 3, avoiding: all, &stream).isEmpty)
    // Where the whole batch took what they took, others are drawn.
    let elsewhere = sampler.negatives(for: 1, avoiding: others, from: [0, 1], &stream)
    #expect(elsewhere.map(\.item) == Array(repeating: Int32(rarest), count: 4))
  }

  @Test func trainingQueriesAvoidAllThatAUserTookAndSupportsOnlyTheSupport() throws {
    let (data, split) = try world()
    let interactions = data.interactions
    for distribution in NegativeSampling.Distribution.allCases {
      let (sampler, _, _, _) = try sampler(distribution)
      let negatives = EpisodeNegatives(
        sampler, split.train, in: interactions, key: RandomKey(seed: 2))
      var meets = 0
      for epoch in 1...40 {
        let batch = negatives.drawn(for: split.train, epoch: epoch)
        for task in split.train {
          let taken = Set((task.support + task.query).map { interactions.items[Int($0)] })
          var support = UserContext(task, in: interactions).support
          var query = task.query.map {
            UserContext.Rating(item: interactions.items[Int($0)], rating: 1)
          }
          let known = Set(support.map(\.item))
          batch.complete(&support, &query, of: task)
          #expect(support.count == 5 * task.support.count && query.count == 5 * task.query.count)
          #expect(!query.contains { $0.rating == 0 && taken.contains($0.item) })
          #expect(!support.contains { $0.rating == 0 && known.contains($0.item) })
          meets += support.count { $0.rating == 0 && taken.contains($0.item) }
        }
      }
      // Of the support's negatives some are in the query: nothing of it was asked.
      #expect(meets > 0)
    }
  }

  @Test func theQueryOfAUserToBeJudgedChangesNothingOfHerModel() throws {
    let (data, split) = try world()
    var options = TrainingOptions()
    options.epochs = 2
    let problem = LearningProblem(
      data, split, learner: MAML(), network: MLP(), loss: CrossEntropy(),
      key: RandomKey(seed: 4), kernels: .underTest)
    var training = Training(problem, data, split, learner: MAML(), options: options)
    while training.next() != nil {}
    let model = TrainedModel(
      learner: MAML(), problem: problem, weights: training.best, fingerprint: 1)
    let items = (0..<Int32(data.items.count)).map { $0 }
    for task in split.test {
      let scores = model.scores(for: UserContext(task, in: data.interactions), items: items)
      // Another query: items that they did not take.
      var other = data
      let taken = Set((task.support + task.query).map { data.interactions.items[Int($0)] })
      let rest = items.filter { !taken.contains($0) }
      for (place, row) in task.query.enumerated() {
        other.interactions.items[Int(row)] = rest[place % rest.count]
      }
      #expect(model.scores(for: UserContext(task, in: other.interactions), items: items) == scores)
      // In whatever order their items are given.
      var turned = UserContext(task, in: data.interactions)
      turned.support.reverse()
      let again = model.scores(for: turned, items: items)
      #expect(zip(again, scores).allSatisfy { abs($0 - $1) < 1e-3 })
    }
    // Nor does the query of validation users change what is trained on.
    var moved = data
    for task in split.valid {
      for row in task.query {
        moved.interactions.items[Int(row)] = (moved.interactions.items[Int(row)] + 1) % 20
      }
    }
    var again = Training(
      LearningProblem(
        moved, split, learner: MAML(), network: MLP(), loss: CrossEntropy(),
        key: RandomKey(seed: 4), kernels: .underTest), moved, split, learner: MAML(),
      options: options)
    while again.next() != nil {}
    #expect(again.history.map(\.trainLoss) == training.history.map(\.trainLoss))
  }

  @Test func anUntrainedNetworkOrdersItemsByPopularity() throws {
    let (data, split) = try world()
    let rows = split.train.flatMap { $0.support + $0.query }
    let (_, _, _, counts) = try sampler()
    let problem = LearningProblem(
      data, split, learner: MAML(), network: MLP(), loss: CrossEntropy(), kernels: .underTest)
    let weights = problem.initialWeights(
      learner: MAML(), data: data, training: rows, start: .biases, key: RandomKey(seed: 0))
    let linear = try #require(problem.layout.index(of: "linear"))
    let own = (0..<Int32(data.items.count)).map {
      weights.view(linear)[Int(problem.encoder.identityRow(ofItem: $0)), 0]
    }
    let most = try #require(counts.indices.max { counts[$0] < counts[$1] })
    let least = try #require(
      counts.indices.filter { counts[$0] > 0 }.min { counts[$0] < counts[$1] })
    #expect(own[most] > own[least])
  }
}
