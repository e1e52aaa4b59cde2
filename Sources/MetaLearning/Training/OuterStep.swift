import Kernels
import Models

/// The outer loop's state between steps: weights, what the optimiser remembers, and the lanes.
package final class OuterLoop: @unchecked Sendable {
  package let problem: LearningProblem
  package private(set) var weights: Weights
  /// Moments of the optimiser, each as long as the weights.
  package private(set) var memory: [FloatBuffer]
  package private(set) var step = 0
  private let gradient: FloatBuffer
  private let lanes: [Lane]
  private let options: OuterOptions
  private let threads: Int
  private let kernels: KernelSet

  /// A batch is cut into this many lanes on any machine.
  private static let laneCount = 8

  package init(
    _ problem: LearningProblem, weights: Weights, options: OuterOptions, threads: Int,
    kernels: KernelSet = .best
  ) {
    self.problem = problem
    self.weights = weights
    self.options = options
    self.threads = threads
    self.kernels = kernels
    memory = (0..<options.optimizer.memoryPerWeight).map { _ in
      FloatBuffer(count: problem.layout.count)
    }
    gradient = FloatBuffer(count: problem.layout.count)
    lanes = (0..<Self.laneCount).map { _ in Lane(problem, kernels: kernels) }
  }

  /// Goes on from a checkpoint.
  package func restore(weights: Weights, memory: [[Float]], step: Int) {
    self.weights = weights
    self.step = step
    for (buffer, numbers) in zip(self.memory, memory) {
      Matrix(buffer.base, rows: 1, columns: buffer.count).copy(from: numbers)
    }
  }

  /// One step on the mean gradient of some tasks; returns their mean loss.
  ///
  /// `learn` is called once for each task number, on any thread, with the lane to use.
  package func take(
    tasks: Int, rate: Float, learn: @Sendable (Int, Weights, Lane) -> Float
  ) -> Float {
    guard tasks > 0 else { return 0 }
    let current = weights
    let used = min(Self.laneCount, tasks)
    let losses = orderedMap(used, threads: threads) { number in
      let lane = self.lanes[number]
      lane.clear()
      var sum: Float = 0
      for task in number * tasks / used..<(number + 1) * tasks / used {
        lane.tape.reset()
        sum += learn(task, current, lane)
      }
      return sum
    }
    sumGradients(lanes: used, tasks: tasks)
    clip()
    move(rate: rate)
    return losses.reduce(0, +) / Float(tasks)
  }

  /// The mean of the lanes' gradients, each element added in the order of lanes and tasks.
  private func sumGradients(lanes used: Int, tasks: Int) {
    let lookupCount = problem.lookupCount
    let denseCount = problem.layout.count - lookupCount
    let scale = 1 / Float(tasks)
    let parts = 2 * Self.laneCount
    let gradient = gradient
    let kernels = kernels
    let layout = problem.layout
    parallel(parts, threads: threads) { part in
      let from = denseCount * part / parts
      let count = denseCount * (part + 1) / parts - from
      func stretch(_ base: UnsafeMutablePointer<Float>) -> Matrix {
        Matrix(base + from, rows: 1, columns: count)
      }
      let sum = stretch(gradient.base + lookupCount)
      kernels.scale(scale, stretch(self.lanes[0].dense.base), into: sum)
      for lane in self.lanes[1..<used] { kernels.axpy(scale, stretch(lane.dense.base), sum) }
      for block in layout.blocks.indices where layout.blocks[block].kind == .lookup {
        let place = layout.blocks[block]
        let first = Int32(place.rows * part / parts)
        let last = Int32(place.rows * (part + 1) / parts)
        let base = gradient.base + place.offset
        (base + Int(first) * place.columns).update(
          repeating: 0, count: Int(last - first) * place.columns)
        for lane in self.lanes[..<used] {
          for rows in lane.touched where rows.block == block {
            rows.add(to: base, from: first, to: last, scale: scale, kernels: kernels)
          }
        }
      }
    }
  }

  /// Shrinks the gradient to the longest length allowed.
  private func clip() {
    guard let limit = options.clip else { return }
    let all = Matrix(gradient.base, rows: 1, columns: gradient.count)
    let norm = kernels.dot(all, all).squareRoot()
    if norm > limit { kernels.scale(limit / norm, all, into: all) }
  }

  private func move(rate: Float) {
    step += 1
    let all = weights.mutableAll()
    let blocks = problem.layout.blocks
    let parts = 2 * Self.laneCount
    let step = step
    parallel(parts, threads: threads) { part in
      for block in blocks {
        let from = block.offset + block.count * part / parts
        let count = block.offset + block.count * (part + 1) / parts - from
        guard count > 0 else { continue }
        func stretch(_ base: UnsafeMutablePointer<Float>) -> Matrix {
          Matrix(base + from, rows: 1, columns: count)
        }
        self.options.optimizer.move(
          stretch(all.base), along: stretch(self.gradient.base),
          memory: self.memory.map { stretch($0.base) }, rate: rate, step: step,
          decay: self.options.decay(of: block), kernels: self.kernels)
      }
    }
  }
}

/// How the outer loop moves.
package struct OuterOptions: Sendable {
  package var optimizer: any Optimizer
  /// Decay of the tables' rows and of the dense weights; what it means is the optimiser's matter.
  package var lookupDecay: Float
  package var denseDecay: Float
  /// The longest gradient, or nil for no limit.
  package var clip: Float?

  package init(
    optimizer: any Optimizer, lookupDecay: Float = 0, denseDecay: Float = 0, clip: Float? = nil
  ) {
    self.optimizer = optimizer
    self.lookupDecay = lookupDecay
    self.denseDecay = denseDecay
    self.clip = clip
  }

  /// Biases and the linear part, which carry the level of the ratings, do not decay.
  func decay(of block: WeightBlock) -> Float {
    if block.rows == 1 || block.name == "linear" { return 0 }
    return block.kind == .lookup ? lookupDecay : denseDecay
  }
}

extension Lane.TouchedRows {
  /// Adds the rows numbered `first ..< last` to a whole table's gradient.
  func add(
    to table: UnsafeMutablePointer<Float>, from first: Int32, to last: Int32, scale: Float,
    kernels: KernelSet
  ) {
    var low = 0
    var high = rows.count
    while low < high {
      let middle = (low + high) / 2
      if rows[middle] < first { low = middle + 1 } else { high = middle }
    }
    while low < rows.count, rows[low] < last {
      let width = gradient.columns
      kernels.axpy(
        scale, gradient.rows(low..<low + 1),
        Matrix(table + Int(rows[low]) * width, rows: 1, columns: width))
      low += 1
    }
  }
}
