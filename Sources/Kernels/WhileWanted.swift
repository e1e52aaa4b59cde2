/// Long loops over many elements end when nobody wants the result of the work under way (`Cancellation`). What
/// comes after such a loop must be able to live with the elements that it has left out.
extension Sequence {
  /// The elements, until nobody wants the result any more, which is asked before every so many of them.
  @inlinable
  package func whileWanted(asking stretch: Int = 1 << 14) -> WantedElements<Self> {
    WantedElements(self, asking: stretch)
  }
}

/// The elements of a sequence until nobody wants the result of the work under way.
@usableFromInline
package struct WantedElements<Base: Sequence>: Sequence, IteratorProtocol {
  @usableFromInline var base: Base.Iterator
  @usableFromInline let stretch: Int
  /// How many more are given before the next question.
  @usableFromInline var rest = 0

  @inlinable
  package init(_ base: Base, asking stretch: Int) {
    self.base = base.makeIterator()
    self.stretch = stretch
  }

  @inlinable
  package mutating func next() -> Base.Element? {
    if rest == 0 {
      if Cancellation.isRequested { return nil }
      rest = stretch
    }
    rest -= 1
    return base.next()
  }
}

extension Array where Element: Comparable & BitwiseCopyable {
  /// What `sorted()` gives; the same elements in any order when nobody wants the result any more.
  @inlinable
  package func sortedWhileWanted(asking stretch: Int = 1 << 16) -> [Element] {
    guard count > stretch else { return sorted() }
    var (sorted, merged) = (self, self)
    for start in Swift.stride(from: 0, to: count, by: stretch).whileWanted(asking: 1) {
      sorted[start..<Swift.min(start + stretch, count)].sort()
    }
    var width = stretch
    while width < count, !Cancellation.isRequested {
      for start in Swift.stride(from: 0, to: count, by: 2 * width) {
        let middle = Swift.min(start + width, count)
        merge(sorted, start..<middle, middle..<Swift.min(middle + width, count), into: &merged)
      }
      // An order that was left in its middle has lost some elements and doubled others.
      if Cancellation.isRequested { return self }
      swap(&sorted, &merged)
      width *= 2
    }
    return sorted
  }

  /// Merges two sorted ranges of `source`, of which one follows the other; of equal elements the first range's
  /// come first, as in a stable sort.
  @inlinable
  func merge(
    _ source: [Element], _ first: Range<Int>, _ second: Range<Int>, into target: inout [Element]
  ) {
    var (left, right) = (first.lowerBound, second.lowerBound)
    for place in (first.lowerBound..<second.upperBound).whileWanted() {
      if right == second.upperBound || left < first.upperBound && !(source[right] < source[left]) {
        target[place] = source[left]
        left += 1
      } else {
        target[place] = source[right]
        right += 1
      }
    }
  }
}
