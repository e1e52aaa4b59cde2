import Datasets
import Kernels
import MetaLearning
import Models
import TestedKernels
import Testing

/// Bounds of scores from what the model makes of items before it adapts.
@Suite struct ReferenceRowsTests {
  private static let items = 3000

  private func model(
    _ hidden: [Int], wide: Bool = true, rate: Double = 0.01, learner kind: any MetaLearner = MAML()
  ) -> (model: TrainedModel, data: Dataset) {
    var learner = kind
    if var maml = kind as? MAML {
      (maml.scope, maml.innerRate) = (.decision, rate)
      learner = maml
    }
    var network = MLP()
    (network.hidden, network.wide, network.embed) = (hidden, wide, 9)
    let world = smallProblem(
      learner, network: network, loss: SquaredError(),
      data: smallWorld(users: 6, items: Self.items, ratings: 12))
    return (
      TrainedModel(
        learner: learner, problem: world.problem, weights: world.weights, fingerprint: 1),
      world.data
    )
  }

  private func contexts(_ data: Dataset) -> [UserContext] {
    let split = smallSplit(data)
    let known = (split.train + split.test).map { UserContext($0, in: data.interactions) }
    return known + [
      UserContext(user: nil, support: []), UserContext(user: nil, support: known[0].support),
    ]
  }

  @Test(arguments: [[32], [33, 10], [64, 64, 16]], [true, false])
  func theBestOfKeptAdaptationsAreThoseOfTheFloats(hidden: [Int], wide: Bool) throws {
    let (model, data) = model(hidden, wide: wide)
    let all = Array(0..<Int32(Self.items))
    for items in [all, all.filter { $0 % 9 != 4 }.reversed()] {
      for context in contexts(data) {
        let scores = model.scores(for: context, items: items)
        let expected = highest(10, of: scores)
        let best = try model.best(10, of: items, for: model.kept(for: context))
        #expect(best.map(\.item) == expected.map { items[$0] })
        #expect(zip(best, expected).allSatisfy { $0.score == scores[$1] })
      }
    }
  }

  /// With rates at which adapting changes little, much, and more than codes can say.
  @Test(arguments: [0.0, 1e-4, 0.01, 0.3, 30])
  func noScoreIsAboveItsBound(rate: Double) throws {
    let (model, data) = model([48, 32], wide: false, rate: rate)
    let pool = ScratchPool(model.problem)
    func stack(_ context: UserContext) -> AdaptedDenseStack? {
      pool.withScratch { scratch in
        scratch.tape.reset()
        let episode = scratch.builder.episode(
          user: context.user, support: context.support, query: [], arena: scratch.tape.arena)
        return scratch.adaptedDenseStack(of: model.learner, model.weights, episode)
      }
    }
    let reference = try #require(
      pool.withScratch { scratch in
        scratch.tape.reset()
        let item = UserContext.Rating(item: 0, rating: 1)
        let episode = scratch.builder.episode(
          user: nil, support: [], query: [item], arena: scratch.tape.arena)
        return scratch.unadaptedDenseStack(model.weights, episode)
      })
    let width = model.problem.layout.blocks[1].rows
    let inputs = Matrix(.allocate(capacity: 2000 * width), rows: 2000, columns: width)
    defer { inputs.base.deallocate() }
    var stream = RandomKey(seed: 7).stream
    for index in 0..<inputs.count { inputs.base[index] = 0.3 * Float(stream.normal()) }
    let addends = (0..<2000).map { Float($0 % 7) / 5 }
    let rows = try #require(ReferenceRows(inputs, adding: addends, by: reference))
    #expect(rows.order.sorted() == Array(0..<2000))
    #expect(rows.order.indices.allSatisfy { rows.places[Int(rows.order[$0])] == $0 })
    var bounded = 0
    for context in contexts(data) where !context.support.isEmpty {
      let own = try #require(stack(context))
      let unordered = own.scores(of: 2000, threads: 1, block: 96, in: pool) { range, _ in
        (inputs.rows(range), nil)
      }
      let scores = rows.order.map { unordered[Int($0)] + addends[Int($0)] }
      guard let bounds = rows.bounds(of: own, Arena()) else { continue }
      bounded += 1
      #expect(zip(scores, bounds.tops).allSatisfy { $0 <= $1 })
      #expect(zip(scores, bounds.estimates).allSatisfy { $0.isFinite && $1.isFinite })
      guard rate == 0, context.user == nil else { continue }
      // Where nothing adapts, only the codes are between the two.
      #expect(zip(scores, bounds.tops).allSatisfy { $1 - $0 < 0.1 })
    }
    #expect(rate > 1 ? bounded <= contexts(data).count : bounded > 0)
  }

  @Test func otherNetworksHaveNone() throws {
    let (model, data) = model([16], rate: 0.01)
    let pool = ScratchPool(model.problem)
    let stack = pool.withScratch { scratch in
      scratch.adaptedDenseStack(
        of: model.learner, model.weights, scratch.episode(smallSplit(data).train[0], data))
    }
    let inputs = Matrix(.allocate(capacity: 40), rows: 1, columns: 40)
    defer { inputs.base.deallocate() }
    let width = model.problem.layout.blocks.first { $0.name == "hidden1.own" }?.rows ?? 0
    inputs.fill(.nan)
    let row = Matrix(inputs.base, rows: 1, columns: width)
    #expect(ReferenceRows(row, adding: nil, by: try #require(stack)) == nil)
    row.fill(1)
    #expect(ReferenceRows(row, adding: nil, by: try #require(stack)) != nil)
  }
}
