import Kernels

/// What the steps of a `TowerLoop` went through: one slot a step, and one more for the query.
///
/// Level 0 is the pivot's output, level l that of the l-th layer above it.
struct TowerRecord {
  /// Values of each level; in the last slot the query's.
  var hidden: Grid
  /// The slope of the loss with respect to each level's sums.
  var slope: Grid
  /// Tangents of both, next to them in memory: [x; ẋ] and [δ̇; δ] are one matrix each.
  var movedHidden: Grid
  var movedSlope: Grid
  var bothHidden: Grid
  var bothSlope: Grid
  /// Layers above the pivot as each slot found them.
  var weight: Grid
  var bias: Grid
  var flipped: Grid
  /// A, with rows of zeros up to a multiple of a vector.
  var dual: [Matrix]
  /// The second derivative of a pointwise loss, and the nodes of any other.
  var curvature: [Matrix]
  var lossNodes: [(floor: Int, scores: TapeValue, gradient: TapeValue)]
  var loss: [Float]

  init(steps: Int, layers: Int) {
    let levels = Grid(slots: steps + 1, levels: layers + 1)
    (hidden, slope, movedHidden, movedSlope) = (levels, levels, levels, levels)
    (bothHidden, bothSlope) = (levels, levels)
    (weight, bias, flipped) = (levels, levels, levels)
    dual = Array(repeating: .none, count: steps + 1)
    curvature = dual
    lossNodes = Array(repeating: (0, .none, .none), count: steps + 1)
    loss = Array(repeating: 0, count: steps + 1)
  }

  /// Memory of a level of a slot; with `tangents`, room for them beside it.
  mutating func reserve(
    _ lane: Lane, slot: Int, level: Int, rows: Int, width: Int, tangents: Bool
  ) {
    let height = tangents ? 2 * rows : rows
    let values = lane.matrix(height, width)
    let slopes = lane.matrix(height, width)
    hidden[slot, level] = values.rows(0..<rows)
    slope[slot, level] = slopes.rows(height - rows..<height)
    guard tangents else { return }
    movedHidden[slot, level] = values.rows(rows..<height)
    movedSlope[slot, level] = slopes.rows(0..<rows)
    bothHidden[slot, level] = values
    bothSlope[slot, level] = slopes
  }
}

/// Matrices by slot and level.
struct Grid {
  private var items: [Matrix]
  private let levels: Int

  init(slots: Int, levels: Int) {
    items = Array(repeating: .none, count: slots * levels)
    self.levels = levels
  }

  subscript(slot: Int, level: Int) -> Matrix {
    get { items[slot * levels + level] }
    set { items[slot * levels + level] = newValue }
  }
}
