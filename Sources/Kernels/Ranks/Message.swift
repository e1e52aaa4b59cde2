/// What one rank says to others: values one after the other, in the machine's own form, since all ranks are the same
/// program.
package struct MessageWriter {
  package private(set) var bytes: [UInt8] = []

  package init() {}

  package mutating func put<T: BitwiseCopyable>(_ value: T) {
    withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) }
  }

  package mutating func put<T: BitwiseCopyable>(_ values: UnsafeBufferPointer<T>) {
    put(values.count)
    append(values)
  }

  /// Some of the values of an array whose length was put before.
  package mutating func append<T: BitwiseCopyable>(_ values: UnsafeBufferPointer<T>) {
    bytes.append(contentsOf: UnsafeRawBufferPointer(values))
  }

  package mutating func put<T: BitwiseCopyable>(_ values: [T]) {
    values.withUnsafeBufferPointer { put($0) }
  }

  package mutating func put(_ text: String) { put(Array(text.utf8)) }

  package mutating func put(_ texts: [String]) {
    put(texts.count)
    for text in texts { put(text) }
  }

  package mutating func append(_ other: MessageWriter) { bytes += other.bytes }
}

/// Takes out of a message what was put into it, in the same order.
package struct MessageReader {
  private let bytes: [UInt8]
  private var place = 0

  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  package mutating func take<T: BitwiseCopyable>(_ type: T.Type) -> T {
    let start = place
    place += MemoryLayout<T>.size
    return bytes[start..<place].withUnsafeBytes { $0.loadUnaligned(as: type) }
  }

  /// Lets `body` see an array of values.
  package mutating func withValues<T: BitwiseCopyable, Result>(
    _ type: T.Type, _ body: (UnsafeRawBufferPointer, Int) -> Result
  ) -> Result {
    let count = take(Int.self)
    let start = place
    place += count * MemoryLayout<T>.stride
    return bytes[start..<place].withUnsafeBytes { body($0, count) }
  }

  package mutating func take<T: BitwiseCopyable>(_ type: [T].Type) -> [T] {
    withValues(T.self) { raw, count in
      [T](unsafeUninitializedCapacity: count) { buffer, filled in
        UnsafeMutableRawBufferPointer(buffer).copyMemory(from: raw)
        filled = count
      }
    }
  }

  package mutating func take(_ type: String.Type) -> String {
    String(decoding: take([UInt8].self), as: UTF8.self)
  }

  package mutating func take(_ type: [String].Type) -> [String] {
    (0..<take(Int.self)).map { _ in take(String.self) }
  }

  /// All that has not been taken.
  package var rest: ArraySlice<UInt8> { bytes[place...] }
}
