import FoundationEssentials
import Language

/// Named float arrays in one file, as Python's `safetensors` reads and writes them: eight bytes of header
/// length, a JSON header, and the numbers in little-endian order.
package struct Safetensors: Sendable {
  package struct Tensor: Sendable, Equatable {
    package var name: String
    package var shape: [Int]
    package var values: [Float]

    package init(_ name: String, shape: [Int], values: [Float]) {
      self.name = name
      self.shape = shape
      self.values = values
    }
  }

  package var metadata: [String: String]
  package var tensors: [Tensor]

  package init(metadata: [String: String], tensors: [Tensor]) {
    self.metadata = metadata
    self.tensors = tensors
  }

  /// The largest header that is read.
  private static let headerLimit = 100 << 20

  private struct Entry: Codable {
    var dtype: String
    var shape: [Int]
    var data_offsets: [Int]
  }

  /// A value of the header: a tensor's place, or the metadata.
  private enum HeaderValue: Codable {
    case tensor(Entry)
    case metadata([String: String])

    init(from decoder: any Decoder) throws {
      if let entry = try? Entry(from: decoder) {
        self = .tensor(entry)
      } else {
        self = .metadata(try [String: String](from: decoder))
      }
    }

    func encode(to encoder: any Encoder) throws {
      switch self {
      case .tensor(let entry): try entry.encode(to: encoder)
      case .metadata(let metadata): try metadata.encode(to: encoder)
      }
    }
  }

  /// The bytes of the file. Equal contents give equal bytes.
  package func encoded() -> [UInt8] {
    var header: [String: HeaderValue] = ["__metadata__": .metadata(metadata)]
    var end = 0
    for tensor in tensors {
      let start = end
      end += 4 * tensor.values.count
      header[tensor.name] = .tensor(
        Entry(dtype: "F32", shape: tensor.shape, data_offsets: [start, end]))
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var json = (try? encoder.encode(header)).map { [UInt8]($0) } ?? []
    while json.count % 8 != 0 { json.append(0x20) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 + json.count + end)
    withUnsafeBytes(of: UInt64(json.count).littleEndian) { bytes += $0 }
    bytes += json
    for tensor in tensors {
      for value in tensor.values {
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 }
      }
    }
    return bytes
  }

  /// Reads a file; what is wrong with it is one sentence.
  package init(_ bytes: UnsafeRawBufferPointer) throws(ModelFileError) {
    guard bytes.count >= 8 else {
      throw ModelFileError("is \(counted(bytes.count, "byte")) long, too short for a model")
    }
    let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    guard length <= UInt64(min(Self.headerLimit, bytes.count - 8)) else {
      throw ModelFileError("is not a safetensors file, or is cut short in its header")
    }
    let start = 8 + Int(length)
    guard
      let header = try? JSONDecoder().decode(
        [String: HeaderValue].self, from: Data(bytes[8..<start]))
    else { throw ModelFileError("is not a safetensors file: its header is no JSON") }
    metadata = [:]
    tensors = []
    for (name, value) in header.sorted(by: { $0.key < $1.key }) {
      switch value {
      case .metadata(let found): metadata = found
      case .tensor(let entry):
        tensors.append(
          try Self.tensor(name, entry, UnsafeRawBufferPointer(rebasing: bytes[start...])))
      }
    }
  }

  private static func tensor(
    _ name: String, _ entry: Entry, _ data: UnsafeRawBufferPointer
  ) throws(ModelFileError) -> Tensor {
    guard entry.dtype == "F32" else {
      throw ModelFileError("holds `\(name)` as \(entry.dtype); only F32 is read")
    }
    guard entry.shape.allSatisfy({ (0...Int(Int32.max)).contains($0) }),
      entry.data_offsets.count == 2, entry.data_offsets[0] >= 0,
      entry.data_offsets[0] <= entry.data_offsets[1],
      let count = product(entry.shape),
      entry.data_offsets[1] - entry.data_offsets[0] == 4 * count
    else { throw ModelFileError("says contradictory things about the size of `\(name)`") }
    guard entry.data_offsets[1] <= data.count else {
      throw ModelFileError("is cut short: `\(name)` is not all there")
    }
    let values = (0..<count).map { index in
      Float(
        bitPattern: UInt32(
          littleEndian: data.loadUnaligned(
            fromByteOffset: entry.data_offsets[0] + 4 * index, as: UInt32.self)))
    }
    return Tensor(name, shape: entry.shape, values: values)
  }

  private static func product(_ shape: [Int]) -> Int? {
    var count = 1
    for size in shape {
      let (next, overflow) = count.multipliedReportingOverflow(by: size)
      if overflow || next > 1 << 40 { return nil }
      count = next
    }
    return count
  }
}

/// What is wrong with a model file, to follow its name: "is cut short".
package struct ModelFileError: Error, Equatable {
  package let message: String

  package init(_ message: String) { self.message = message }
}
