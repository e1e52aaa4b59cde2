import Kernels

/// The activations, deltas and weights of every inner step of a `DenseStackLoop`: a slot for each step, and
/// the last one for the query.
///
/// Level 0 is the output of the first adapted layer, level l that of the l-th layer above it.
final class DenseStackRecord {
  /// Activations of each level; in the last slot the query's. Shape: (rows × width).
  let hidden: Grid
  /// δ = ∂L/∂z of each level. Shape: (rows × width).
  let delta: Grid
  /// Tangents ẋ and δ̇, beside x and δ in memory, so that [x; ẋ] and [δ̇; δ] are one matrix each.
  let hiddenTangent: Grid
  let deltaTangent: Grid
  let hiddenAndTangent: Grid
  let deltaAndTangent: Grid
  /// The layers above, as they were before each step.
  let weight: Grid
  let bias: Grid
  let transposed: Grid
  /// The dual coefficients A, with rows of zeros up to a multiple of a SIMD vector.
  let dual: Grid
  /// The second derivative of a pointwise loss; for any other, its nodes on the tape.
  let curvature: Grid
  @exclusivity(unchecked) var lossNodes: [(floor: Int, scores: TapeValue, gradient: TapeValue)]
  @exclusivity(unchecked) var loss: [Float]
  /// W_K of a narrow first adapted layer.
  @exclusivity(unchecked) var end = Matrix.none
  private let memory: UnsafeMutablePointer<Matrix>

  init(steps: Int, layers: Int) {
    let (slots, levels) = (steps + 1, layers + 1)
    let memory = UnsafeMutablePointer<Matrix>.allocate(capacity: slots * (9 * levels + 2))
    memory.initialize(repeating: .none, count: slots * (9 * levels + 2))
    func grid(_ number: Int) -> Grid { Grid(memory + number * slots * levels, levels: levels) }
    (hidden, delta, hiddenTangent, deltaTangent) = (grid(0), grid(1), grid(2), grid(3))
    (hiddenAndTangent, deltaAndTangent, weight, bias, transposed) = (
      grid(4), grid(5), grid(6), grid(7), grid(8)
    )
    dual = Grid(memory + 9 * slots * levels, levels: 1)
    curvature = Grid(memory + slots * (9 * levels + 1), levels: 1)
    lossNodes = Array(repeating: (0, .none, .none), count: slots)
    loss = Array(repeating: 0, count: slots)
    self.memory = memory
  }

  deinit { memory.deallocate() }

  /// Takes memory for a level of a slot; with `tangents` also for these.
  func reserve(
    _ scratch: Scratch, slot: Int, level: Int, rows: Int, width: Int, tangents: Bool
  ) {
    let height = tangents ? 2 * rows : rows
    let values = scratch.matrix(height, width)
    let deltas = scratch.matrix(height, width)
    hidden[slot, level] = values.rows(0..<rows)
    delta[slot, level] = deltas.rows(height - rows..<height)
    guard tangents else { return }
    hiddenTangent[slot, level] = values.rows(rows..<height)
    deltaTangent[slot, level] = deltas.rows(0..<rows)
    hiddenAndTangent[slot, level] = values
    deltaAndTangent[slot, level] = deltas
  }
}

/// Matrices by slot and level, in memory that the record owns. Neither reference counts nor bounds are
/// checked.
struct Grid {
  private let items: UnsafeMutablePointer<Matrix>
  private let levels: Int

  init(_ items: UnsafeMutablePointer<Matrix>, levels: Int) {
    self.items = items
    self.levels = levels
  }

  subscript(slot: Int, level: Int) -> Matrix {
    get { items[slot * levels + level] }
    nonmutating set { items[slot * levels + level] = newValue }
  }

  subscript(slot: Int) -> Matrix {
    get { items[slot * levels] }
    nonmutating set { items[slot * levels] = newValue }
  }
}
