import Datasets

/// A model or checkpoint as another program would change it, from what the format says alone.
enum SealedFile {
  /// The bytes with the digest that belongs to them.
  static func resealed(_ bytes: [UInt8]) -> [UInt8] {
    let mark = Array("\"mrs.digest\":\"".utf8)
    guard let found = bytes.indices.first(where: { bytes[$0...].starts(with: mark) }) else {
      return bytes
    }
    let place = found + mark.count..<found + mark.count + 64
    var file = bytes
    file.replaceSubrange(place, with: [UInt8](repeating: UInt8(ascii: "0"), count: 64))
    file.replaceSubrange(place, with: Array(SHA256.hex(of: file).utf8))
    return file
  }

  /// The bytes with one number in place of all weights.
  static func filled(_ bytes: [UInt8], with number: Float) -> [UInt8] {
    let header = (0..<8).reduce(0) { $0 | Int(bytes[$1]) << (8 * $1) }
    var file = bytes
    for place in stride(from: 8 + header, to: bytes.count, by: 4) {
      withUnsafeBytes(of: number.bitPattern.littleEndian) {
        file.replaceSubrange(place..<place + 4, with: $0)
      }
    }
    return resealed(file)
  }
}
