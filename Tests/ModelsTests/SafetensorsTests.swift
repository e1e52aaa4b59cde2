import Models
import Testing

@Suite struct SafetensorsTests {
  let file = Safetensors(
    metadata: ["a": "b \"quoted\" é"],
    tensors: [
      .init("x", shape: [2, 3], values: [1, -2, 3.5, 0, .pi, 1e-30]),
      .init("empty", shape: [0, 4], values: []),
    ])

  func read(_ bytes: [UInt8]) throws(ModelFileError) -> Safetensors {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 8)
    defer { copy.deallocate() }
    copy.copyBytes(from: bytes)
    return try Safetensors(UnsafeRawBufferPointer(copy))
  }

  @Test func whatIsWrittenIsRead() throws {
    let read = try self.read(file.encoded())
    #expect(read.metadata == file.metadata)
    #expect(Set(read.tensors.map(\.name)) == ["x", "empty"])
    #expect(read.tensors.first { $0.name == "x" } == file.tensors[0])
  }

  @Test func everyShorterFileIsRefused() {
    let bytes = file.encoded()
    for length in 0..<bytes.count {
      #expect(throws: ModelFileError.self) { _ = try read(Array(bytes[..<length])) }
    }
  }

  @Test func everyChangedBitOfASealedFileIsFound() throws {
    let whole = file.sealed()
    let kept = try read(whole)
    #expect(kept.isSealed && kept.metadata == file.metadata)
    #expect(Set(kept.tensors.map(\.name)) == ["x", "empty"])
    // Reading and sealing again gives the same bytes.
    #expect(
      Safetensors(metadata: kept.metadata, tensors: file.tensors).sealed() == whole)
    var taken: [Int] = []
    for bit in 0..<8 * whole.count {
      var changed = whole
      changed[bit / 8] ^= 1 << (bit % 8)
      // One that has lost the name of its digest is not taken for whole.
      if let other = try? read(changed), other.isSealed { taken.append(bit) }
    }
    #expect(taken == [])
  }

  private static func bytes(header: String, data: Int) -> [UInt8] {
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) }
      + Array(header.utf8) + [UInt8](repeating: 0, count: data)
  }

  private static func entry(_ name: String, _ shape: String, _ start: Int, _ end: Int) -> String {
    "\"\(name)\":{\"dtype\":\"F32\",\"shape\":\(shape),\"data_offsets\":[\(start),\(end)]}"
  }

  @Test func layoutsOfOtherProgramsThatTheFormatAllowsAreRead() throws {
    let header =
      "{ \"__metadata__\" : {\"a\":\"\\u00e9\\ud83d\\ude00\\/\"},\n"
      + Self.entry("b", "[2]", 4, 12) + "," + Self.entry("a", "[]", 0, 4) + ","
      + Self.entry("none", "[0, 3]", 4, 4) + "}   "
    let read = try self.read(Self.bytes(header: header, data: 12))
    #expect(read.metadata == ["a": "é😀/"])
    #expect(read.tensors.map(\.name) == ["a", "b", "none"])
    #expect(!read.isSealed)
  }

  @Test(arguments: [
    ("trailing bytes", "{" + entry("a", "[1]", 0, 4) + "}", 20, "byte 66: expected the end"),
    ("a hole", "{" + entry("a", "[1]", 0, 4) + "," + entry("b", "[1]", 12, 16) + "}", 16, "at 4"),
    ("a hole at the start", "{" + entry("a", "[1]", 4, 8) + "}", 8, "at 0"),
    ("an overlap", "{" + entry("a", "[2]", 0, 8) + "," + entry("b", "[2]", 0, 8) + "}", 8, "at 8"),
    (
      "a name twice", "{" + entry("a", "[1]", 0, 4) + "," + entry("a", "[1]", 4, 8) + "}", 8,
      "twice"
    ),
    ("a key twice", "{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}", 0, "`dtype` is there twice"),
    ("metadata twice", "{\"__metadata__\":{\"x\":\"1\",\"x\":\"2\"}}", 0, "`x` is there twice"),
    ("another size", "{" + entry("a", "[3]", 0, 8) + "}", 8, "takes 12 bytes, and not 8"),
    (
      "a size beyond all", "{" + entry("a", "[4294967296,4294967296]", 0, 0) + "}", 0, "takes fewer"
    ),
    ("too few bytes", "{" + entry("a", "[4]", 0, 16) + "}", 8, "cut short"),
    ("a number below 0", "{" + entry("a", "[-1]", 0, 4) + "}", 4, "a whole number from 0"),
    ("a number with a zero before it", "{" + entry("a", "[01]", 0, 4) + "}", 4, "a whole number"),
    ("a strange key", "{\"a\":{\"kind\":1}}", 0, "expected `dtype`"),
    (
      "no shape", "{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,0]}}", 0,
      "and `data_offsets` of `a`"
    ),
    ("deep nesting", "{\"a\":" + String(repeating: "[", count: 100_000), 0, "expected `{`"),
    ("something behind it", "{}x", 0, "byte 10: expected spaces alone"),
    ("space before it", " {}", 0, "byte 8: expected `{`"),
    ("a bad escape", "{\"\\x\":{}}", 0, "an escape that JSON knows"),
    ("half a surrogate", "{\"\\ud800\":{}}", 0, "an escape that JSON knows"),
  ])
  func layoutsThatTheFormatForbidsAreRefused(
    what: String, header: String, data: Int, expected: String
  ) {
    let fault = #expect(throws: ModelFileError.self, "\(what)") {
      _ = try read(Self.bytes(header: header, data: data))
    }
    #expect(fault?.message.contains(expected) == true, "\(what): \(fault?.message ?? "")")
  }

  @Test func changedBytesNeverTrap() {
    let bytes = file.encoded()
    for index in bytes.indices {
      for change in [1, 0x20, 0x80, 0xFF] as [UInt8] {
        var changed = bytes
        changed[index] ^= change
        _ = try? read(changed)
      }
    }
  }
}
