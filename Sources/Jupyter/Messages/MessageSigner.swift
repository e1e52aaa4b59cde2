import Datasets

/// Signs messages with HMAC-SHA256 (RFC 2104). Without a key nothing is signed, as Jupyter has it.
package struct MessageSigner: Sendable {
  private let starts: (inner: SHA256, outer: SHA256)?

  /// How many bytes SHA-256 takes at a time.
  private static let blockSize = 64

  package init(key: [UInt8]) {
    guard !key.isEmpty else {
      starts = nil
      return
    }
    var block = key
    if block.count > Self.blockSize {
      var hash = SHA256()
      hash.add(key)
      block = hash.digest
    }
    block += [UInt8](repeating: 0, count: Self.blockSize - block.count)
    var (inner, outer) = (SHA256(), SHA256())
    inner.add(block.map { $0 ^ 0x36 })
    outer.add(block.map { $0 ^ 0x5C })
    starts = (inner, outer)
  }

  /// The signature as lower-case hexadecimal digits; empty without a key.
  package func signature(of parts: some Sequence<[UInt8]>) -> [UInt8] {
    guard var (inner, outer) = starts else { return [] }
    for part in parts { inner.add(part) }
    outer.add(inner.digest)
    return Array(outer.hex.utf8)
  }

  /// Whether a signature is that of the parts; takes as long for wrong ones as for right ones.
  package func accepts(_ signature: [UInt8], of parts: some Sequence<[UInt8]>) -> Bool {
    guard starts != nil else { return true }
    let right = self.signature(of: parts)
    guard right.count == signature.count else { return false }
    return zip(right, signature).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }
}
