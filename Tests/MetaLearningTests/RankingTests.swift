import Datasets
import Kernels
import MetaLearning
import Models
import Synchronization
import Testing

/// The best of many items, screened on codes, are those that floats give.
@Suite struct RankingTests {
  private static let items = 5000

  private func model(_ network: MLP, spread: Float = 1) -> (model: TrainedModel, data: Dataset) {
    var learner = MAML()
    learner.scope = .decision
    let world = smallProblem(
      learner, network: network, loss: SquaredError(),
      data: smallWorld(users: 6, items: Self.items, ratings: 12))
    var weights = world.weights
    let all = weights.mutableAll()
    for index in 0..<all.count { all.base[index] *= spread }
    let model = TrainedModel(
      learner: learner, problem: world.problem, weights: weights, fingerprint: 1)
    return (model, world.data)
  }

  private func network(_ hidden: [Int], wide: Bool) -> MLP {
    var network = MLP()
    (network.hidden, network.wide, network.embed) = (hidden, wide, 9)
    return network
  }

  private func check(_ model: TrainedModel, _ data: Dataset, items: [Int32]) throws {
    let pool = ThreadPool()
    for task in smallSplit(data).train + smallSplit(data).test {
      let context = UserContext(task, in: data.interactions)
      let all = model.scores(for: context, items: items)
      let expected = highest(10, of: all)
      let best = try pool.whileUsed {
        try model.best(10, of: items, for: context, threads: 2)
      }
      #expect(best.map(\.item) == expected.map { items[$0] })
      let agree = zip(best, expected).allSatisfy { $0.score == all[$1] }
      #expect(agree)
    }
  }

  @Test(arguments: [[32], [33, 10], [64, 64, 16]], [true, false])
  func theBestAreThoseOfTheFloats(hidden: [Int], wide: Bool) throws {
    let (model, data) = model(network(hidden, wide: wide))
    try check(model, data, items: Array(0..<Int32(Self.items)))
    try check(model, data, items: Array((0..<Int32(Self.items)).filter { $0 % 9 != 4 }.reversed()))
  }

  /// Codes of items that were made while nobody waited any more are not those that later lists are screened by.
  @Test func whatACancelledRequestHasComputedIsNotKept() throws {
    let (model, data) = model(network([32], wide: true))
    let items = Array(0..<Int32(Self.items))
    let context = UserContext(smallSplit(data).test[0], in: data.interactions)
    let asked = Mutex(0)
    for patience in [0, 1, 3, 10] {
      asked.withLock { $0 = 0 }
      let list = try Cancellation.attempt(
        until: {
          asked.withLock {
            $0 += 1; return $0 > patience
          }
        },
        { try? model.best(10, of: items, for: context, threads: 1) })
      #expect(list == nil)
    }
    try check(model, data, items: items)
  }

  /// With a long support few items are on a tape at once; each gets the score that it gets alone.
  @Test(arguments: [Relation(), Matching(), RidgeHead()] as [any MetaLearner])
  func itemsAreScoredInPartsWhereTheSupportIsLong(learner: any MetaLearner) {
    let world = smallProblem(
      learner, network: network([8], wide: true), loss: SquaredError(),
      data: smallWorld(users: 4, items: 1200, ratings: 1000))
    let model = TrainedModel(
      learner: learner, problem: world.problem, weights: world.weights, fingerprint: 1)
    let context = UserContext(smallSplit(world.data).test[0], in: world.data.interactions)
    #expect(context.support.count > 900)
    let all = model.scores(for: context, items: Array(0..<1200))
    #expect(all.count == 1200)
    for item in [0, 1, 262, 263, 299, 600, 1199] {
      #expect(model.scores(for: context, items: [Int32(item)]) == [all[item]])
    }
    #expect(model.scores(for: context, items: []).isEmpty)
  }

  @Test(arguments: [Float(0), 1e-18, 2])
  func weightsOfAnySizeAreRanked(spread: Float) throws {
    let (model, data) = model(network([32, 16], wide: false), spread: spread)
    try check(model, data, items: Array(0..<Int32(Self.items)))
  }

  @Test func scoresThatAreNoNumbersAreNotRanked() throws {
    let (model, data) = model(network([32, 16], wide: false), spread: .nan)
    let context = UserContext(smallSplit(data).train[0], in: data.interactions)
    for count in [8, Int32(Self.items)] {
      #expect(throws: ScoreError.self) {
        _ = try model.best(4, of: Array(0..<count), for: context, threads: 2)
      }
    }
  }

  @Test func codesLeaveFewItemsInQuestion() throws {
    let (model, data) = model(network([32, 32], wide: false))
    let task = smallSplit(data).train[0]
    let scratchPool = ScratchPool(model.problem)
    let stack = try #require(
      scratchPool.withScratch { scratch in
        scratch.adaptedDenseStack(of: model.learner, model.weights, scratch.episode(task, data))
      })
    let features = randomMatrix(20_000, model.problem.layout.blocks[1].rows)
    defer { features.base.deallocate() }
    let coded = try #require(QuantizedRows(features))
    let pool = ThreadPool()
    let scores = pool.whileUsed {
      stack.scores(of: 20_000, threads: 2, block: 96, in: scratchPool) { range, _ in
        (features.rows(range), nil)
      }
    }
    let found = pool.whileUsed { stack.candidates(10, of: coded, threads: 2, in: scratchPool) }
    let candidates = try #require(found)
    #expect(pool.threadCount == 1)
    #expect(Set(candidates).isSuperset(of: highest(10, of: scores)))
    #expect(candidates.count < 200)
  }

  private func randomMatrix(_ rows: Int, _ columns: Int) -> Matrix {
    let matrix = Matrix(.allocate(capacity: rows * columns), rows: rows, columns: columns)
    var stream = RandomKey(seed: 7).stream
    for index in 0..<matrix.count { matrix.base[index] = Float(stream.normal()) }
    return matrix
  }
}
