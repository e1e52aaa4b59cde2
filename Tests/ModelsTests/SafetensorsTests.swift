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
