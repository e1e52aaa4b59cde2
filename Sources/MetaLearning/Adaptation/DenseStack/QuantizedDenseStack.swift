import Kernels
import Models

/// A stack of relu layers with 16-bit weights and activations, which screens many items: its scores, and a
/// bound of their distance from those of `AdaptedDenseStack`.
///
/// The bound is carried from layer to layer: ‖z − ẑ‖ ≤ ‖W‖·‖a − â‖ + ‖â‖·‖W − Ŵ‖ + the rounding of biases and
/// results, with the spectral norm of W. relu is 1-Lipschitz and leaves it as it is.
struct QuantizedDenseStack {
  private struct Layer {
    var factors: QuantizedCodes
    var bias: [Int32]
    var shift: Int
  }

  /// What holds for the activations of all rows at one layer: they are `step`·codes, their norms are at most
  /// `length`, and at most `error` is between them and the activations in floats.
  private struct Rows {
    var step: Float
    var length: Float
    var error: Float
    /// The column at each place of a row.
    var columns: [Int?]

    /// The largest norm that a quantized row can have.
    var reach: Float { (length + error) * slack }
  }

  private var layers: [Layer] = []
  private var factors = QuantizedCodes(count: 0)
  private var scale: Float = 0
  private var bias: Float = 0
  /// How far a score can be from that of the float stack.
  private(set) var bound: Float = 0
  private let kernels: KernelSet

  /// Nil if the stack has no quantized form, or a number is not finite.
  init?(
    _ layers: [(weight: Matrix, bias: Matrix)], for rows: QuantizedRows, _ kernels: KernelSet,
    _ arena: Arena
  ) {
    guard let last = layers.last, last.weight.columns == 1 else { return nil }
    self.kernels = kernels
    var rising = Rows(
      step: rows.step, length: rows.length, error: rows.error,
      columns: Self.places(layers[0].weight.rows, width: rows.width) { $0 })
    for layer in layers.dropLast() {
      guard let quantized = raise(&rising, layer.weight, layer.bias, arena) else { return nil }
      self.layers.append(quantized)
    }
    guard finish(rising, last.weight, last.bias) else { return nil }
  }

  private static func places(_ columns: Int, width: Int, _ place: (Int) -> Int) -> [Int?] {
    var places = [Int?](repeating: nil, count: width)
    for column in 0..<columns { places[place(column)] = column }
    return places
  }

  private static func highest(_ numbers: Matrix) -> Float {
    numbers.array.reduce(0) { max($0, abs($1)) }
  }

  /// Codes a hidden layer and takes what is known of the rows through it.
  private func raise(
    _ rows: inout Rows, _ weight: Matrix, _ bias: Matrix, _ arena: Arena
  ) -> Layer? {
    let (inputs, outputs) = (weight.rows, weight.columns)
    let frobenius = kernels.dot(weight, weight).squareRoot()
    let shift = kernels.dot(bias, bias).squareRoot()
    guard frobenius.isFinite, shift.isFinite else { return nil }
    let lengths = (0..<outputs).map { column in
      (0..<inputs).reduce(Float(0)) { $0 + weight[$1, column] * weight[$1, column] }.squareRoot()
    }
    let longest = (lengths.max() ?? 0) * slack
    let highest = Self.highest(bias)
    let unit = step(of: weight, reach: rows.reach * longest + highest, rows)
    guard unit.isFinite else { return nil }
    let width = QuantizedRows.width(outputs)
    var layer = Layer(
      factors: QuantizedCodes(count: rows.columns.count * width),
      bias: .init(repeating: 0, count: width), shift: 0)
    let missed = code(weight, unit, rows, width: width, into: layer.factors)
    let largest = (rows.reach * (longest + missed) + highest) / (rows.step * unit)
    guard largest < 1_200_000_000 else { return nil }
    while largest / Float(1 << layer.shift) > largestCode - 2 { layer.shift += 1 }
    let half: Int32 = layer.shift > 0 ? 1 << Int32(layer.shift - 1) : 0
    for column in 0..<outputs {
      layer.bias[column] = half + Int32((bias[0, column] / (rows.step * unit)).rounded())
    }
    let next = rows.step * unit * Float(1 << layer.shift)
    let norm = kernels.spectralNormBound(of: weight, in: arena)
    let floats = Float(inputs + 8) * .ulpOfOne * (rows.length * frobenius + shift)
    rows.error =
      slack
      * (rows.error * norm + rows.reach * missed + floats
        + Float(outputs).squareRoot() * (rows.step * unit + next) / 2)
    rows.length = slack * (rows.length * norm + shift)
    rows.step = next
    rows.columns = Self.places(outputs, width: width) { kernels.codePlace(of: $0) }
    return rows.length.isFinite && rows.error.isFinite ? layer : nil
  }

  /// Codes the last layer; false if that cannot be done.
  private mutating func finish(_ rows: Rows, _ weight: Matrix, _ bias: Matrix) -> Bool {
    let length = kernels.dot(weight, weight).squareRoot() * slack
    let unit = step(of: weight, reach: rows.reach * length, rows)
    guard length.isFinite, unit.isFinite, bias[0, 0].isFinite else { return false }
    factors = QuantizedCodes(count: rows.columns.count)
    let missed = code(weight, unit, rows, width: 1, into: factors)
    scale = rows.step * unit
    self.bias = bias[0, 0]
    let floats =
      Float(weight.rows + 8) * .ulpOfOne * (rows.reach * (length + missed) + abs(self.bias))
    bound = slack * (rows.error * length + rows.reach * missed + floats)
    return bound.isFinite
  }

  /// Codes the weights in steps of `unit`, two rows side by side as the products read them; at least how long
  /// what the codes miss is.
  private func code(
    _ weight: Matrix, _ unit: Float, _ rows: Rows, width: Int, into factors: QuantizedCodes
  ) -> Float {
    var missed: Float = 0
    for (place, row) in rows.columns.enumerated() {
      guard let row else { continue }
      for column in 0..<weight.columns {
        let code = (weight[row, column] / unit).rounded()
        let rest = weight[row, column] - code * unit
        missed += rest * rest
        factors.base[(place / 2 * width + column) * 2 + place % 2] = Int16(code)
      }
    }
    return missed.squareRoot() * slack
  }

  /// The step of a layer's factors: so fine that the largest has a code, and so coarse that sums stay within
  /// 30 bits. `reach` is the largest result.
  private func step(of weight: Matrix, reach: Float, _ rows: Rows) -> Float {
    let step = max(Self.highest(weight) / (largestCode - 1), reach / (rows.step * Float(1 << 30)))
    return step > 0 ? step : 1
  }

  /// The scores of some quantized rows. Addends, if any, are those of the same rows.
  func scores(
    _ codes: UnsafePointer<Int16>, rows: Int, width: Int,
    adding addend: UnsafePointer<Float>?, into scores: UnsafeMutablePointer<Float>, _ arena: Arena
  ) {
    var (x, width) = (codes, width)
    for layer in layers {
      let outputs = layer.bias.count
      let next = UnsafeMutableRawPointer(arena.allocate(rows * outputs / 2))
        .bindMemory(to: Int16.self, capacity: rows * outputs)
      kernels.codeLayer(
        rows: rows, x, width: width, layer.factors, bias: layer.bias, shift: layer.shift, into: next
      )
      (x, width) = (UnsafePointer(next), outputs)
    }
    kernels.codeScores(
      rows: rows, x, factors, scale: scale, bias: bias, adding: addend, into: scores)
  }
}
