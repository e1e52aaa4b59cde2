import Kernels

extension Array where Element: BitwiseCopyable & Comparable & Sendable {
  /// The least and the greatest value, on the threads of the work under way; nil where there is none. None is NaN.
  var bounds: ClosedRange<Element>? {
    guard let first else { return nil }
    return withUnsafeBufferPointer { values in
      nonisolated(unsafe) let values = values
      let size = 1 << 20
      let parts = orderedMap((count + size - 1) / size) { part -> (Element, Element) in
        var (least, greatest) = (first, first)
        for value in values[part * size..<Swift.min(count, (part + 1) * size)] {
          least = Swift.min(least, value)
          greatest = Swift.max(greatest, value)
        }
        return (least, greatest)
      }
      return parts.reduce(first...first) {
        Swift.min($0.lowerBound, $1.0)...Swift.max($0.upperBound, $1.1)
      }
    }
  }
}
