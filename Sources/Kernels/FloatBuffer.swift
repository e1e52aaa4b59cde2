/// Floats on cache-line boundaries.
package final class FloatBuffer: @unchecked Sendable {
  package let base: UnsafeMutablePointer<Float>
  package let count: Int

  /// Zeros.
  package init(count: Int) {
    let bytes = max(64, count * 4)
    base = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
      .bindMemory(to: Float.self, capacity: max(16, count))
    self.count = count
    // Zeros that nobody waits for any more are not written.
    if count > 1 << 22, Cancellation.isRequested { return }
    base.initialize(repeating: 0, count: max(16, count))
  }

  /// A copy of the contents.
  package var array: [Float] { Array(UnsafeBufferPointer(start: base, count: count)) }

  package func copy() -> FloatBuffer {
    let other = FloatBuffer(count: count)
    other.base.update(from: base, count: count)
    return other
  }

  deinit { base.deallocate() }
}
