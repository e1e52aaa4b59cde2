/// The header of a safetensors file, read strictly: what the format does not allow is refused with the
/// byte where it stands.
struct SafetensorsHeader {
  struct Entry {
    var name: String
    var dtype = ""
    var shape: [Int] = []
    /// Where its numbers begin and end, in bytes behind the header.
    var start = 0
    var end = 0
    /// Where in the file its name stands.
    var place: Int
  }

  private(set) var metadata: [String: String] = [:]
  private(set) var entries: [Entry] = []
  /// Where in the file the characters of each text of the metadata stand.
  private(set) var places: [String: Range<Int>] = [:]
  /// Where the numbers begin.
  let end: Int

  /// The largest header that is read.
  private static let limit = 100 << 20
  private static let metadataName = "__metadata__"

  private let bytes: UnsafeRawBufferPointer
  private var at = 8

  init(_ bytes: UnsafeRawBufferPointer) throws(ModelFileError) {
    guard bytes.count >= 8 else {
      throw ModelFileError(
        "is \(bytes.count) bytes long; a safetensors file begins with 8 that give its header's length"
      )
    }
    let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    guard length <= UInt64(min(Self.limit, bytes.count - 8)) else {
      throw ModelFileError(
        "is not a safetensors file, or is cut short in its header: bytes 0 to 7 announce a header of "
          + "\(length) bytes, and \(min(Self.limit, bytes.count - 8)) is the most that it can have")
    }
    self.bytes = bytes
    end = 8 + Int(length)
    try read()
  }

  private mutating func read() throws(ModelFileError) {
    guard next == UInt8(ascii: "{") else { throw fault("`{`, with which a header begins") }
    var names: Set<String> = []
    try members { header, name, place throws(ModelFileError) in
      guard names.insert(name).inserted else { throw Self.repeated(name, place) }
      if name == Self.metadataName {
        try header.readMetadata()
      } else {
        try header.readEntry(name, place)
      }
    }
    while at < end {
      guard bytes[at] == UInt8(ascii: " ") else { throw fault("spaces alone behind the header") }
      at += 1
    }
  }

  private mutating func readMetadata() throws(ModelFileError) {
    try members { header, name, place throws(ModelFileError) in
      guard header.metadata[name] == nil else { throw Self.repeated(name, place) }
      let (text, range) = try header.text()
      header.metadata[name] = text
      header.places[name] = range
    }
  }

  private mutating func readEntry(_ name: String, _ place: Int) throws(ModelFileError) {
    var entry = Entry(name: name, place: place)
    var seen: Set<String> = []
    try members { header, key, place throws(ModelFileError) in
      guard seen.insert(key).inserted else { throw Self.repeated(key, place) }
      switch key {
      case "dtype": entry.dtype = try header.text().text
      case "shape": entry.shape = try header.numbers()
      case "data_offsets":
        let start = header.at
        let offsets = try header.numbers()
        guard offsets.count == 2, offsets[0] <= offsets[1] else {
          throw Self.fault("a start and an end that is not before it", at: start)
        }
        (entry.start, entry.end) = (offsets[0], offsets[1])
      default: throw Self.fault("`dtype`, `shape` or `data_offsets`", at: place)
      }
    }
    guard seen.count == 3 else {
      throw Self.fault("`dtype`, `shape` and `data_offsets` of `\(name)`", at: at)
    }
    entries.append(entry)
  }

  // MARK: The JSON that such headers are made of

  static func fault(_ expected: String, at place: Int) -> ModelFileError {
    ModelFileError("is no valid safetensors file: byte \(place): expected \(expected)")
  }

  private func fault(_ expected: String) -> ModelFileError { Self.fault(expected, at: at) }

  private static func repeated(_ name: String, _ place: Int) -> ModelFileError {
    fault("each name once, and `\(name)` is there twice", at: place)
  }

  private var next: UInt8? { at < end ? bytes[at] : nil }

  private mutating func skipSpace() {
    while let next, next == 32 || next == 9 || next == 10 || next == 13 { at += 1 }
  }

  /// Passes over white space and that character if it is next.
  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard next == UInt8(ascii: character) else { return false }
    at += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(ModelFileError) {
    guard take(character) else { throw fault("`\(character)`") }
  }

  /// Calls `body` at the value of each member of an object, with its name and where that stands.
  private mutating func members(
    _ body: (inout SafetensorsHeader, String, Int) throws(ModelFileError) -> Void
  ) throws(ModelFileError) {
    try expect("{")
    if take("}") { return }
    repeat {
      let (name, range) = try text()
      try expect(":")
      skipSpace()
      try body(&self, name, range.lowerBound)
    } while take(",")
    try expect("}")
  }

  /// A list of whole numbers from 0.
  private mutating func numbers() throws(ModelFileError) -> [Int] {
    try expect("[")
    var numbers: [Int] = []
    if take("]") { return numbers }
    repeat {
      skipSpace()
      let start = at
      while let next, (48...57).contains(next) { at += 1 }
      let digits = String(decoding: bytes[start..<at], as: UTF8.self)
      guard let number = Int(digits), digits == "\(number)" else {
        throw Self.fault("a whole number from 0", at: start)
      }
      numbers.append(number)
    } while take(",")
    try expect("]")
    return numbers
  }

  /// A text, and where the characters between its quotes stand.
  private mutating func text() throws(ModelFileError) -> (text: String, range: Range<Int>) {
    try expect("\"")
    let start = at
    var units: [UInt8] = []
    while let byte = next, byte != UInt8(ascii: "\"") {
      guard byte >= 32 else { throw fault("a text without control characters") }
      at += 1
      if byte == UInt8(ascii: "\\") {
        units += Array(String(try escaped()).utf8)
      } else {
        units.append(byte)
      }
    }
    let range = start..<at
    guard next != nil else { throw fault("`\"` at the end of a text") }
    at += 1
    guard let text = String(validating: units, as: UTF8.self) else {
      throw Self.fault("UTF-8 in a text", at: start)
    }
    return (text, range)
  }

  /// The character of an escape, behind its backslash.
  private mutating func escaped() throws(ModelFileError) -> Unicode.Scalar {
    let simple: [UInt8: Unicode.Scalar] = [
      34: "\"", 47: "/", 92: "\\", 98: "\u{8}", 102: "\u{c}", 110: "\n", 114: "\r", 116: "\t",
    ]
    let start = at
    guard let byte = next else { throw fault("an escape") }
    at += 1
    if let scalar = simple[byte] { return scalar }
    var code: UInt32? = byte == UInt8(ascii: "u") ? unit() : nil
    if let high = code, (0xD800..<0xDC00).contains(high) {
      code = nil
      if next == UInt8(ascii: "\\"), at + 1 < end, bytes[at + 1] == UInt8(ascii: "u") {
        at += 2
        code = unit().flatMap {
          (0xDC00..<0xE000).contains($0) ? 0x10000 + (high - 0xD800) << 10 + ($0 - 0xDC00) : nil
        }
      }
    }
    guard let scalar = code.flatMap({ Unicode.Scalar($0) }) else {
      throw Self.fault("an escape that JSON knows", at: start)
    }
    return scalar
  }

  private mutating func unit() -> UInt32? {
    guard at + 4 <= end,
      bytes[at..<at + 4].allSatisfy({ Unicode.Scalar($0).properties.isASCIIHexDigit })
    else { return nil }
    defer { at += 4 }
    return UInt32(String(decoding: bytes[at..<at + 4], as: UTF8.self), radix: 16)
  }
}
