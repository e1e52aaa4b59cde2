import Kernels

/// The numbers of one matrix that are kept, as floats or as whole numbers of eight bits with a scale for each column.
package struct PackedFactor: Sendable, Equatable {
  package let rows: Int
  package let columns: Int
  /// What is kept, row after row: the numbers, or with scales whole numbers from −127 to 127.
  private var values: [Float]
  /// Which places are kept, where not all are; the others are zero.
  package private(set) var kept: [Bool]?
  /// What one is worth in each column of whole numbers; nil of floats.
  private var scales: [Float]?

  /// All numbers as they are. Shape: (rows × columns).
  package init(_ matrix: [Float], rows: Int, columns: Int) {
    (values, self.rows, self.columns) = (matrix, rows, columns)
  }

  package var nonzeros: Int { values.count { $0 != 0 } }

  /// The numbers, row after row.
  package var unpacked: [Float] {
    var matrix = [Float](repeating: 0, count: rows * columns)
    var next = 0
    for place in matrix.indices where kept?[place] ?? true {
      matrix[place] = scales.map { values[next] * $0[place % columns] } ?? values[next]
      next += 1
    }
    return matrix
  }

  /// Leaves out a share of the numbers, those of least magnitude (Han et al. 2015, "Learning both Weights and
  /// Connections"); of equal ones those that come later.
  ///
  /// Precondition: nothing is left out, and these are floats.
  mutating func prune(_ share: Double) {
    let dropped = Int((share * Double(values.count)).rounded())
    let order = values.indices.sorted { a, b in
      let (first, second) = (abs(values[a]), abs(values[b]))
      return first == second ? a > b : first < second
    }
    var isKept = [Bool](repeating: true, count: values.count)
    for place in order.prefix(dropped) { isKept[place] = false }
    values = values.indices.filter { isKept[$0] }.map { values[$0] }
    kept = isKept
  }

  /// The shares of a column's largest magnitude that are tried as the largest number of eight bits: what is cut off
  /// there is paid for by finer steps elsewhere.
  private static let clips: [Float] = (0..<11).map { 1 - 0.05 * Float($0) }

  /// Rounds the numbers to whole multiples of a scale for each column, the one with the least squared error.
  mutating func quantize() {
    var columnsOf = [Int](repeating: 0, count: values.count)
    var next = 0
    for place in 0..<rows * columns where kept?[place] ?? true {
      columnsOf[next] = place % columns
      next += 1
    }
    var members = [[Int]](repeating: [], count: columns)
    for (place, column) in columnsOf.enumerated() { members[column].append(place) }
    var scales = [Float](repeating: 0, count: columns)
    for (column, places) in members.enumerated() {
      let largest = places.reduce(0) { max($0, abs(values[$1])) }
      guard largest > 0 else { continue }
      scales[column] = bestScale(of: places, largest)
      for place in places { values[place] = Self.whole(values[place], scales[column]) }
    }
    self.scales = scales
  }

  private func bestScale(of places: [Int], _ largest: Float) -> Float {
    var best = (scale: largest / 127, error: Double.infinity)
    for clip in Self.clips {
      let scale = clip * largest / 127
      let error = squaredError(of: places, scale: scale)
      if error < best.error { best = (scale, error) }
    }
    return best.scale
  }

  private func squaredError(of places: [Int], scale: Float) -> Double {
    places.reduce(0) { sum, place in
      let error = Double(values[place]) - Double(Self.whole(values[place], scale) * scale)
      return sum + error * error
    }
  }

  private static func whole(_ value: Float, _ scale: Float) -> Float {
    scale > 0 ? max(-127, min(127, (value / scale).rounded(.toNearestOrEven))) : 0
  }

  // MARK: Files

  private static let scaleName = ".scale"
  private static let maskName = ".mask"

  func tensors(named name: String) -> [Safetensors.Tensor] {
    var tensors = [
      Safetensors.Tensor(
        name, shape: kept == nil ? [rows, columns] : [values.count], values: values,
        type: scales == nil ? .float32 : .int8)
    ]
    if let scales {
      tensors.append(.init(name + Self.scaleName, shape: [columns], values: scales))
    }
    if let kept {
      var bytes = [Float](repeating: 0, count: (kept.count + 7) / 8)
      for place in kept.indices where kept[place] { bytes[place / 8] += Float(1 << (place % 8)) }
      tensors.append(
        .init(name + Self.maskName, shape: [bytes.count], values: bytes, type: .uint8))
    }
    return tensors
  }

  /// Reads what `tensors` wrote; nil where something is missing or does not fit.
  init?(
    _ name: String, rows: Int, columns: Int, _ compression: WeightCompression, in file: Safetensors
  ) {
    func tensor(_ name: String) -> Safetensors.Tensor? {
      file.tensors.first { $0.name == name }
    }
    guard let own = tensor(name),
      own.type == (compression.precision == .int8 ? .int8 : .float32)
    else { return nil }
    (self.rows, self.columns, values) = (rows, columns, own.values)
    if compression.pruned > 0 {
      guard let mask = tensor(name + Self.maskName), mask.type == .uint8,
        mask.values.count == (rows * columns + 7) / 8
      else { return nil }
      let isKept = (0..<rows * columns).map { place -> Bool in
        let byte = Int(mask.values[place / 8])
        return byte >> (place % 8) & 1 == 1
      }
      guard isKept.count(where: { $0 }) == values.count else { return nil }
      kept = isKept
    } else if own.shape != [rows, columns] {
      return nil
    }
    if compression.precision == .int8 {
      guard let scale = tensor(name + Self.scaleName), scale.shape == [columns],
        scale.values.allSatisfy({ $0.isFinite && $0 >= 0 })
      else { return nil }
      scales = scale.values
    }
  }
}
