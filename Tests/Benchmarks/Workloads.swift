import Datasets
import Kernels
import MetaLearning
import Models

/// Meta-training on the peers' shapes and numbers.
struct Workload {
  static let names = ["w1", "anil", "fomaml", "reptile", "w2"]

  let problem: LearningProblem
  let learner: any MetaLearner
  let weights: Weights
  let outer: (optimizer: any Optimizer, rate: Float)
  let batches: [[WorkloadTask]]

  init(_ name: String, _ inputs: Inputs, steps: Int, kernels: KernelSet) throws {
    let learner = Self.learner(name, steps: steps)
    self =
      try name == "w2"
      ? Self.embeddings(inputs, learner: learner, kernels)
      : Self.vectors(inputs, learner: learner, kernels)
  }

  private init(
    problem: LearningProblem, learner: any MetaLearner, weights: Weights,
    outer: (optimizer: any Optimizer, rate: Float), batches: [[WorkloadTask]]
  ) {
    (self.problem, self.learner, self.weights) = (problem, learner, weights)
    (self.outer, self.batches) = (outer, batches)
  }

  private static func learner(_ name: String, steps: Int) -> any MetaLearner {
    func stepping<Learner: SteppingLearner>(_ start: Learner) -> Learner {
      var learner = start
      learner.steps = steps
      (learner.innerRate, learner.inner.shrinkage) = (0.01, 0)
      return learner
    }
    switch name {
    case "anil": return stepping(ANIL())
    case "fomaml":
      var fomaml = stepping(FirstOrderMAML())
      fomaml.scope = .all
      return fomaml
    case "reptile": return stepping(Reptile())
    default:
      var maml = stepping(MAML())
      maml.scope = name == "w2" ? .decision : .all
      return maml
    }
  }

  /// A network on 64 given numbers a row: w1, anil, fomaml, reptile.
  static func vectors(
    _ inputs: Inputs, learner: any MetaLearner, _ kernels: KernelSet
  ) throws -> Workload {
    var network = MLP()
    network.wide = false
    let problem = LearningProblem(
      network: network, loss: SquaredError(), learner: learner, encoder: emptyEncoder,
      scale: RatingScale(1, 5),
      shape: InputShape(ownFields: 0, commonFields: 0, tableRows: 0, vectorWidth: 64),
      kernels: kernels)
    let arrays = try (0..<4).map { try inputs.floats("w1_batch\($0)") }
    let batches = (0..<8).map { batch in
      (0..<32).map { task in
        let at = batch * 32 + task
        func rows(_ x: [Float], _ y: [Float]) -> EncodedRows {
          EncodedRows(
            count: 16, ownFields: 0, commonFields: 0,
            vectors: permanent(x[at * 1024..<(at + 1) * 1024], rows: 16, columns: 64),
            ratings: permanent(y[at * 16..<(at + 1) * 16], rows: 16, columns: 1))
        }
        return WorkloadTask.given(
          Episode(
            tableRows: UnsafeBufferPointer(start: nil, count: 0),
            support: rows(arrays[0], arrays[1]), query: rows(arrays[2], arrays[3])))
      }
    }
    return Workload(
      problem: problem, learner: learner,
      weights: try weights(problem, inputs, prefix: "w1", split: nil),
      outer: learner is Reptile ? (SGD(), 0.1) : (Adam(), 1e-3), batches: batches)
  }

  /// All feature values of ml-1m.
  static let tableRows = 13_760

  /// The network of MeLU on ml-1m's vocabularies: w2.
  static func embeddings(
    _ inputs: Inputs, learner: any MetaLearner, _ kernels: KernelSet
  ) throws -> Workload {
    var network = MLP()
    network.wide = false
    network.embed = 32
    let problem = LearningProblem(
      network: network, loss: SquaredError(), learner: learner, encoder: emptyEncoder,
      scale: RatingScale(1, 5),
      shape: InputShape(ownFields: 5, commonFields: 4, tableRows: tableRows), kernels: kernels)
    let ids = try inputs.integers("w2_batch0")
    let shares = try inputs.floats("w2_batch1")
    let users = try inputs.integers("w2_batch2")
    let ratings = try inputs.floats("w2_batch3")
    let batches = (0..<8).map { batch in
      (0..<32).map { task in
        let at = batch * 32 + task
        return WorkloadTask.encoded(
          ids: Array(ids[at * 374..<(at + 1) * 374]),
          shares: Array(shares[at * 374..<(at + 1) * 374]),
          users: Array(users[at * 4..<(at + 1) * 4]),
          ratings: Array(ratings[at * 34..<(at + 1) * 34]))
      }
    }
    return Workload(
      problem: problem, learner: learner,
      weights: try weights(problem, inputs, prefix: "w2", split: 160), outer: (Adam(), 1e-3),
      batches: batches)
  }

  static let emptyEncoder = FeatureEncoder(
    Dataset(
      name: "", users: Entities(ids: Vocabulary()), items: Entities(ids: Vocabulary()),
      interactions: Interactions(), scale: RatingScale(1, 5)), training: [])

  /// The peers' initial weights; `split` cuts the first layer's rows into own and shared ones.
  private static func weights(
    _ problem: LearningProblem, _ inputs: Inputs, prefix: String, split: Int?
  ) throws -> Weights {
    var weights = Weights(problem.layout)
    var arrays: [[Float]] = [split == nil ? [] : try inputs.floats("\(prefix)_table")]
    for number in 0..<6 { arrays.append(try inputs.floats("\(prefix)_param\(number)")) }
    if let split {
      let first = arrays[1]
      arrays.replaceSubrange(
        1...1, with: [Array(first[..<(split * 64)]), Array(first[(split * 64)...])])
    }
    for (block, array) in arrays.enumerated() { weights.mutableView(block).copy(from: array) }
    return weights
  }
}

/// One task as the workload gives it.
enum WorkloadTask: @unchecked Sendable {
  case given(Episode)
  case encoded(ids: [Int32], shares: [Float], users: [Int32], ratings: [Float])

  func episode(_ scratch: Scratch, _ localRows: LocalRows) -> Episode {
    switch self {
    case .given(let episode): return episode
    case .encoded(let ids, let shares, let users, let ratings):
      return localRows.episode(ids, shares, users, ratings, arena: scratch.tape.arena)
    }
  }
}

/// Encodes a task as the encoder of real data does.
final class LocalRows: @unchecked Sendable {
  private let number = RowNumbering(tableRows: Workload.tableRows)
  /// How many ids each of the five item fields has.
  private let widths = [1, 1, 3, 2, 4]

  func episode(
    _ ids: [Int32], _ shares: [Float], _ users: [Int32], _ ratings: [Float], arena: Arena
  ) -> Episode {
    var support = encode(ids, shares, ratings, 0..<24, arena)
    var query = encode(ids, shares, ratings, 24..<34, arena)
    let common = shared(users, arena)
    (support.common, query.common) = (common, common)
    return Episode(tableRows: number.finish(in: arena), support: support, query: query)
  }

  private func shared(_ users: [Int32], _ arena: Arena) -> EmbeddingBag {
    let offsets = arena.integers(5)
    let indices = arena.integers(4)
    let weights = arena.allocate(4)
    for (place, id) in users.enumerated() {
      offsets[place] = Int32(place)
      indices[place] = number(id)
      weights[place] = 1
    }
    offsets[4] = 4
    return EmbeddingBag(count: 4, step: 1, offsets: offsets, indices: indices, weights: weights)
  }

  private func encode(
    _ ids: [Int32], _ shares: [Float], _ ratings: [Float], _ range: Range<Int>, _ arena: Arena
  ) -> EncodedRows {
    let offsets = arena.integers(range.count * 5 + 1)
    let indices = arena.integers(range.count * 11)
    let weights = arena.allocate(range.count * 11)
    let targets = arena.matrix(rows: range.count, columns: 1)
    var next = 0
    var bag = 0
    offsets[0] = 0
    for row in range {
      targets[row - range.lowerBound, 0] = ratings[row]
      var at = row * 11
      for width in widths {
        for _ in 0..<width {
          if shares[at] > 0 {
            indices[next] = number(ids[at])
            weights[next] = shares[at]
            next += 1
          }
          at += 1
        }
        bag += 1
        offsets[bag] = Int32(next)
      }
    }
    return EncodedRows(
      count: range.count,
      own: EmbeddingBag(count: bag, step: 1, offsets: offsets, indices: indices, weights: weights),
      ownFields: 5, commonFields: 4, ratings: targets)
  }
}

/// Trains a workload and checks it against the peers.
final class WorkloadRun {
  let workload: Workload
  let outer: OuterLoop
  private let threads: Int
  private let tasks: Int
  private let localRows: [LocalRows]
  private var step = 0

  /// - Parameter tasks: how many tasks of each batch a step learns from, 8 to 32.
  init(_ workload: Workload, threads: Int, tasks: Int = 32) {
    self.workload = workload
    self.threads = threads
    self.tasks = tasks
    outer = OuterLoop(
      workload.problem, weights: workload.weights,
      options: OuterOptions(optimizer: workload.outer.optimizer), threads: threads)
    localRows = (0..<8).map { _ in LocalRows() }
  }

  func take() {
    let batch = workload.batches[step % 8]
    let learner = workload.learner
    let (localRows, tasks) = (localRows, tasks)
    _ = outer.take(tasks: tasks, rate: workload.outer.rate) { number, weights, scratch in
      // One for each of the sums that so few tasks are cut into.
      let own = localRows[number * localRows.count / tasks]
      return learner.learn(from: batch[number].episode(scratch, own), weights, in: scratch)
    }
    step += 1
  }

  /// Meta-steps a second, after 20 that end in the loss to agree on; timed five times.
  func measured(_ name: String, steps: Int, seconds length: Double) -> Measurement {
    for _ in 0..<20 { take() }
    let agreed = check()
    let rates = (0..<5).map { _ in
      let start = seconds()
      var count = 0
      while seconds() - start < length / 5 {
        take()
        count += 1
      }
      return Double(count) / (seconds() - start)
    }
    return Measurement(
      workload: name, steps: steps, threads: threads, rate: .init(rates), check: agreed)
  }

  /// What many meta-steps do to the memory in use.
  func growth(over steps: Int) -> String {
    for _ in 0..<100 { take() }
    let before = Memory.now
    for _ in 0..<steps { take() }
    return
      "\(before) MiB before, \(Memory.now) MiB after \(steps) meta-steps, peak \(Memory.peak) MiB"
  }

  /// The mean query loss of the un-adapted model on batch 0.
  func check() -> Double {
    var sum = 0.0
    let scratch = Scratch(workload.problem)
    var maml = MAML()
    maml.steps = 0
    for task in workload.batches[0] {
      scratch.tape.reset()
      let episode = task.episode(scratch, localRows[0])
      let scores = maml.scores(for: episode, outer.weights, in: scratch)
      for row in 0..<scores.rows {
        let error = Double(scores[row, 0] - episode.query.ratings[row, 0])
        sum += error * error / Double(scores.rows * 32)
      }
    }
    return sum
  }
}
