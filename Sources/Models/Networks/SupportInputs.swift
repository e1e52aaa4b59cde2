import Kernels

/// Stage 0 of networks that look at the user's support.
extension SummedInputs {
  /// The features of rows, with those of the support beside them.
  func features(
    _ tape: Tape, _ weights: [TapeValue], _ rows: EncodedRows, beside support: EncodedRows,
    shape: InputShape
  ) -> NetworkState {
    var state = features(tape, weights, rows, shape: shape)
    state.isSupport = rows.ratings.base == support.ratings.base
    state.support =
      state.isSupport
      ? state.hidden : features(tape, weights, support, shape: shape).hidden
    return state
  }

  /// The same, with what the user thought of each support item: how far their rating is above what the linear part
  /// says of the item, around the mean of these.
  func opinionated(
    _ tape: Tape, _ weights: [TapeValue], _ rows: EncodedRows, beside support: EncodedRows,
    shape: InputShape
  ) -> NetworkState {
    var state = features(tape, weights, rows, beside: support, shape: shape)
    state.noise = rows.noise
    state.ages = support.ages
    guard support.count > 0 else { return state }
    var opinions = tape.leaf(support.ratings)
    if wide, shape.outputs == 1 {
      let known = tape.linear(weights[1], support)
      if known.isSome { opinions = tape.subtract(opinions, known) }
    }
    let mean = tape.scale(1 / Float(support.count), tape.columnSums(opinions))
    state.ratings = tape.subtract(opinions, tape.repeatRow(mean, rows: support.count))
    return state
  }
}

extension Tape {
  /// The softmax of each row's similarities and of one more place, which stands for "none" and is left out of
  /// the result.
  func shares(_ similarity: TapeValue) -> TapeValue {
    let (rows, columns) = (self[similarity].rows, self[similarity].columns)
    let none = constant(0, rows: rows, columns: 1)
    return columnSlice(softmax(concatenateColumns(similarity, none)), 0..<columns)
  }

  /// What is added to similarities so that a row does not see some places: far below all others for those, else 0.
  func mask(_ rows: Int, _ places: Int, where isHidden: (_ row: Int, _ place: Int) -> Bool)
    -> TapeValue
  {
    var mask = [Float](repeating: 0, count: rows * places)
    for row in 0..<rows {
      for place in 0..<places where isHidden(row, place) { mask[row * places + place] = -1e4 }
    }
    return constant(mask, rows: rows, columns: places)
  }
}
