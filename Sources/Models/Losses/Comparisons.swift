import Datasets
import Kernels

/// The differences s_j − s_i of the scores of items j that are rated below items i.
struct Comparisons {
  /// Shape: (rows × columns); row i, column j.
  let differences: TapeValue
  let rows: Int
  let columns: Int
  /// 1 where j is rated below i, 0 elsewhere; nil where every one is.
  let mask: [Float]?

  init(_ tape: Tape, _ scores: TapeValue, _ ratings: Matrix, scale: RatingScale) {
    // What was taken stands before what was drawn, so that the pairs are one block.
    let taken = (0..<ratings.rows).prefix { ratings[$0, 0] == scale.highest }.count
    let isBlock =
      taken > 0 && taken < ratings.rows
      && (taken..<ratings.rows).allSatisfy { ratings[$0, 0] == scale.lowest }
    let higher = isBlock ? tape.rowSlice(scores, 0..<taken) : scores
    let lower = isBlock ? tape.rowSlice(scores, taken..<ratings.rows) : scores
    rows = isBlock ? taken : ratings.rows
    columns = isBlock ? ratings.rows - taken : ratings.rows
    differences = tape.subtract(
      tape.repeatRow(tape.transpose(lower), rows: rows), tape.repeatColumn(higher, columns: columns)
    )
    guard !isBlock else {
      mask = nil
      return
    }
    var mask = [Float](repeating: 0, count: rows * columns)
    for i in 0..<rows {
      for j in 0..<columns where ratings[i, 0] > ratings[j, 0] { mask[i * columns + j] = 1 }
    }
    self.mask = mask
  }

  /// How many there are.
  var count: Float { mask.map { $0.reduce(0, +) } ?? Float(rows * columns) }

  /// 1 for each row that has any, 0 for others.
  var used: [Float] {
    (0..<rows).map { row in
      mask.map { $0[row * columns..<(row + 1) * columns].contains(1) ? 1 : 0 } ?? 1
    }
  }
}
