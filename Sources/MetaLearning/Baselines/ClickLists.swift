/// One side of a table of clicks: entry `e` has `others[range(e)]`, in rising order.
package struct ClickLists: Sendable {
  package let offsets: [Int]
  package let others: [Int32]
  /// How much each happened.
  package let counts: [Float]
  /// The place of each entry in the list that it has on the other side; empty where nobody asks.
  package let places: [Int32]

  package init(offsets: [Int], others: [Int32], counts: [Float], places: [Int32] = []) {
    (self.offsets, self.others) = (offsets, others)
    (self.counts, self.places) = (counts, places)
  }

  package var count: Int { offsets.count - 1 }

  package func range(_ entry: Int) -> Range<Int> { offsets[entry]..<offsets[entry + 1] }

  /// The same entries by the other side, of which there are so many.
  package func turned(count: Int) -> ClickLists {
    var offsets = [Int](repeating: 0, count: count + 1)
    for other in others { offsets[Int(other) + 1] += 1 }
    for other in 0..<count { offsets[other + 1] += offsets[other] }
    var next = offsets
    var owners = [Int32](repeating: 0, count: others.count)
    var (sizes, places) = (counts, owners)
    for entry in 0..<self.count {
      for (place, at) in range(entry).enumerated() {
        let to = next[Int(others[at])]
        (owners[to], sizes[to], places[to]) = (Int32(entry), counts[at], Int32(place))
        next[Int(others[at])] += 1
      }
    }
    return ClickLists(offsets: offsets, others: owners, counts: sizes, places: places)
  }
}
