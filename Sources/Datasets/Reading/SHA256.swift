import CKernels

/// The SHA-256 of bytes (FIPS 180-4) that come piece by piece.
package struct SHA256: Sendable {
  private var state = mrs_sha256()

  package init() { mrs_sha256_start(&state) }

  package mutating func add(_ bytes: UnsafeRawBufferPointer) {
    guard let base = bytes.baseAddress else { return }
    mrs_sha256_add(&state, base.assumingMemoryBound(to: UInt8.self), Int64(bytes.count))
  }

  package mutating func add(_ bytes: [UInt8]) { bytes.withUnsafeBytes { add($0) } }

  /// The 32 bytes of the digest of all that was added.
  package var digest: [UInt8] {
    var ended = state
    return [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
      mrs_sha256_finish(&ended, buffer.baseAddress)
      count = 32
    }
  }

  /// The digest of all that was added, as 64 lower-case hexadecimal digits.
  package var hex: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(
      decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  package static func hex(of bytes: UnsafeRawBufferPointer) -> String {
    var hash = SHA256()
    hash.add(bytes)
    return hash.hex
  }

  package static func hex(of bytes: [UInt8]) -> String { bytes.withUnsafeBytes { hex(of: $0) } }

  package static func hex(of text: String) -> String { hex(of: Array(text.utf8)) }
}
