import CKernels

extension FileContents {
  /// The XXH64 of the contents in hexadecimal.
  package var digest: String {
    guard let base = bytes.baseAddress else { return hexadecimal(mrs_digest("", 0)) }
    return hexadecimal(mrs_digest(base.assumingMemoryBound(to: UInt8.self), Int64(bytes.count)))
  }

  /// The file as the source of a data set.
  package var source: Dataset.Source {
    Dataset.Source(path: path, bytes: bytes.count, digest: digest)
  }
}

/// Sixteen digits.
package func hexadecimal(_ number: UInt64) -> String {
  let digits = String(number, radix: 16)
  return String(repeating: "0", count: 16 - digits.count) + digits
}

/// The XXH64 of the values' bytes.
func digest<T: BitwiseCopyable>(_ values: [T]) -> UInt64 {
  values.withUnsafeBytes { bytes in
    guard let base = bytes.baseAddress else { return 0 }
    return mrs_digest(base.assumingMemoryBound(to: UInt8.self), Int64(bytes.count))
  }
}
