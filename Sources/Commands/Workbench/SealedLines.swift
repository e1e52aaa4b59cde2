import Datasets
import Reports

/// A hash chain over the lines of a file, by which each line shows whether it is intact and in its place.
///
/// A line is a JSON object whose last two members are `after`, the digest of the line before it (zeros on the
/// first), and `sha256`, its own: SHA-256 in lower-case hexadecimal over the line without its end, the 64
/// digits of that digest as zeros. A line that is changed, missing, repeated or moved is noticed.
package struct LineSeal {
  /// The digest of the last line.
  private var last = zeros

  package init() {}

  private static let zeros = String(repeating: "0", count: 64)
  private static let mark = Array(#","sha256":""#.utf8)
  private static let end = Array("\"}".utf8)

  /// An object with these members as the next line, its end included.
  package mutating func line(_ members: KeyValuePairs<String, JSON>) -> [UInt8] {
    let all = members.map { JSON.Member($0.key, $0.value) } + [.init("after", .string(last))]
    var bytes = Array(JSON.object(all).text.utf8.dropLast()) + Self.mark
    let place = bytes.count
    bytes += Array(Self.zeros.utf8) + Self.end
    last = SHA256.hex(of: bytes)
    bytes.replaceSubrange(place..<(place + 64), with: last.utf8)
    return bytes + [UInt8(ascii: "\n")]
  }

  /// What a line holds and whether it follows the one before; nil when it is not whole. The chain goes on
  /// from it.
  package mutating func read(_ line: some Collection<UInt8>) -> (record: JSON, follows: Bool)? {
    var bytes = Array(line)
    let place = bytes.count - 64 - Self.end.count
    guard place > 0, bytes[(place + 64)...].elementsEqual(Self.end) else { return nil }
    let digest = String(decoding: bytes[place..<(place + 64)], as: UTF8.self)
    bytes.replaceSubrange(place..<(place + 64), with: Self.zeros.utf8)
    guard SHA256.hex(of: bytes) == digest,
      let json = JSON(parsing: String(decoding: bytes, as: UTF8.self)),
      let before = json["after"]?.string
    else { return nil }
    defer { last = digest }
    return (json, before == last)
  }

  /// Whether a line has this form, be it whole or not.
  package static func isSealed(_ line: some Collection<UInt8>) -> Bool { place(in: line) != nil }

  /// Whether a text without a line end is the beginning of a line: what is left when a program ends while it
  /// writes.
  package static func isCut(_ line: some Collection<UInt8>) -> Bool {
    guard let place = place(in: line) else { return true }
    return line.count - place < 64 + end.count
  }

  /// Where the digest begins.
  private static func place(in line: some Collection<UInt8>) -> Int? {
    let bytes = Array(line)
    guard bytes.count >= mark.count else { return nil }
    return (0...(bytes.count - mark.count)).reversed().first {
      bytes[$0] == mark[0] && bytes[$0..<($0 + mark.count)].elementsEqual(mark)
    }.map { $0 + mark.count }
  }
}
