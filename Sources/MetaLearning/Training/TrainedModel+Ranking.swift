import Datasets
import Kernels
import Models

/// Scores of many items for one user, to whom the model is adapted once.
extension TrainedModel {
  /// The number of items that are scored at once: their activations stay in a core's cache.
  static let block = 96
  /// The number of items from which on quantized screening is worth its cost.
  private static let many = 4096
  /// The number of items from which on bounds are worth their cost, where many users ask.
  private static let several = 512
  /// Bounds are of use while fewer than one item in so many has to be scored.
  private static let worthwhile = 8

  /// The dense stack adapted to a user; nil for a learner or network that has to be adapted on the tape.
  func denseStack(for user: UserContext) -> AdaptedDenseStack? {
    adapted(to: user, items: []) { scratch, episode in
      scratch.adaptedDenseStack(of: learner, weights, episode)
    }
  }

  func scores(
    for user: UserContext, items: [Int32], by stack: AdaptedDenseStack, threads: Int, head: Int = 0
  ) -> [Float] {
    var scores = stack.scores(of: items.count, threads: threads, block: Self.block, in: scratchPool)
    {
      range, scratch in features(of: items[range], for: user, in: scratch)
    }
    return scores.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return [] }
      return problem.predictions(
        Matrix(base, rows: items.count, columns: stack.outputs), head: head)
    }
  }

  private func features(
    of items: ArraySlice<Int32>, for user: UserContext?, in scratch: Scratch
  ) -> (hidden: Matrix, residual: Matrix?) {
    let query = items.map { UserContext.Rating(item: $0, rating: problem.scale.lowest) }
    let episode = scratch.builder.episode(
      user: user?.user, person: user?.person, support: [], query: query,
      arena: scratch.tape.arena, asksQuery: false)
    return scratch.features(of: episode.query, weights, episode)
  }

  /// The items that can be among the best by their quantized scores; only those need to be scored exactly.
  package func best(
    _ count: Int, of items: [Int32], for user: UserContext, threads: Int
  ) throws(ScoreError) -> [(item: Int32, score: Float)] {
    guard items.count >= Self.many, let stack = denseStack(for: user) else {
      let scores = scores(for: user, items: items, threads: threads)
      return try ranked(items, scores, count, for: user)
    }
    return try best(count, of: items, for: user, by: stack, threads: threads)
  }

  private func best(
    _ count: Int, of items: [Int32], for user: UserContext, by stack: AdaptedDenseStack,
    threads: Int
  ) throws(ScoreError) -> [(item: Int32, score: Float)] {
    var few = items
    if items.count >= Self.many {
      few = candidates(count, of: items, for: user, stack, threads: threads) ?? items
    }
    let scores = scores(for: user, items: few, by: stack, threads: threads)
    return try ranked(few, scores, count, for: user)
  }

  /// The model adapted to a user, to be kept where the same user will ask again.
  package func kept(for user: UserContext) -> KeptAdaptation {
    KeptAdaptation(user: user, stack: denseStack(for: user))
  }

  /// What `best` gives for the user of an adaptation that was kept, to the same bits and without adapting again
  /// where the network allows it.
  package func best(
    _ count: Int, of items: [Int32], for kept: KeptAdaptation
  ) throws(ScoreError) -> [(item: Int32, score: Float)] {
    guard items.count > Self.block, let stack = kept.stack else {
      return try best(count, of: items, for: kept.user, threads: 1)
    }
    if items.count >= Self.several, let few = bounded(count, of: items, for: kept.user, stack) {
      return try ranked(
        few, scores(for: kept.user, items: few, by: stack, threads: 1), count, for: kept.user)
    }
    return try best(count, of: items, for: kept.user, by: stack, threads: 1)
  }

  private func ranked(
    _ items: [Int32], _ scores: [Float], _ count: Int, for user: UserContext
  ) throws(ScoreError) -> [(item: Int32, score: Float)] {
    try requireFinite(scores, of: items, for: user)
    return highest(count, of: scores).map { (items[$0], scores[$0]) }
  }

  private func candidates(
    _ count: Int, of items: [Int32], for user: UserContext, _ stack: AdaptedDenseStack, threads: Int
  ) -> [Int32]? {
    guard stack.outputs == 1, problem.loss.predictsScores,
      let quantized = quantizedOnce
    else { return nil }
    let places = stack.candidates(
      count, of: quantized.rows, adding: quantized.addends,
      level: abs(level(of: user, quantized, items[0])), among: items, threads: threads,
      in: scratchPool)
    return places?.map { items[$0] }
  }

  /// The addends are computed for an unknown user; for another one they differ by the same number for all items, which
  /// is that of any of them.
  private func level(
    of user: UserContext, _ quantized: QuantizedItems, _ item: Int32
  ) -> Float {
    scratchPool.withScratch { scratch in
      scratch.tape.reset()
      let own = features(of: [item], for: user, in: scratch).residual
      return own.map { $0[0, 0] - (quantized.addends?[Int(item)] ?? 0) } ?? 0
    }
  }

  /// The items, in their order, that can be among the best by bounds of their scores; nil where too many can.
  private func bounded(
    _ count: Int, of items: [Int32], for user: UserContext, _ stack: AdaptedDenseStack
  ) -> [Int32]? {
    guard stack.outputs == 1, problem.loss.predictsScores,
      let quantized = quantizedOnce,
      let reference = referenceItems.value(
        unless: { Cancellation.isRequested }, { referenceRows(adding: quantized.addends) }),
      let bounds = scratchPool.withScratch({ scratch in
        scratch.tape.reset()
        return reference.bounds(of: stack, scratch.tape.arena)
      })
    else { return nil }
    let wanted = WantedRows(items, of: reference)
    // The exact scores of those that look best are a bar for all others.
    let promising = wanted.highest(count, by: bounds.estimates).map { items[$0] }
    let scores = scores(for: user, items: promising, by: stack, threads: 1)
    guard let bar = scores.min(), scores.allSatisfy(\.isFinite) else { return nil }
    let level = level(of: user, quantized, items[0])
    let margin = 16 * .ulpOfOne * (reference.largestAddend + abs(level) + abs(bar))
    let few = wanted.positions(atLeast: bar - level - margin, by: bounds.tops)
    return few.count <= count + items.count / Self.worthwhile ? few.map { items[$0] } : nil
  }

  /// What the model makes of all items before it adapts to anybody.
  private func referenceRows(adding addends: [Float]?) -> ReferenceRows? {
    let count = problem.encoder.items.count
    guard count > 0,
      let stack = adapted(
        to: UserContext(user: nil, support: []), items: [0],
        { scratch, episode in scratch.unadaptedDenseStack(weights, episode) })
    else { return nil }
    let width = stack.layers[0].weight.rows
    guard count <= (1 << 26) / width else { return nil }
    let inputs = FloatBuffer(count: count * width)
    for start in stride(from: 0, to: count, by: Self.many) {
      scratchPool.withScratch { scratch in
        scratch.tape.reset()
        let items = Array(Int32(start)..<Int32(min(count, start + Self.many)))
        let rows = features(of: items[...], for: nil, in: scratch).hidden
        (inputs.base + start * width).update(from: rows.base, count: rows.count)
      }
    }
    return ReferenceRows(
      Matrix(inputs.base, rows: count, columns: width), adding: addends, by: stack)
  }

  /// The quantized items, kept from the first use on, as it is that they cannot be quantized; not what work that nobody
  /// waits for has left.
  private var quantizedOnce: QuantizedItems? {
    quantizedItems.value(unless: { Cancellation.isRequested }, { quantizeItems() })
  }

  private func quantizeItems() -> QuantizedItems? {
    let count = problem.encoder.items.count
    var addends: [Float]? = nil
    let rows = scratchPool.withScratch { scratch in
      func made(_ range: Range<Int>, _ use: (Matrix) -> Void) {
        scratch.tape.reset()
        let items = Array(Int32(range.lowerBound)..<Int32(range.upperBound))
        let (hidden, residual) = features(of: items[...], for: nil, in: scratch)
        use(hidden)
        guard let residual, addends?.count ?? 0 < count else { return }
        addends = (addends ?? []) + residual.array
      }
      var width = 0
      made(0..<1) { width = $0.columns }
      addends = nil
      return QuantizedRows(count: count, columns: width, block: Self.many, made)
    }
    return rows.map { .init(rows: $0, addends: addends) }
  }
}

/// A user with what a model has become by adapting to them.
package struct KeptAdaptation: Sendable {
  package let user: UserContext
  /// Nil for a network or an algorithm that adapts anew each time.
  fileprivate let stack: AdaptedDenseStack?
}

/// The quantized features of all items.
struct QuantizedItems: Sendable {
  var rows: QuantizedRows
  /// What is added to the items' scores, if anything.
  var addends: [Float]?
}
