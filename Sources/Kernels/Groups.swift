/// Places in groups by a number that each has: a counting sort, which leaves those of a group in the order they had.
/// A group is a range of one array, so that many small ones take no memory of their own.
package struct Groups: RandomAccessCollection, Sendable {
  /// The places, group by group.
  package let order: [Int32]
  /// Where each group begins in `order`, and the end.
  package let starts: [Int]

  /// - Parameters:
  ///   - places: those to group, which are indices of `keys`; nil for all of them, ascending.
  ///   - keys: the group of each place, each in `0..<count`.
  ///   - count: how many groups there are.
  package init(_ places: [Int32]? = nil, by keys: [Int32], count: Int) {
    if places == nil, let starts = Self.startsOfAscending(keys, count: count) {
      self.starts = starts
      order = Self.places(upTo: keys.count)
      return
    }
    var starts = [Int](repeating: 0, count: count + 1)
    let stand =
      places.map { Self.count($0.lazy.map { keys[Int($0)] }, into: &starts) }
      ?? keys.withUnsafeBufferPointer { Self.count($0, into: &starts) }
    for group in 0..<count { starts[group + 1] += starts[group] }
    // What nobody wants any more was not counted to its end; the last group takes the rest.
    if Cancellation.isRequested { starts[count] = places?.count ?? keys.count }
    self.starts = starts
    if stand || Cancellation.isRequested {
      order = places ?? Self.places(upTo: keys.count)
      return
    }
    var order = [Int32](repeating: 0, count: places?.count ?? keys.count)
    order.withUnsafeMutableBufferPointer { order in
      for index in order.indices.whileWanted() {
        let place = places?[index] ?? Int32(index)
        let group = Int(keys[Int(place)])
        order[starts[group]] = place
        starts[group] += 1
      }
    }
    self.order = order
  }

  /// How many places each group has.
  package static func sizes(by keys: [Int32], count: Int) -> [Int] {
    if let starts = startsOfAscending(keys, count: count) {
      return (0..<count).map { starts[$0 + 1] - starts[$0] }
    }
    var counts = [Int](repeating: 0, count: count + 1)
    _ = keys.withUnsafeBufferPointer { Self.count($0, into: &counts) }
    return Array(counts.dropFirst())
  }

  /// Where each group begins, and the end, of keys that ascend; nil where they do not, or nobody wants it any more.
  private static func startsOfAscending(_ keys: [Int32], count: Int) -> [Int]? {
    let size = 1 << 18
    let parts = (keys.count + size - 1) / size
    let ascend = orderedMap(parts, abandoned: false) { part in
      keys.withUnsafeBufferPointer { keys in
        var (last, ascend) = (part > 0 ? keys[part * size - 1] : 0, true)
        for key in keys[part * size..<Swift.min((part + 1) * size, keys.count)] {
          ascend = ascend && key >= last
          last = key
        }
        return ascend
      }
    }
    guard !ascend.contains(false), !Cancellation.isRequested else { return nil }
    var starts = [Int](repeating: keys.count, count: count + 1)
    starts.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let starts = buffer
      parallel(parts) { part in
        keys.withUnsafeBufferPointer { keys in
          var last = part > 0 ? Int(keys[part * size - 1]) : -1
          for place in part * size..<Swift.min((part + 1) * size, keys.count)
          where Int(keys[place]) != last {
            // Groups without a place begin where the next one does.
            for group in last + 1...Int(keys[place]) { starts[group] = place }
            last = Int(keys[place])
          }
        }
      }
    }
    return starts
  }

  private static func places(upTo count: Int) -> [Int32] {
    let size = 1 << 18
    return [Int32](unsafeUninitializedCapacity: count) { buffer, filled in
      nonisolated(unsafe) let places = buffer
      parallel((count + size - 1) / size) { part in
        for place in part * size..<Swift.min((part + 1) * size, count) {
          places[place] = Int32(place)
        }
      }
      filled = count
    }
  }

  /// Counts how often each key occurs, one place behind its own.
  ///
  /// - Returns: whether the keys ascend, so that all stand where they belong.
  private static func count(_ keys: some Sequence<Int32>, into counts: inout [Int]) -> Bool {
    counts.withUnsafeMutableBufferPointer { counts in
      var (last, ascend) = (Int32(0), true)
      for key in keys.whileWanted() {
        counts[Int(key) + 1] += 1
        ascend = ascend && key >= last
        last = key
      }
      return ascend
    }
  }

  package var startIndex: Int { 0 }
  package var endIndex: Int { starts.count - 1 }

  package subscript(group: Int) -> ArraySlice<Int32> { order[starts[group]..<starts[group + 1]] }
}
