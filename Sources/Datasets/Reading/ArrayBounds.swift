import CKernels
import Kernels

extension [Float] {
  /// The least and the greatest number, on the threads of the work under way; nil where there is none. None is NaN.
  var bounds: ClosedRange<Float>? { bounds(by: mrs_bounds_of_numbers) }
}

extension [Int32] {
  var bounds: ClosedRange<Int32>? { bounds(by: mrs_bounds_of_ids) }
}

extension [Int64] {
  var bounds: ClosedRange<Int64>? { bounds(by: mrs_bounds_of_times) }
}

extension Array where Element: BitwiseCopyable & Comparable & Sendable {
  /// - Parameter ends: gives the least and the greatest of so many values.
  private func bounds(
    by ends:
      @Sendable (
        UnsafePointer<Element>?, Int64, UnsafeMutablePointer<Element>?,
        UnsafeMutablePointer<Element>?
      ) -> Void
  ) -> ClosedRange<Element>? {
    guard let first else { return nil }
    return withUnsafeBufferPointer { values in
      nonisolated(unsafe) let values = values
      let size = 1 << 20
      let parts = orderedMap((count + size - 1) / size) { part -> (Element, Element) in
        var (least, greatest) = (first, first)
        let own = UnsafeBufferPointer(
          rebasing: values[part * size..<Swift.min(count, (part + 1) * size)])
        ends(own.baseAddress, Int64(own.count), &least, &greatest)
        return (least, greatest)
      }
      return parts.reduce(first...first) {
        Swift.min($0.lowerBound, $1.0)...Swift.max($0.upperBound, $1.1)
      }
    }
  }
}
