import Kernels

/// The items that are asked for, among all rows of a reference, whose bounds stand in an order of their own.
struct WantedRows {
  private let reference: ReferenceRows
  /// Where each row stands among the items; -1 if it is not asked for.
  private let positions: [Int32]
  private let isWhole: Bool

  /// - Parameter items: their rows, none twice.
  init(_ items: [Int32], of reference: ReferenceRows) {
    self.reference = reference
    isWhole = items.count == reference.count
    var positions = [Int32](repeating: -1, count: reference.count)
    positions.withUnsafeMutableBufferPointer { positions in
      for (position, item) in items.enumerated() { positions[Int(item)] = Int32(position) }
    }
    self.positions = positions
  }

  /// The positions of the items with the largest numbers.
  ///
  /// - Parameter numbers: of all rows, in the order of the reference.
  func highest(_ count: Int, by numbers: [Float]) -> [Int] {
    var numbers = numbers
    if !isWhole {
      for (row, position) in positions.enumerated() where position < 0 {
        numbers[Int(reference.places[row])] = -.infinity
      }
    }
    return Kernels.highest(count, of: numbers)
      .map { Int(positions[Int(reference.order[$0])]) }.filter { $0 >= 0 }
  }

  /// The positions of the items whose number is at least `least`, ascending.
  ///
  /// - Parameter numbers: of all rows, in the order of the reference.
  func positions(atLeast least: Float, by numbers: [Float]) -> [Int] {
    var found: [Int] = []
    numbers.withUnsafeBufferPointer { numbers in
      for place in numbers.indices where numbers[place] >= least {
        let position = Int(positions[Int(reference.order[place])])
        if position >= 0 { found.append(position) }
      }
    }
    return found.sorted()
  }
}
