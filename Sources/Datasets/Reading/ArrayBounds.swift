import Kernels

extension Array where Element: BitwiseCopyable & Comparable & SIMDScalar & Sendable {
  /// The least and the greatest value, on the threads of the work under way; nil where there is none. None is NaN.
  var bounds: ClosedRange<Element>? {
    guard let first else { return nil }
    return withUnsafeBufferPointer { values in
      nonisolated(unsafe) let values = values
      let size = 1 << 20
      let parts = orderedMap((count + size - 1) / size) { part -> (Element, Element) in
        ends(of: values[part * size..<Swift.min(count, (part + 1) * size)])
      }
      return parts.reduce(first...first) {
        Swift.min($0.lowerBound, $1.0)...Swift.max($0.upperBound, $1.1)
      }
    }
  }
}

/// The least and the greatest of some values, of which there is one.
private func ends<Element: BitwiseCopyable & Comparable & SIMDScalar>(
  of slice: Slice<UnsafeBufferPointer<Element>>
) -> (Element, Element) {
  let values = UnsafeBufferPointer(rebasing: slice)
  let bytes = UnsafeRawBufferPointer(values)
  // Eight at a time, since comparisons of floats are not regrouped by a compiler.
  let lanes = SIMD8<Element>.scalarCount
  let whole = values.count / lanes * lanes
  var (least, greatest) = (values[0], values[0])
  if whole > 0 {
    var (low, high) = (SIMD8(repeating: least), SIMD8(repeating: least))
    for start in stride(from: 0, to: whole, by: lanes) {
      let next = bytes.loadUnaligned(
        fromByteOffset: start * MemoryLayout<Element>.stride, as: SIMD8<Element>.self)
      low.replace(with: next, where: next .< low)
      high.replace(with: next, where: next .> high)
    }
    for lane in 0..<lanes {
      least = min(least, low[lane])
      greatest = max(greatest, high[lane])
    }
  }
  for value in values[whole...] {
    least = min(least, value)
    greatest = max(greatest, value)
  }
  return (least, greatest)
}
