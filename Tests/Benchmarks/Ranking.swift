import Datasets
import Kernels
import MetaLearning
import Models

/// w4: adapt to one user's 16 ratings, then the exact top 10 of 100,000 items.
struct Ranking {
  private static let width = 32
  private static let ratings = 16
  private static let best = 10
  /// Items that a core scores at once: their hidden rows stay in its cache.
  private static let block = 96

  private let problem: LearningProblem
  private let learner: MAML
  private let weights: Weights
  private let items: Matrix
  private let codes: QuantizedRows
  private let chosen: [Int32]
  private let given: [Float]
  private let users: Int
  private let threads: Int
  private let scratchPool: ScratchPool

  init?(_ inputs: Inputs, steps: Int, threads: Int, kernels: KernelSet) throws {
    var network = MLP()
    network.wide = false
    network.embed = Self.width
    var maml = MAML()
    maml.steps = steps
    (maml.innerRate, maml.inner.shrinkage) = (0.01, 0)
    maml.scope = .decision
    let vectors = try inputs.floats("w4_user0")
    users = vectors.count / Self.width
    problem = LearningProblem(
      network: network, loss: SquaredError(), learner: maml, encoder: Workload.emptyEncoder,
      scale: RatingScale(1, 5),
      shape: InputShape(
        ownFields: 0, commonFields: 1, tableRows: users, vectorWidth: Self.width),
      kernels: kernels)
    learner = maml
    var start = Weights(problem.layout)
    let first = try inputs.floats("w1_param0")
    let half = first.count / 2
    var arrays = [vectors, Array(first[half...]), Array(first[..<half])]
    for number in 1..<6 { arrays.append(try inputs.floats("w1_param\(number)")) }
    for (block, array) in arrays.enumerated() { start.mutableView(block).copy(from: array) }
    weights = start
    let rows = try inputs.floats("w4_items")
    items = permanent(rows, rows: rows.count / Self.width, columns: Self.width)
    guard let codes = QuantizedRows(items) else { return nil }
    self.codes = codes
    chosen = try inputs.integers("w4_user1")
    given = try inputs.floats("w4_user2")
    self.threads = threads
    scratchPool = ScratchPool(problem)
  }

  mutating func measured() -> Measurement {
    let top = ranked(user: 0)
    var times: [Double] = []
    for user in 0..<users {
      let start = seconds()
      _ = ranked(user: user)
      times.append((seconds() - start) * 1000)
    }
    let settled = times.dropFirst(20).sorted()
    return Measurement(
      workload: "w4", steps: learner.steps, threads: threads,
      latency_ms: .init(
        p50: settled[settled.count / 2], p99: settled[Int(Double(settled.count) * 0.99)]),
      top: top)
  }

  private func ranked(user: Int) -> [Int] {
    let stack = scratchPool.withScratch { scratch in
      scratch.tape.reset()
      return scratch.adaptedDenseStack(of: learner, weights, episode(user, scratch.tape.arena))
    }
    guard let stack else { return [] }
    let found = stack.candidates(Self.best, of: codes, threads: threads, in: scratchPool)
    let rows = found ?? Array(0..<items.rows)
    let scores = stack.scores(of: rows.count, threads: threads, block: Self.block, in: scratchPool)
    {
      range, scratch in
      let features = scratch.tape.arena.matrix(rows: range.count, columns: Self.width)
      for (row, item) in rows[range].enumerated() {
        features.rows(row..<row + 1).copy(from: items.rows(item..<item + 1))
      }
      return (features, nil)
    }
    return highest(Self.best, of: scores).map { rows[$0] }
  }

  private func episode(_ user: Int, _ arena: Arena) -> Episode {
    let vectors = arena.matrix(rows: Self.ratings, columns: Self.width)
    let ratings = arena.matrix(rows: Self.ratings, columns: 1)
    for row in 0..<Self.ratings {
      let item = Int(chosen[user * Self.ratings + row])
      vectors.rows(row..<row + 1).copy(from: items.rows(item..<item + 1))
      ratings[row, 0] = given[user * Self.ratings + row]
    }
    let table = arena.integers(1)
    table[0] = Int32(user)
    let (offsets, indices, shares) = (arena.integers(2), arena.integers(1), arena.allocate(1))
    (offsets[0], offsets[1], indices[0], shares[0]) = (0, 1, 0, 1)
    let common = EmbeddingBag(
      count: 1, step: 1, offsets: offsets, indices: indices, weights: shares)
    let rows = EncodedRows(
      count: Self.ratings, ownFields: 0, common: common, commonFields: 1, vectors: vectors,
      ratings: ratings)
    return Episode(
      tableRows: UnsafeBufferPointer(start: table, count: 1), support: rows, query: rows)
  }
}
