import Datasets
import Kernels
import Language
import MetaLearning
import Models
import TestedKernels
import Testing

/// Identities that an exact core fulfils.
@Suite struct ExactnessTests {
  typealias World = (
    data: Dataset, split: TaskSplit, problem: LearningProblem, weights: Weights
  )

  /// What one task adds to the gradient.
  func gradient(
    _ world: World, _ learn: @Sendable (Scratch, Weights, Episode) -> Float
  ) -> [Float] {
    let options = OuterOptions(optimizer: SGD())
    let outer = OuterLoop(world.problem, weights: world.weights, options: options, threads: 1)
    _ = outer.take(tasks: 1, rate: 1) { _, weights, scratch in
      learn(scratch, weights, scratch.episode(world.split.train[1], world.data))
    }
    return zip(world.weights.all.array, outer.weights.all.array).map { $0 - $1 }
  }

  @Test(arguments: networks.members.names)
  func reptileWithOneStepFollowsTheSupportGradient(name: String) throws {
    var reptile = Reptile()
    (reptile.steps, reptile.innerRate, reptile.inner.shrinkage) = (1, 0.01, 0)
    let world = smallProblem(
      reptile, network: smooth(try networks.make(name).get()), loss: SquaredError())
    let step = gradient(world) { [reptile] in reptile.learn(from: $2, $1, in: $0) }
    // The support as the query of a loop without steps: its plain gradient.
    var plain = reptile.innerLoop(world.problem.layout)
    plain.steps = 0
    let support = gradient(world) { [plain] scratch, weights, episode in
      plain.metaGradient(
        scratch, weights,
        Episode(tableRows: episode.tableRows, support: episode.support, query: episode.support))
    }
    let size = support.map { abs($0) }.max() ?? 0
    #expect(size > 0.1)
    for (step, slope) in zip(step, support) {
      #expect(abs(step - 0.01 * slope) < 2e-6 * max(1, size))
    }
  }

  /// Of n support ratings and as much shrinkage, half of the rate remains; on the tape as in stacks of layers.
  @Test(arguments: networks.members.names)
  func shrinkageTakesItsPartOfTheRate(name: String) throws {
    let network = smooth(try networks.make(name).get())
    let world = smallProblem(MAML(), network: network, loss: SquaredError())
    let count = world.split.train[1].support.count
    var (shrunk, halved) = (MAML(), MAML())
    (shrunk.inner.shrinkage, halved.inner.shrinkage) = (Double(count), 0)
    (shrunk.innerRate, halved.innerRate) = (0.125, 0.0625)
    let steps = [shrunk, halved].map { $0.innerLoop(world.problem.layout) }
    let gradients = steps.map { loop in gradient(world) { loop.metaGradient($0, $1, $2) } }
    #expect(gradients[0] == gradients[1])
    #expect(gradients[0].contains { $0 != 0 })
    let plain = steps.map { loop in gradient(world) { loop.plainMetaGradient($0, $1, $2) } }
    #expect(plain[0] == plain[1])
  }

  /// u·(H·v) = v·(H·u) with H the curvature of the support loss in all weights.
  @Test(arguments: networks.members.names, losses.members.names)
  func theCurvatureOfEveryNetworkAndLossIsSymmetric(network: String, loss: String) throws {
    let world = smallProblem(
      MAML(), network: smooth(try networks.make(network).get()),
      loss: try losses.make(loss).get())
    func direction(_ seed: UInt64) -> [Float] {
      var stream = RandomKey(seed: seed).stream
      return (0..<world.weights.count).map { _ in Float(stream.normal()) }
    }
    let (u, v) = (direction(1), direction(2))
    func dot(_ a: [Float], _ b: [Float]) -> Double {
      zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    let (a, b) = (dot(u, curvature(world, along: v)), dot(v, curvature(world, along: u)))
    let scale = max(abs(dot(v, curvature(world, along: v))), abs(a))
    #expect(scale > 1e-3)
    #expect(abs(a - b) < 1e-4 * scale, "\(a) and \(b)")
  }

  /// H·v by one more sweep over the recorded gradient, as an inner loop does it.
  private func curvature(_ world: World, along v: [Float]) -> [Float] {
    let scratch = Scratch(world.problem)
    let (tape, problem) = (scratch.tape, world.problem)
    let episode = scratch.episode(world.split.train[1], world.data)
    let leaves = scratch.leaves(world.weights, episode)
    let floor = tape.count
    var state = problem.network.features(
      tape, leaves, episode.support, support: episode.support, shape: problem.shape)
    for stage in 1...problem.network.lastStage(problem.shape) {
      state = problem.network.advance(state, stage: stage, tape, leaves, shape: problem.shape)
    }
    let loss = problem.loss.value(
      tape, state.hidden, episode.support.ratings, scale: problem.scale)
    let gradients = tape.gradient(of: loss, to: leaves, floor: floor)
    var result = [Float](repeating: 0, count: v.count)
    var seeds: [Tape.Seed] = []
    for (number, gradient) in gradients.enumerated() {
      let shape = tape[gradient]
      let own = rows(of: number, episode, world.problem).flatMap { v[$0] }
      seeds.append(.init(gradient, tape.constant(own, rows: shape.rows, columns: shape.columns)))
    }
    let sums = leaves.map { tape.zeros(like: $0) }
    tape.backward(
      from: seeds, to: zip(leaves, sums).map { Tape.Target($0, into: $1) }, floor: floor,
      differentiable: false)
    for (number, sum) in sums.enumerated() {
      let values = sum.array
      var at = 0
      for range in rows(of: number, episode, world.problem) {
        for index in range {
          result[index] = values[at]
          at += 1
        }
      }
    }
    return result
  }

  /// Where the numbers of a block that a task uses lie among all.
  private func rows(
    of block: Int, _ episode: Episode, _ problem: LearningProblem
  ) -> [Range<Int>] {
    let place = problem.layout.blocks[block]
    guard place.kind == .lookup else { return [place.offset..<place.offset + place.count] }
    return episode.tableRows.map { row in
      let start = place.offset + Int(row) * place.columns
      return start..<start + place.columns
    }
  }

  /// The head in closed form beside Gaussian elimination on features added up by hand.
  @Test func theRidgeHeadIsADirectSolve() throws {
    var learner = RidgeHead()
    learner.prior = false
    learner.slope = false
    let world = smallProblem(learner, network: Factor(), loss: SquaredError())
    let task = world.split.train[1]
    let context = UserContext(task, in: world.data.interactions)
    let model = TrainedModel(
      learner: learner, problem: world.problem, weights: world.weights, fingerprint: 1)
    let items = Array(Int32(0)..<Int32(world.data.items.count))
    let found = model.scores(for: context, items: items)

    let table = FactorByHand(world.problem, world.weights, user: Int(task.user))
    let rows = context.support.map { table.row($0.item) }
    let residuals = context.support.map { Double($0.rating) - table.base($0.item) }
    let lambda = try #require(world.problem.layout.index(of: "ridge.log-lambda"))
    let ridge = world.weights.view(lambda).array.map { KernelSet.underTest.exponential($0) }
    let size = table.width + 1
    var matrix = [[Double]](repeating: [Double](repeating: 0, count: size + 1), count: size)
    for i in 0..<size {
      for j in 0..<size { matrix[i][j] = rows.reduce(0) { $0 + $1[i] * $1[j] } }
      matrix[i][i] += Double(ridge[i < table.width ? 0 : 1])
      matrix[i][size] = zip(rows, residuals).reduce(0) { $0 + $1.0[i] * $1.1 }
    }
    let head = solved(matrix)
    for (item, score) in zip(items, found) {
      let exact = table.base(item) + zip(table.row(item), head).reduce(0) { $0 + $1.0 * $1.1 }
      #expect(abs(Double(score) - exact) < 1e-4, "item \(item)")
    }
  }

  private func solved(_ system: [[Double]]) -> [Double] {
    var rows = system
    let size = rows.count
    for pivot in 0..<size {
      let largest = (pivot..<size).max { abs(rows[$0][pivot]) < abs(rows[$1][pivot]) } ?? pivot
      rows.swapAt(pivot, largest)
      for other in 0..<size where other != pivot {
        let share = rows[other][pivot] / rows[pivot][pivot]
        for column in pivot...size { rows[other][column] -= share * rows[pivot][column] }
      }
    }
    return (0..<size).map { rows[$0][size] / rows[$0][$0] }
  }
}

/// Features and base scores of a factor model from its tables alone.
private struct FactorByHand {
  let width: Int
  private let problem: LearningProblem
  private let embedding: [Float]
  private let linear: [Float]
  private let bias: Double
  private let user: Int

  init(_ problem: LearningProblem, _ weights: Weights, user: Int) {
    func block(_ name: String) -> [Float] {
      problem.layout.index(of: name).map { weights.view($0).array } ?? []
    }
    self.problem = problem
    self.user = user
    embedding = block("embedding")
    linear = block("linear")
    bias = Double(block("head.bias")[0])
    width = embedding.count / problem.encoder.tableRows
  }

  /// The sum of the embeddings of an item's feature values, and a one.
  func row(_ item: Int32) -> [Double] {
    var sums = [Double](repeating: 0, count: width)
    let codes = problem.encoder.items
    for at in codes.entries(of: Int(item)) {
      for column in 0..<width {
        sums[column] +=
          Double(codes.weights[at]) * Double(embedding[Int(codes.rows[at]) * width + column])
      }
    }
    return sums + [1]
  }

  /// The bias and the linear weights of the item's and the user's feature values.
  func base(_ item: Int32) -> Double {
    func sum(_ codes: EntityCodes, _ entity: Int) -> Double {
      codes.entries(of: entity).reduce(0) {
        $0 + Double(codes.weights[$1]) * Double(linear[Int(codes.rows[$1])])
      }
    }
    return bias + sum(problem.encoder.items, Int(item)) + sum(problem.encoder.users, user)
  }
}
