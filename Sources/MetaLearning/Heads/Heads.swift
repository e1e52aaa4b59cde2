import Datasets
import Kernels
import Models

/// Several heads on one body: columns of the network's last layer, each with a loss of its own.
///
/// The rows of a task are what was taken, what was drawn as not taken, and the categories, each as an item of which
/// nothing else is known (`RowTargets`). The loss of a task is L = Σ w_i·L_i, in the inner steps as in the outer
/// ones. Fixed w are numbers. Learned: L = Σ e^(−s_i)·L_i + s_i/2 with s_i the logarithm of a variance (Kendall, Gal
/// and Cipolla 2018). Balanced: w = k·softmax(v), and v follows the gradients of the heads (`Scratch.balance`).
package struct Heads: Sendable {
  package let choice: HeadChoice
  /// Draws what is not taken; nil where no head asks for it.
  package let sampler: NegativeSampler?
  let targets: RowTargets
  /// Which outputs of the network are each head's.
  let outputs: [Range<Int>]

  package var kinds: [HeadKind] { choice.kinds }
  package var outputCount: Int { outputs.last?.upperBound ?? 0 }
  /// The values of the categories, in the order of their rows.
  package let categoryNames: [String]

  /// - Parameters:
  ///   - ratingOutputs: how many outputs the head of the ratings has.
  ///   - sampler: draws what is not taken, for a head of clicks.
  package init(
    _ choice: HeadChoice, ratingOutputs: Int, _ encoder: FeatureEncoder, sampler: NegativeSampler?
  ) {
    self.choice = choice
    self.sampler = choice.kinds.contains(.click) ? sampler : nil
    let fields = encoder.fields.filter { $0.side == .item }
    let place = fields.firstIndex { $0.name == choice.category && $0.kind == .categories }
    categoryNames = place.map { fields[$0].values } ?? []
    targets = RowTargets(
      columns: choice.kinds.map(\.column),
      categories: choice.kinds.contains(.category)
        ? place.map { place in
          let start = Int32(fields[place].start)
          return .init(field: place, rows: start + 1..<start + Int32(fields[place].rows))
        } : nil)
    var start = 0
    outputs = choice.kinds.map { kind in
      let width = kind == .rating ? ratingOutputs : 1
      start += width
      return start - width..<start
    }
  }

  /// The name of the block of a learner's weights of heads, if they are learned.
  var weightsName: String? {
    switch choice.weights {
    case .fixed: nil
    case .learned: Self.logVariance
    case .balanced: Self.balance
    }
  }

  static let prefix = "heads."
  static let logVariance = prefix + "log-variance"
  static let balance = prefix + "balance"
  /// The losses before training.
  static let first = prefix + "first-loss"

  /// The blocks of weights that belong to the heads themselves. No inner step moves them.
  var blocks: [WeightBlock] {
    ([weightsName] + [choice.weights == .balanced ? Self.first : nil]).compactMap { name in
      name.map { WeightBlock($0, rows: 1, columns: kinds.count, stage: 0, scale: 0) }
    }
  }
}

extension LearningProblem {
  /// Draws what the rows of a task are learnt against; nil where nothing is.
  package var drawing: NegativeSampler? { heads.map { $0.sampler } ?? negatives }

  /// The loss of the clicks: that of interactions is chosen, beside ratings it is the usual one.
  private var clickLoss: any Loss {
    heads?.kinds.contains(.rating) == true ? CrossEntropy() : loss
  }

  private static let clickScale = RatingScale(0, 1)

  /// The mean loss over some rows, a scalar; of several heads the weighted sum.
  ///
  /// - Parameters:
  ///   - weights: all blocks; of fixed heads they may be missing.
  ///   - isJudged: whether it is to be compared with that of other epochs: balanced weights then stay as they
  ///     are at first.
  func value(
    _ tape: Tape, _ scores: TapeValue, of rows: EncodedRows, _ weights: [TapeValue],
    isJudged: Bool = false
  ) -> TapeValue {
    guard heads != nil else { return loss.value(tape, scores, of: rows, scale: scale) }
    return value(tape, scores, rows.ratings, weights, isJudged: isJudged)
  }

  /// The same without weights of rows.
  func value(
    _ tape: Tape, _ scores: TapeValue, _ targets: Matrix, _ weights: [TapeValue],
    isJudged: Bool = false
  ) -> TapeValue {
    guard let heads else { return loss.value(tape, scores, targets, scale: scale) }
    var total = TapeValue.none
    func add(_ part: TapeValue) { total = total.isSome ? tape.add(total, part) : part }
    let shares = heads.weightsName == Heads.logVariance ? [] : self.shares(tape, weights, isJudged)
    for (number, loss) in headLosses(tape, scores, targets).enumerated() {
      guard let loss else { continue }
      if shares.indices.contains(number) {
        if shares[number] != 0 { add(tape.scale(shares[number], loss)) }
      } else if let block = layout.index(of: Heads.logVariance) {
        let s = tape.columnSlice(weights[block], number..<number + 1)
        add(tape.scaleBy(loss, tape.map(.exp, tape.scale(-1, s))))
        add(tape.scale(0.5, s))
      }
    }
    return total.isSome ? total : tape.scale(0, tape.sum(scores))
  }

  /// The weights of the heads, where they are numbers to the gradient.
  func shares(_ tape: Tape, _ weights: [TapeValue], _ isJudged: Bool = false) -> [Float] {
    guard let heads else { return [] }
    if let fixed = heads.choice.fixed { return fixed }
    func row(_ name: String) -> [Float] {
      layout.index(of: name).map { tape[weights[$0]].array } ?? []
    }
    if isJudged { return row(Heads.first).map { 1 / max($0, 1e-6) } }
    return headShares(row(heads.weightsName ?? ""))
  }

  /// The weights of the heads by their block: k·softmax(v) where they are balanced, e^(−s) where learned.
  func headShares(_ row: [Float]) -> [Float] {
    guard heads?.weightsName == Heads.balance else { return row.map { kernels.exponential(-$0) } }
    let powers = row.map { kernels.exponential($0 - (row.max() ?? 0)) }
    let sum = powers.reduce(0, +)
    return powers.map { Float(row.count) * $0 / sum }
  }

  /// The loss of each head, a scalar; nil for one that has no part in any row.
  func headLosses(_ tape: Tape, _ scores: TapeValue, _ targets: Matrix) -> [TapeValue?] {
    guard let heads else { return [] }
    return heads.kinds.enumerated().map { number, kind in
      // Where there are ratings alone, they are the first head's.
      guard number < targets.columns else { return nil }
      let taking = (0..<targets.rows).filter { !targets[$0, number].isNaN }
      guard let first = taking.first, let last = taking.last else { return nil }
      let own = tape.arena.matrix(rows: last - first + 1, columns: 1)
      for row in first...last { own[row - first, 0] = targets[row, number] }
      var part = scores
      if taking.count < targets.rows { part = tape.rowSlice(part, first..<last + 1) }
      if heads.outputCount > heads.outputs[number].count {
        part = tape.columnSlice(part, heads.outputs[number])
      }
      return switch kind {
      case .rating: loss.value(tape, part, own, scale: scale)
      case .click: clickLoss.value(tape, part, own, scale: Self.clickScale)
      case .category: Self.crossEntropy(tape, part, own)
      }
    }
  }

  /// −Σ share · log softmax over the categories.
  private static func crossEntropy(
    _ tape: Tape, _ scores: TapeValue, _ shares: Matrix
  ) -> TapeValue {
    let likelihood = tape.map(.log, tape.softmax(tape.transpose(scores)))
    return tape.scale(-1, tape.sumProduct(likelihood, tape.transpose(tape.leaf(shares))))
  }

  /// What scores stand for, for each row: of several heads what one of them says, the first if none is named.
  package func predictions(_ scores: Matrix, head: Int = 0) -> [Float] {
    guard let heads else { return loss.predictions(scores, scale: scale, kernels) }
    let columns = heads.outputs[head]
    let memory = FloatBuffer(count: max(1, scores.rows * columns.count))
    let own = Matrix(memory.base, rows: scores.rows, columns: columns.count)
    for row in 0..<scores.rows {
      for (place, column) in columns.enumerated() { own[row, place] = scores[row, column] }
    }
    return switch heads.kinds[head] {
    case .rating: loss.predictions(own, scale: scale, kernels)
    case .click: clickLoss.predictions(own, scale: Self.clickScale, kernels)
    case .category: own.array
    }
  }

  /// What the head that the model recommends by learns from a row.
  func target(_ rating: UserContext.Rating) -> Float {
    heads.map { $0.kinds.first == .click ? (rating.isDrawn ? 0 : 1) : rating.rating }
      ?? rating.rating
  }
}
