import Kernels

/// Scores after adapting, bounded for all rows at a small part of what computing them takes.
///
/// A reference stack has weights W_l and biases b_l, an adapted one W′_l and b′_l. What adapting adds to the sums of a
/// layer is δ_l(x) = h_{l−1}(x)(W′_l − W_l) + d_{l−1}(x)W′_l + b′_l − b_l, and to its activations d_l(x) = φ(z_l(x),
/// δ_l(x)) with φ(z, δ) = relu(z + δ) − relu(z). Let c be the middle of the group of x, e_l ≥ ‖δ_l(x) − δ_l(c)‖ and η_l ≥
/// ‖d_l(x) − d_l(c)‖. Then
///
///   e_l = ‖h_{l−1}(x) − h_{l−1}(c)‖·‖W′_l − W_l‖ + η_{l−1}·‖W′_l‖,
///   η_l = ‖φ(z_l(x), δ_l(c)) − d_l(c)‖ + e_l,
///
/// since φ is 1-Lipschitz in δ, and the score is within ‖w′‖·e_L of w′·relu(z_L(x) + δ_L(c)) + b′. Only the middles pass
/// through the adapted stack; a row takes two sums over the units of each layer in place of a product with a matrix.
/// Both are made on codes, and what these and floats miss is part of the bounds.
extension ReferenceRows {
  /// What is known of scores before they are computed, for each row in the order of groups.
  package struct Bounds: Sendable {
    /// Near the scores.
    package let estimates: [Float]
    /// At least the scores.
    package let tops: [Float]
  }

  /// What the sums and activations of an adapted stack are at most.
  private struct Reach {
    /// The length of activations.
    var length: Float
    /// How far activations in floats are from what they would be without rounding, in either stack.
    var rounding: Float = 0

    /// Takes what holds for activations through a layer.
    mutating func pass(_ layer: Layer, _ own: AdaptedDenseStack.Layer, moved: Float, shift: Float) {
      let norm = layer.norm + moved
      let floats = Float(own.weight.rows + 8) * .ulpOfOne
      let sums = (length + rounding) * (layer.frobenius + moved) + shift
      rounding = slack * (rounding * norm + floats * sums)
      length = slack * (length * norm + shift)
    }
  }

  /// Bounds of the scores of all rows, or nil where an adapted stack is too far from the reference, or not of its form.
  package func bounds(of stack: AdaptedDenseStack, _ arena: Arena) -> Bounds? {
    guard stack.activation == .relu, stack.layers.count == layers.count + 1,
      zip(layers, stack.layers).allSatisfy({
        $0.weight.rows == $1.weight.rows && $0.weight.columns == $1.weight.columns
      })
    else { return nil }
    let kernels = stack.kernels
    var reach = Reach(length: length)
    let errors = Matrix(arena.allocate(count), rows: 1, columns: count)
    errors.fill(0)
    var centres = middles
    for (number, layer) in layers.enumerated() {
      let own = stack.layers[number]
      let moved = self.moved(layer.weight, own.weight, kernels, arena)
      let norm = layer.norm + moved
      let before = reach
      reach.pass(
        layer, own, moved: moved, shift: max(layer.bias.length(kernels), own.bias.length(kernels)))
      distances[number].withUnsafeBufferPointer { distances in
        for place in 0..<count {
          errors.base[place] =
            (distances[place] + 2 * before.rounding) * moved + errors.base[place] * norm
        }
      }
      let sums = arena.matrix(rows: centres.rows, columns: own.weight.columns)
      kernels.product(centres, own.weight, into: sums, bias: own.bias)
      if number + 1 == layers.count {
        return finish(layer, sums, stack, reach, errors, arena)
      }
      guard add(layer, sums, reach, to: errors, kernels, arena) else { return nil }
      kernels.map(.relu, sums, into: sums)
      centres = sums
    }
    return nil
  }

  /// ‖W′ − W‖, at most.
  private func moved(_ weight: Matrix, _ own: Matrix, _ kernels: KernelSet, _ arena: Arena) -> Float
  {
    let difference = arena.matrix(rows: own.rows, columns: own.columns)
    kernels.addScaled(own, -1, weight, into: difference)
    return difference.length(kernels)
  }

  /// Takes the errors of δ to those of d.
  private func add(
    _ layer: Layer, _ sums: Matrix, _ reach: Reach, to errors: Matrix, _ kernels: KernelSet,
    _ arena: Arena
  ) -> Bool {
    var shifts = Shifts(layer)
    let squares = arena.integers(count)
    let coded =
      1.6 * Float(sums.columns).squareRoot() * layer.step + 6 * reach.rounding
    for group in 0..<sums.rows where starts[group] < starts[group + 1] {
      guard shifts.code(group, sums, layer) else { return false }
      let first = starts[group]
      let number = starts[group + 1] - first
      kernels.shiftDistances(
        rows: number, layer.codes.base + first * layer.width, shift: shifts.shift,
        moved: shifts.moved, into: squares + first)
    }
    for place in 0..<count {
      errors.base[place] += Float(squares[place]).squareRoot() * layer.step + coded
    }
    return true
  }

  /// The scores from the sums of the last hidden layer.
  private func finish(
    _ layer: Layer, _ sums: Matrix, _ stack: AdaptedDenseStack, _ reach: Reach, _ errors: Matrix,
    _ arena: Arena
  ) -> Bounds? {
    let own = stack.layers[stack.layers.count - 1]
    let kernels = stack.kernels
    let units = Float(sums.columns).squareRoot()
    let length = own.weight.length(kernels)
    // No sum of codes leaves 31 bits: each is at most 2·mostCode.
    let highest = own.weight.array.reduce(0) { max($0, abs($1)) }
    let unit = max(highest / 32_766, 2 * Self.mostCode * units * length / Float(1 << 30))
    guard unit.isFinite, unit > 0, length > 0 else { return nil }
    let factors = QuantizedCodes(count: layer.width)
    var missed: Float = 0
    for row in 0..<own.weight.rows {
      let code = (own.weight[row, 0] / unit).rounded()
      factors.base[row] = Int16(code)
      let rest = own.weight[row, 0] - code * unit
      missed += rest * rest
    }
    missed = missed.squareRoot() * slack
    var shifts = Shifts(layer)
    let scores = arena.integers(count)
    for group in 0..<sums.rows where starts[group] < starts[group + 1] {
      guard shifts.code(group, sums, layer) else { return nil }
      let first = starts[group]
      kernels.shiftScores(
        rows: starts[group + 1] - first, layer.codes.base + first * layer.width,
        shift: shifts.shift, factors, into: scores + first)
    }
    let bias = own.bias[0, 0]
    let coded = 1.1 * units * layer.step + 3 * reach.rounding
    let longest = reach.length + reach.rounding + coded
    let floats = (Float(sums.columns) + 16) * .ulpOfOne * (longest * length + abs(bias))
    let common = coded * length + missed * longest + reach.rounding * length + floats
    guard common.isFinite else { return nil }
    return bounds(
      scores, by: layer.step * unit, from: bias, errors, times: (length + missed) * slack,
      common * slack)
  }

  /// Bounds from whole numbers in steps of `scale`. Loops without branches, for there are as many rounds as rows.
  private func bounds(
    _ scores: UnsafePointer<Int32>, by scale: Float, from bias: Float, _ errors: Matrix,
    times length: Float, _ common: Float
  ) -> Bounds? {
    let estimates = addends.withUnsafeBufferPointer { addends in
      [Float](unsafeUninitializedCapacity: count) { estimates, filled in
        for place in 0..<count {
          estimates[place] = Float(scores[place]) * scale + bias + addends[place]
        }
        filled = count
      }
    }
    var endless: UInt32 = 0
    let tops = estimates.withUnsafeBufferPointer { estimates in
      [Float](unsafeUninitializedCapacity: count) { tops, filled in
        for place in 0..<count {
          let top = estimates[place] + errors.base[place] * length + common
          endless |= top.bitPattern & Float.infinity.bitPattern == Float.infinity.bitPattern ? 1 : 0
          tops[place] = top
        }
        filled = count
      }
    }
    return endless == 0 ? Bounds(estimates: estimates, tops: tops) : nil
  }

  /// What adapting adds to the middle of a group, as codes.
  private struct Shifts {
    let shift: QuantizedCodes
    let moved: QuantizedCodes

    init(_ layer: Layer) {
      shift = QuantizedCodes(count: layer.width)
      moved = QuantizedCodes(count: layer.width)
    }

    /// False if the codes would leave their range.
    mutating func code(_ group: Int, _ sums: Matrix, _ layer: Layer) -> Bool {
      let (after, before) = (sums.rows(group..<group + 1), layer.middles.rows(group..<group + 1))
      let inverse = 1 / layer.step
      var (own, usual): (Float, Float) = (0, 0)
      for column in 0..<sums.columns {
        let (ends, starts) = (after.base[column], before.base[column])
        guard let by = Self.code((ends - starts) * inverse),
          let far = Self.code((max(0, ends) - max(0, starts)) * inverse)
        else { return false }
        (shift.base[column], moved.base[column]) = (by, far)
        own += Float(by) * Float(by)
        usual += Float(far) * Float(far)
      }
      // Each square is that of a number of at most |by| + |far|, and their sum stays within 31 bits.
      return own.squareRoot() + usual.squareRoot() <= 46_000
    }

    /// The nearest whole number; nil where that is too large.
    private static func code(_ x: Float) -> Int16? {
      guard abs(x) < mostCode - 1 else { return nil }
      return Int16(truncatingIfNeeded: Int32(x + (x < 0 ? -0.5 : 0.5)))
    }
  }
}

extension Matrix {
  /// The root of the sum of squares, at least.
  func length(_ kernels: KernelSet) -> Float {
    kernels.dot(self, self).squareRoot() * slack
  }
}
