import Kernels
import Models

/// The activations of a task's rows up to the first adapted layer: one matrix for each layer, with the
/// support rows first and then the query rows.
struct DenseStackRows {
  var support: Int
  var query: Int
  /// The number of support rows, rounded up to a multiple of a SIMD vector.
  var padded: Int
  var leaves: [TapeValue]
  /// The first tape node of the features.
  var floor: Int
  var supportFeatures: NetworkState
  var queryFeatures: NetworkState?
  /// u, the inputs that all rows share, if the stack takes any.
  var common: Matrix?
  /// The inputs of each layer below, and last those of the first adapted layer. Shapes: (rows × inputs).
  var inputs: [Matrix]
  /// x·W₀ + b₀ of the first adapted layer; where it is narrow, of the support rows only.
  var firstAdapted: Matrix
  /// Whether the first adapted layer has fewer outputs than there are query rows. Their scores are then
  /// cheaper by W_K, which is formed, than by products of rows G.
  var isNarrow: Bool
  /// G: products of all rows' inputs with those of the support rows. Shape: (rows × padded). Where the first
  /// adapted layer is narrow, only the support rows have theirs.
  var products: Matrix
  var supportResidual: Matrix?
  var queryResidual: Matrix?
  /// The width of a score.
  var outputs: Int

  var all: Int { support + query }
}

extension DenseStackLoop {
  /// Products of rows are padded to a multiple of this, so that kernels have no remainder of columns.
  private static let vector = 8

  /// Computes the features, the layers below and the first adapted layer's products before any step.
  func forwardBelow(
    _ scratch: Scratch, _ weights: Weights, _ episode: Episode, withQuery: Bool
  ) -> DenseStackRows {
    let (tape, problem) = (scratch.tape, scratch.problem)
    let leaves = scratch.leaves(weights, episode)
    let floor = tape.count
    func features(_ rows: EncodedRows) -> NetworkState {
      problem.network.features(
        tape, leaves, rows, support: episode.support, shape: problem.shape)
    }
    let onSupport = features(episode.support)
    let onQuery = withQuery ? features(episode.query) : nil
    let support = episode.support.count
    var rows = DenseStackRows(
      support: support, query: withQuery ? episode.query.count : 0,
      padded: (support + Self.vector - 1) / Self.vector * Self.vector, leaves: leaves,
      floor: floor, supportFeatures: onSupport, queryFeatures: onQuery,
      common: onSupport.common.isSome ? tape[onSupport.common] : nil, inputs: [],
      firstAdapted: .none,
      isNarrow: withQuery && steps > 0
        && weights.view(firstAdapted.weight).columns < episode.query.count,
      products: .none,
      supportResidual: onSupport.residual.isSome ? tape[onSupport.residual] : nil,
      queryResidual: onQuery.flatMap { $0.residual.isSome ? tape[$0.residual] : nil },
      outputs: weights.view(above.last?.weight ?? firstAdapted.weight).columns)
    rows.inputs.reserveCapacity(below.count + 1)
    rows.inputs.append(
      stacked(scratch, tape[onSupport.hidden], onQuery.map { tape[$0.hidden] }, rows))
    for layer in below {
      rows.inputs.append(dense(scratch, rows, layer, weights, isHidden: true))
    }
    rows.firstAdapted = dense(
      scratch, rows, firstAdapted, weights, isHidden: false,
      of: rows.isNarrow ? 0..<rows.support : 0..<rows.all)
    if steps > (withQuery && !rows.isNarrow ? 0 : 1) { rows.products = products(scratch, rows) }
    return rows
  }

  /// Support and query in one matrix with at least `padded` rows, of which those without a rating are zeros.
  private func stacked(
    _ scratch: Scratch, _ support: Matrix, _ query: Matrix?, _ rows: DenseStackRows
  ) -> Matrix {
    let stack = paddedRows(scratch, rows, columns: support.columns)
    stack.rows(0..<rows.support).copy(from: support)
    if let query { stack.rows(rows.support..<rows.all).copy(from: query) }
    return stack
  }

  /// A matrix for all rows, with rows of zeros behind it if there are fewer than `padded`.
  func paddedRows(_ scratch: Scratch, _ rows: DenseStackRows, columns: Int) -> Matrix {
    let all = rows.all
    let room = scratch.matrix(max(all, rows.padded), columns)
    if all < rows.padded { room.rows(all..<rows.padded).fill(0) }
    return room.rows(0..<all)
  }

  private func dense(
    _ scratch: Scratch, _ rows: DenseStackRows, _ layer: DenseStack.Layer, _ weights: Weights,
    isHidden: Bool,
    of own: Range<Int>? = nil
  ) -> Matrix {
    let x = rows.inputs[rows.inputs.count - 1]
    let weight = weights.view(layer.weight)
    let bias = fixedBias(scratch, rows, layer, weights)
    let y = paddedRows(scratch, rows, columns: weight.columns).rows(own ?? 0..<rows.all)
    scratch.kernels.product(
      own.map(x.rows) ?? x, weight, into: y, bias: bias, relu: isHidden && isRelu)
    if isHidden && !isRelu { activation.apply(to: y, scratch.kernels) }
    return y
  }

  /// b + u·U, the same for all rows.
  func fixedBias(
    _ scratch: Scratch, _ rows: DenseStackRows, _ layer: DenseStack.Layer, _ weights: Weights
  ) -> Matrix {
    let bias = weights.view(layer.bias)
    guard let block = layer.common, let common = rows.common else { return bias }
    let sum = scratch.matrix(like: bias)
    scratch.kernels.product(common, weights.view(block), into: sum, bias: bias)
    return sum
  }

  private func products(_ scratch: Scratch, _ rows: DenseStackRows) -> Matrix {
    let x = rows.inputs[rows.inputs.count - 1]
    let transposed = scratch.transposed(x.rows(0..<rows.support), padded: rows.padded)
    // The bias is an input that is 1 in every row; zeros keep the padding out of all sums.
    let level = scratch.matrix(1, rows.padded)
    level.fill(0)
    level.columns(0..<rows.support).fill(sharedProduct(scratch, rows))
    let products = scratch.matrix(rows.all, rows.padded)
    // G_SS is needed from the second step on.
    let own = (steps > 1 ? 0 : rows.support)..<(rows.isNarrow ? rows.support : rows.all)
    scratch.kernels.product(x.rows(own), transposed, into: products.rows(own), bias: level)
    return products
  }

  /// ‖u‖² + 1, where the first adapted layer takes the shared inputs.
  func sharedProduct(_ scratch: Scratch, _ rows: DenseStackRows) -> Float {
    guard firstAdapted.common != nil, let common = rows.common else { return 1 }
    return 1 + scratch.kernels.dot(common, common)
  }
}
