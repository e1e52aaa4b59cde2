import CKernels
import Kernels

extension FileContents {
  /// The contents of a gzip file (RFC 1952) unpacked; any other file as it is.
  package func unpacked(
    _ limit: UnpackLimit = UnpackLimit()
  ) throws(DatasetError) -> FileContents {
    guard bytes.starts(with: [0x1f, 0x8b]) else { return self }
    let most = limit.bytes(of: bytes.count)
    var result: [UInt8] = []
    var start = 0
    // A file may be several packed ones, one after the other.
    repeat {
      let data = try gzipData(at: start)
      guard
        let (unpacked, used) = try inflated(
          bytes[data...], expected: expectedSize, most: most - result.count)
      else { throw limit.refusal(path, packed: bytes.count) }
      let end = data + used
      guard end + 8 <= bytes.count else { throw damaged("it ends too early") }
      let sum = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: end, as: UInt32.self))
      guard unpacked.checksum == sum else { throw damaged("its checksum is wrong") }
      if result.isEmpty { result = unpacked } else { result += unpacked }
      start = end + 8
    } while bytes[start...].starts(with: [0x1f, 0x8b])
    return FileContents(path: path, result)
  }

  private func damaged(_ what: String) -> DatasetError {
    DatasetError(
      "this gzip file is damaged: \(what)", file: path, help: ["test it with `gzip -t`"],
      code: "E0511")
  }

  /// The size that the last member gives, which is right for most files.
  private var expectedSize: Int {
    guard bytes.count >= 18 else { return 0 }
    let size = bytes.loadUnaligned(fromByteOffset: bytes.count - 4, as: UInt32.self)
    return Int(UInt32(littleEndian: size))
  }

  /// Where the packed data begin behind the header of a member.
  private func gzipData(at start: Int) throws(DatasetError) -> Int {
    guard start + 18 <= bytes.count, bytes[start + 2] == 8 else {
      throw damaged("its header is cut short")
    }
    let flags = bytes[start + 3]
    var at = start + 10
    if flags & 4 != 0 { at += 2 + Int(bytes[at]) + Int(bytes[at + 1]) << 8 }
    for flag in [8, 16] as [UInt8] where flags & flag != 0 {
      while at < bytes.count, bytes[at] != 0 { at += 1 }
      at += 1
    }
    if flags & 2 != 0 { at += 2 }
    guard at < bytes.count else { throw damaged("its header is cut short") }
    return at
  }

  /// Packed bytes unpacked, and how many of them that took; nil when they become more than `limit` bytes.
  func inflated(
    _ packed: Slice<UnsafeRawBufferPointer>, expected: Int, most limit: Int
  ) throws(DatasetError) -> (bytes: [UInt8], used: Int)? {
    let source = UnsafeRawBufferPointer(rebasing: packed)
    guard let base = source.baseAddress else { throw damaged("it ends too early") }
    // No more than DEFLATE can pack into so few bytes, whatever the file claims.
    let most = min(limit, 1100 * source.count + 1024)
    var capacity = min(most, max(expected, 4 * source.count, 1024))
    while true {
      var used: Int64 = 0
      var written: Int64 = 0
      let unpacked = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
        written = mrs_inflate(
          base.assumingMemoryBound(to: UInt8.self), Int64(source.count), buffer.baseAddress,
          Int64(capacity), &used, Cancellation.question)
        count = max(0, Int(written))
      }
      if written >= 0 { return (unpacked, Int(used)) }
      if Int(written) == mrs_inflate_full, capacity == limit { return nil }
      guard Int(written) == mrs_inflate_full, capacity < most else {
        throw damaged(
          Int(written) == mrs_inflate_short
            ? "it ends too early" : "its data make no sense")
      }
      capacity = min(most, 2 * capacity)
    }
  }
}

extension [UInt8] {
  /// The CRC-32 of gzip and zip.
  var checksum: UInt32 {
    withUnsafeBufferPointer {
      mrs_crc32($0.baseAddress, Int64($0.count), Cancellation.question)
    }
  }
}
