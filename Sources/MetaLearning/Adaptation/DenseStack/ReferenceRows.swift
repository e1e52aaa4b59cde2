import Kernels
import Models

/// What one stack of relu layers, the reference, makes of many rows, and the rows in groups of like ones: all that can
/// be computed before it is known whom a model adapts to. `ReferenceRows.bounds` bounds with it the scores that an
/// adapted stack gives.
///
/// Row by row, in the order of groups: the sums z_l that go into each hidden layer, as codes, and how far the
/// activations h_l are from those of the middle of its group.
package struct ReferenceRows: @unchecked Sendable {
  /// A hidden layer of the reference.
  struct Layer {
    /// z of all rows in multiples of `step`.
    var codes: QuantizedCodes
    /// Codes in a row; those behind the last column are 0.
    var width: Int
    var step: Float
    /// z of the middles.
    var middles: Matrix
    /// The weights and the norm of what they do, at most.
    var weight: Matrix
    var bias: Matrix
    var norm: Float
    var frobenius: Float
  }

  /// How far a step may be shifted: two such codes fit in 16 bits.
  static let mostCode: Float = 16_000
  /// How many rows a group has on average.
  private static let groupSize = 128
  /// Rows that the middles are found from, and how often they are moved.
  private static let (sampled, rounds) = (8192, 6)

  /// The rows in their order here.
  package let order: [Int32]
  /// Where each group begins, and the end.
  let starts: [Int]
  /// The middles' inputs (groups × inputs).
  let middles: Matrix
  let layers: [Layer]
  /// ‖h_l − h_l(middle)‖ of the rows, for the inputs (l = 0) and the hidden layers but the last.
  let distances: [[Float]]
  /// The length of the longest input.
  let length: Float
  /// Where each row stands in that order.
  package let places: [Int32]
  /// What is added to the score of each row, in that order, and the largest of it, signs aside.
  let addends: [Float]
  package let largestAddend: Float
  private let memory: [FloatBuffer]

  package var count: Int { order.count }

  /// Nil if the stack has no such form, or a number is not finite.
  ///
  /// - Parameters:
  ///   - inputs: of all rows; only read here.
  ///   - addends: what is added to the score of each row.
  package init?(_ inputs: Matrix, adding addends: [Float]?, by stack: AdaptedDenseStack) {
    guard stack.activation == .relu, stack.outputs == 1, stack.layers.count > 1, inputs.rows > 0
    else { return nil }
    var held = Held()
    let kernels = stack.kernels
    let groups = RowGroups(inputs, size: Self.groupSize, kernels, (Self.sampled, Self.rounds))
    (order, starts) = (groups.order, groups.starts)
    var places = [Int32](repeating: 0, count: inputs.rows)
    for (place, row) in order.enumerated() { places[Int(row)] = Int32(place) }
    self.places = places
    self.addends = order.map { addends?[Int($0)] ?? 0 }
    largestAddend = addends?.reduce(0) { max($0, abs($1)) } ?? 0
    middles = held.copy(groups.middles)
    let rows = held.temporary(inputs.rows, inputs.columns)
    for (place, row) in order.enumerated() {
      rows.rows(place..<place + 1).copy(from: inputs.rows(Int(row)..<Int(row) + 1))
    }
    var (activations, centres) = (rows, middles)
    var (layers, distances): ([Layer], [[Float]]) = ([], [])
    let arena = Arena()
    length = (0..<rows.rows).reduce(0) { max($0, rows.rows($1..<$1 + 1).length(kernels)) }
    for layer in stack.layers.dropLast() {
      distances.append(groups.distances(activations, centres))
      let sums = held.temporary(activations.rows, layer.weight.columns)
      kernels.product(activations, layer.weight, into: sums, bias: layer.bias)
      let middles = held.kept(centres.rows, layer.weight.columns)
      kernels.product(centres, layer.weight, into: middles, bias: layer.bias)
      guard let coded = Codes(sums) else { return nil }
      layers.append(
        Layer(
          codes: coded.codes, width: coded.width, step: coded.step, middles: middles,
          weight: held.copy(layer.weight), bias: held.copy(layer.bias),
          norm: kernels.spectralNormBound(of: layer.weight, in: arena),
          frobenius: layer.weight.length(kernels)))
      kernels.map(.relu, sums, into: sums)
      activations = sums
      centres = held.temporary(middles.rows, middles.columns)
      kernels.map(.relu, middles, into: centres)
    }
    self.layers = layers
    self.distances = distances
    memory = held.buffers
    let isFinite =
      length.isFinite && distances.allSatisfy { $0.allSatisfy(\.isFinite) }
      && layers.allSatisfy { $0.norm.isFinite && $0.frobenius.isFinite }
    guard isFinite else { return nil }
  }

  /// Memory for matrices: some as long as the rows, some while they are made.
  private struct Held {
    var buffers: [FloatBuffer] = []
    private var passing: [FloatBuffer] = []

    mutating func kept(_ rows: Int, _ columns: Int) -> Matrix {
      buffers.append(FloatBuffer(count: rows * columns))
      return Matrix(buffers[buffers.count - 1].base, rows: rows, columns: columns)
    }

    mutating func copy(_ matrix: Matrix) -> Matrix {
      let copy = kept(matrix.rows, matrix.columns)
      copy.copy(from: matrix)
      return copy
    }

    mutating func temporary(_ rows: Int, _ columns: Int) -> Matrix {
      passing.append(FloatBuffer(count: rows * columns))
      return Matrix(passing[passing.count - 1].base, rows: rows, columns: columns)
    }
  }

  /// Rows of numbers as codes of which the largest is `mostCode`.
  private struct Codes {
    let codes: QuantizedCodes
    let width: Int
    let step: Float

    init?(_ rows: Matrix) {
      var top: Float = 0
      for index in 0..<rows.count {
        guard rows.base[index].isFinite else { return nil }
        top = max(top, abs(rows.base[index]))
      }
      step = max(top, .leastNormalMagnitude * 65_536) / mostCode
      width = QuantizedRows.width(rows.columns)
      codes = QuantizedCodes(count: rows.rows * width)
      for row in 0..<rows.rows {
        for column in 0..<rows.columns {
          codes.base[row * width + column] = Int16((rows[row, column] / step).rounded())
        }
      }
    }
  }
}
