import Kernels

/// Numbers the table rows of a task from 0, in the order in which they are first used: a task's own copy of
/// the table is small.
package final class RowNumbering {
  /// For each row of the table its number in the task under way, or −1.
  private let numbers: UnsafeMutablePointer<Int32>
  private let tableRows: Int
  /// The rows that have a number.
  private let used: UnsafeMutablePointer<Int32>
  // One lane owns a numbering.
  @exclusivity(unchecked) private var count = 0

  package init(tableRows: Int) {
    self.tableRows = tableRows
    numbers = .allocate(capacity: tableRows)
    numbers.initialize(repeating: -1, count: tableRows)
    used = .allocate(capacity: tableRows)
  }

  deinit {
    numbers.deallocate()
    used.deallocate()
  }

  /// The number of a row, the next one if it has none yet.
  @inline(__always)
  package func callAsFunction(_ row: Int32) -> Int32 {
    let at = Int(row)
    precondition(at >= 0 && at < tableRows)
    if numbers[at] >= 0 { return numbers[at] }
    let number = Int32(truncatingIfNeeded: count)
    numbers[at] = number
    used[count] = row
    count += 1
    return number
  }

  /// The rows in the order of their numbers. The next task starts from 0.
  package func finish(in arena: Arena) -> UnsafeBufferPointer<Int32> {
    let rows = arena.integers(count)
    for number in 0..<count {
      rows[number] = used[number]
      numbers[Int(used[number])] = -1
    }
    defer { count = 0 }
    return UnsafeBufferPointer(start: rows, count: count)
  }
}
