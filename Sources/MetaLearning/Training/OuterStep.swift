import Kernels
import Models

/// The outer loop's state between steps: weights, moments of the optimiser, and scratch memory.
package final class OuterLoop: @unchecked Sendable {
  package let problem: LearningProblem
  package private(set) var weights: Weights
  /// Moments of the optimiser, each as long as the weights.
  package private(set) var memory: [FloatBuffer]
  package private(set) var step = 0
  private let gradient: FloatBuffer
  private var sums: [GradientSum] = []
  /// The dense gradients of `sums`, and the rows of tables that the tasks of the batch have touched, sum by sum.
  private var denseSums: [UnsafeMutablePointer<Float>] = []
  private var touched: [SparseGradient] = []
  private let moments: [UnsafeMutablePointer<Float>]
  private let scratchPool: ScratchPool
  private var batches = 0
  private let options: OuterOptions
  private let threads: Int
  private let kernels: KernelSet
  private let groups: [ParameterGroup]
  private let lookupCount: Int
  /// Which weights stay zero; none where it is empty.
  private let zeros: [Bool]

  /// A batch of so many tasks is cut into this many sums on any machine: no more threads of all ranks can learn at once.
  static func sumCount(of tasks: Int) -> Int { min(tasks, max(8, min(64, tasks / 8))) }

  /// - Parameters:
  ///   - takesSteps: whether there is anything to step along; else it only holds the weights.
  ///   - zeros: for each weight whether it is pruned and stays zero; none if empty.
  package init(
    _ problem: LearningProblem, weights: Weights, options: OuterOptions, threads: Int,
    takesSteps: Bool = true, zeros: [Bool] = []
  ) {
    self.problem = problem
    self.zeros = zeros
    self.weights = weights
    self.options = options
    self.threads = threads
    kernels = problem.kernels
    memory = (0..<(takesSteps ? options.optimizer.memoryPerWeight : 0)).map { _ in
      FloatBuffer(count: problem.layout.count)
    }
    moments = memory.map(\.base)
    gradient = FloatBuffer(count: takesSteps ? problem.layout.count : 0)
    groups = ParameterGroup.all(of: problem.layout, options)
    lookupCount = problem.lookupCount
    scratchPool = ScratchPool(problem)
  }

  /// Goes on from a checkpoint.
  package func restore(weights: Weights, memory: [[Float]], step: Int) {
    self.weights = weights
    self.step = step
    for (buffer, numbers) in zip(self.memory, memory) {
      Matrix(buffer.base, rows: 1, columns: buffer.count).copy(from: numbers)
    }
  }

  /// One step on the mean gradient of some tasks, or on their noisy sum; returns their mean loss. No step is taken when
  /// the work is cancelled.
  ///
  /// `learn` is called once for each task number, on any thread, with the scratch to use.
  package func take(
    tasks: Int, rate: Float, learn: @Sendable (Int, Weights, Scratch) -> Float
  ) -> Float {
    // A noisy sum of nobody is a step, too: that nobody took part is nobody's to know.
    guard tasks > 0 || options.noisy != nil else { return 0 }
    let (batch, loss) = learned(tasks: tasks, rate: rate, learn)
    // Cancelled tasks leave sums incomplete, along which no step may be taken.
    if Cancellation.isRequested { return .nan }
    guard let adversary = options.adversary else {
      step += 1
      move(batch)
      return loss
    }
    let here = taken(batch)
    let worst = adversary.moved(weights, along: here, kernels)
    let (again, _) = learned(tasks: tasks, rate: rate, at: worst, learn)
    if Cancellation.isRequested { return .nan }
    step += 1
    collect(again)
    kernels.axpy(1, Matrix(here.base, rows: 1, columns: here.count), whole)
    follow(Batch(sums: 0, tasks: tasks, rate: rate, isDense: true))
    return loss
  }

  /// The gradient, one number for each weight.
  private var whole: Matrix { Matrix(gradient.base, rows: 1, columns: gradient.count) }

  /// Makes the gradient the mean of a batch.
  private func collect(_ batch: Batch) {
    eachPart(of: batch) { parts, group, part in self.sum(parts, group, part, batch) }
    problem.pullBack(gradient.base, threads: threads)
  }

  /// The mean gradient of a batch, taken out.
  private func taken(_ batch: Batch) -> FloatBuffer {
    collect(batch)
    let mean = gradient.copy()
    whole.fill(0)
    return mean
  }

  /// The mean gradient of some tasks, along which no step is taken, and their mean loss.
  package func meanGradient(
    tasks: Int, learn: @Sendable (Int, Weights, Scratch) -> Float
  ) -> (gradient: [Float], loss: Float) {
    let (batch, loss) = learned(tasks: tasks, rate: 0, learn)
    return (taken(batch).array, loss)
  }

  /// Learns from some tasks: the sums of their gradients, and their mean loss.
  ///
  /// - Parameter place: where they learn, if not at the weights.
  private func learned(
    tasks: Int, rate: Float, at place: Weights? = nil,
    _ learn: @Sendable (Int, Weights, Scratch) -> Float
  ) -> (batch: Batch, loss: Float) {
    let used = max(1, Self.sumCount(of: tasks))
    while sums.count < used {
      let sum = GradientSum(problem, isClipped: options.noisy != nil)
      sums.append(sum)
      denseSums.append(sum.whole.base)
    }
    batches += 1
    let losses = problem.exchanged(sums[..<used]) {
      learnAll(sums: used, $0, tasks: tasks, at: place, learn)
    }
    touched.removeAll(keepingCapacity: true)
    for sum in sums[..<used] { touched += sum.sparse }
    return (
      Batch(sums: used, tasks: tasks, rate: rate, isDense: options.noisy != nil),
      losses.reduce(0, +) / Float(tasks)
    )
  }

  /// One step along a gradient that came from elsewhere, one number for each weight, with noise if there is any.
  package func take(along given: [Float], rate: Float) {
    step += 1
    whole.copy(from: given)
    let batch = Batch(sums: 0, tasks: 1, rate: rate, isDense: true)
    eachPart(of: batch) { _, group, part in self.addNoise(to: group, part) }
    follow(batch)
  }

  /// Counts a step of which nothing came.
  package func pass() { step += 1 }

  /// The weights that networks compute with.
  package var seen: Weights { problem.seen(weights, threads: threads) }

  /// The losses of the tasks of some of the sums. Keeps no reference to the weights when it returns: a step would
  /// otherwise copy them before it writes.
  private func learnAll(
    sums used: Int, _ own: Range<Int>, tasks: Int, at place: Weights?,
    _ learn: @Sendable (Int, Weights, Scratch) -> Float
  ) -> [Float] {
    let current = problem.seen(place ?? weights, threads: threads)
    let (batch, timeline) = (batches, Timeline.current)
    return sums.withUnsafeBufferPointer { sums in
      nonisolated(unsafe) let sums = sums
      return orderedMap(own.count, threads: threads) { place in
        let number = own.lowerBound + place
        return timeline.noting("learn", number) {
          self.scratchPool.withScratch { scratch in
            scratch.beginBatch(batch, current, into: sums[number])
            defer { scratch.endBatch() }
            let tasks = number * tasks / used..<(number + 1) * tasks / used
            return self.loss(of: tasks, current, scratch, into: sums[number], learn)
          }
        }
      }
    }
  }

  /// The summed loss of some tasks, whose gradients go to one sum.
  private func loss(
    of tasks: Range<Int>, _ weights: Weights, _ scratch: Scratch, into sum: GradientSum,
    _ learn: (Int, Weights, Scratch) -> Float
  ) -> Float {
    var loss: Float = 0
    for task in tasks {
      if Cancellation.isRequested { break }
      scratch.tape.reset()
      loss += learn(task, weights, scratch)
      if let noisy = options.noisy { sum.endTask(clippedTo: noisy.clip, kernels) }
    }
    return loss
  }

  // MARK: Moving

  private struct Batch {
    var sums: Int
    var tasks: Int
    var rate: Float
    /// Whether rows of tables have a gradient that no task of the sums has touched.
    var isDense = false
  }

  /// What all threads read of a batch. There are no references in it: to count those of one object, every thread would
  /// wait for the others.
  private struct Parts: @unchecked Sendable {
    let groups: UnsafeBufferPointer<ParameterGroup>
    let sums: UnsafeBufferPointer<UnsafeMutablePointer<Float>>
    let touched: UnsafeBufferPointer<SparseGradient>
    let moments: UnsafeBufferPointer<UnsafeMutablePointer<Float>>
  }

  /// Adjacent weights with the same options of the optimiser: a table, or dense blocks with the same decay.
  private struct ParameterGroup {
    var offset: Int
    var count: Int
    /// The columns of a table.
    var columns: Int
    var decay: Float
    var lookup: Int?
    /// Parts are of whole units: of a table rows, else cache lines. Noise is drawn for each part by where it begins: there
    /// a weight is a unit, so that files which know their noise get it again.
    var unit: Int

    static func all(of layout: Layout, _ options: OuterOptions) -> [ParameterGroup] {
      var groups: [ParameterGroup] = []
      for (number, block) in layout.blocks.enumerated() where block.count > 0 {
        let isLookup = block.kind != .dense
        let decay = options.decay(of: block)
        if !isLookup, let last = groups.last, last.lookup == nil, last.decay == decay {
          groups[groups.count - 1].count += block.count
        } else {
          groups.append(
            ParameterGroup(
              offset: block.offset, count: block.count, columns: block.columns, decay: decay,
              lookup: isLookup ? number : nil,
              unit: isLookup ? block.columns : options.noisy == nil ? 16 : 1))
        }
      }
      return groups
    }

    /// A part of the group. The parts are the same for any number of threads.
    func part(_ part: Int) -> Range<Int> {
      let units = SparseGradient.range(part, of: (count + unit - 1) / unit)
      return offset + units.lowerBound * unit..<offset + min(count, units.upperBound * unit)
    }
  }

  /// Adds up the sums of gradients and takes the outer step along their mean, part by part.
  private func move(_ batch: Batch) {
    if options.clip == nil, options.noisy == nil, problem.graph == nil {
      let all = weights.mutableAll()
      return eachPart(of: batch) { parts, group, part in
        self.sum(parts, group, part, batch)
        self.move(all, parts, group, part, batch)
      }
    }
    eachPart(of: batch) { parts, group, part in
      self.sum(parts, group, part, batch)
      self.addNoise(to: group, part)
    }
    problem.pullBack(gradient.base, threads: threads)
    follow(batch)
  }

  /// Takes the outer step along the whole gradient, that of the weights themselves.
  private func follow(_ batch: Batch) {
    let all = weights.mutableAll()
    if let limit = options.clip {
      let norm = kernels.dot(whole, whole).squareRoot()
      if norm > limit { kernels.scale(limit / norm, whole, into: whole) }
    }
    eachPart(of: batch) { parts, group, part in self.move(all, parts, group, part, batch) }
  }

  private func eachPart(of batch: Batch, _ body: @Sendable (Parts, ParameterGroup, Int) -> Void) {
    let timeline = Timeline.current
    groups.withUnsafeBufferPointer { groups in
      denseSums.withUnsafeBufferPointer { sums in
        touched.withUnsafeBufferPointer { touched in
          moments.withUnsafeBufferPointer { moments in
            let parts = Parts(
              groups: groups, sums: .init(rebasing: sums[..<batch.sums]),
              touched: batch.sums > 0 ? touched : .init(rebasing: touched[..<0]),
              moments: moments)
            parallel(SparseGradient.parts, threads: threads) { part in
              timeline.noting("move", part) {
                for group in parts.groups where !Cancellation.isRequested {
                  body(parts, group, part)
                }
              }
            }
          }
        }
      }
    }
  }

  private func view(_ base: UnsafeMutablePointer<Float>, _ range: Range<Int>) -> Matrix {
    Matrix(base + range.lowerBound, rows: 1, columns: range.count)
  }

  /// The mean gradient, each element added in the order of tasks. A table's gradient is zero between steps,
  /// but for rows that a task has touched.
  private func sum(_ parts: Parts, _ group: ParameterGroup, _ part: Int, _ batch: Batch) {
    let scale = Float(1 / (options.noisy?.expected ?? Double(batch.tasks)))
    guard group.lookup == nil else {
      return eachSparse(parts, group) { rows, table in
        rows.add(scale, of: part, to: table, kernels)
      }
    }
    let range = group.part(part)
    let own = range.lowerBound - lookupCount..<range.upperBound - lookupCount
    let sum = view(gradient.base, range)
    kernels.scale(scale, view(parts.sums[0], own), into: sum)
    for more in parts.sums[1...] { kernels.axpy(scale, view(more, own), sum) }
  }

  /// Noise goes to every weight, to rows of tables that no task has touched as well: where it is missing, one could
  /// see what nobody rated.
  private func addNoise(to group: ParameterGroup, _ part: Int) {
    let range = group.part(part)
    guard let noisy = options.noisy, !range.isEmpty else { return }
    noisy.source.addNoise(
      noisy.deviation, to: view(gradient.base, range), step: step, place: range.lowerBound)
  }

  private func move(
    _ all: Matrix, _ parts: Parts, _ group: ParameterGroup, _ part: Int, _ batch: Batch
  ) {
    let range = group.part(part)
    guard !range.isEmpty else { return }
    options.optimizer.move(
      view(all.base, range), along: view(gradient.base, range),
      memory: parts.moments.map { view($0, range) }, rate: batch.rate, step: step,
      decay: group.decay, kernels: kernels)
    if !zeros.isEmpty { for place in range where zeros[place] { all.base[place] = 0 } }
    guard group.lookup != nil else { return }
    // An optimiser may add decay to the gradient of every row, noise goes to every row, and a graph spreads it.
    guard group.decay == 0, !batch.isDense, problem.graph == nil else {
      return view(gradient.base, range).fill(0)
    }
    eachSparse(parts, group) { rows, table in rows.clear(part, of: table, kernels) }
  }

  /// Calls `body` with each task's gradient of a table, and with the whole table's.
  private func eachSparse(
    _ parts: Parts, _ group: ParameterGroup, _ body: (SparseGradient, Matrix) -> Void
  ) {
    let table = Matrix(
      gradient.base + group.offset, rows: group.count / group.columns, columns: group.columns)
    for rows in parts.touched where rows.block == group.lookup { body(rows, table) }
  }
}

/// The options of the outer step.
package struct OuterOptions: Sendable {
  package var optimizer: any Optimizer
  /// Weight decay of embedding tables and of dense weights; decoupled or not, as the optimiser defines it.
  package var lookupDecay: Float
  package var denseDecay: Float
  /// Weight decay of the linear weights, which hold user and item biases.
  package var linearDecay: Float
  /// The norm that gradients are clipped to; nil for no limit.
  package var clip: Float?
  /// How a batch becomes one gradient that tells nothing of a single task; their mean if nil.
  package var noisy: NoisySum?
  /// Who moves embeddings to where the loss is worse; nobody if nil.
  package var adversary: Adversary?

  package init(
    optimizer: any Optimizer, lookupDecay: Float = 0, denseDecay: Float = 0,
    linearDecay: Float = 0, clip: Float? = nil, noisy: NoisySum? = nil,
    adversary: Adversary? = nil
  ) {
    self.optimizer = optimizer
    self.lookupDecay = lookupDecay
    self.denseDecay = denseDecay
    self.linearDecay = linearDecay
    self.clip = clip
    self.noisy = noisy
    self.adversary = adversary
  }

  /// Biases do not decay.
  func decay(of block: WeightBlock) -> Float {
    if block.rows == 1 { return 0 }
    if block.name == WeightBlock.linearName { return linearDecay }
    return block.kind == .lookup ? lookupDecay : denseDecay
  }
}
