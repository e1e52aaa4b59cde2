import Datasets
import FoundationEssentials
import Language

/// Named arrays in one file, as Python's `safetensors` reads and writes them: eight bytes of header
/// length, a JSON header, and the numbers in little-endian order.
package struct Safetensors: Sendable {
  /// What a file keeps of each number.
  package enum ElementType: String, Sendable {
    case float32 = "F32"
    /// Whole numbers from −128 to 127.
    case int8 = "I8"
    /// Whole numbers from 0 to 255.
    case uint8 = "U8"

    var bytes: Int { self == .float32 ? 4 : 1 }
  }

  package struct Tensor: Sendable, Equatable {
    package var name: String
    package var shape: [Int]
    package var values: [Float]
    package var type: ElementType

    package init(_ name: String, shape: [Int], values: [Float], type: ElementType = .float32) {
      self.name = name
      self.shape = shape
      self.values = values
      self.type = type
    }
  }

  package var metadata: [String: String]
  package var tensors: [Tensor]
  /// Whether it was read from a file whose digest is that of its bytes.
  package private(set) var isSealed = false

  package init(metadata: [String: String], tensors: [Tensor]) {
    self.metadata = metadata
    self.tensors = tensors
  }

  private struct Entry: Encodable {
    var dtype: String
    var shape: [Int]
    var data_offsets: [Int]
  }

  /// A value of the header: a tensor's place, or the metadata.
  private enum HeaderValue: Encodable {
    case tensor(Entry)
    case metadata([String: String])

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
      end += tensor.type.bytes * tensor.values.count
      header[tensor.name] = .tensor(
        Entry(dtype: tensor.type.rawValue, shape: tensor.shape, data_offsets: [start, end]))
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
      switch tensor.type {
      case .float32:
        for value in tensor.values {
          withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 }
        }
      case .int8: bytes += tensor.values.map { UInt8(bitPattern: Int8($0)) }
      case .uint8: bytes += tensor.values.map { UInt8($0) }
      }
    }
    return bytes
  }

  /// The name in the metadata of the SHA-256 of the whole file: 64 lower-case hexadecimal digits, of the bytes
  /// that the file has with `0` for each of them.
  package static let digestKey = "mrs.digest"

  /// The bytes of the file with a digest, by which every changed bit is found.
  package func sealed() -> [UInt8] {
    var file = self
    let unknown = String(repeating: "0", count: 64)
    file.metadata[Self.digestKey] = unknown
    var bytes = file.encoded()
    guard
      let place = bytes.withUnsafeBytes({ try? SafetensorsHeader($0).places[Self.digestKey] })
    else { return bytes }
    bytes.replaceSubrange(place, with: Array(SHA256.hex(of: bytes).utf8))
    return bytes
  }

  /// Refuses a file that is not as it was when its digest was taken.
  private static func verify(
    _ bytes: UnsafeRawBufferPointer, _ place: Range<Int>
  ) throws(ModelFileError) {
    guard place.count == 64 else {
      throw SafetensorsHeader.fault("64 hexadecimal digits", at: place.lowerBound)
    }
    var hash = SHA256()
    hash.add(UnsafeRawBufferPointer(rebasing: bytes[..<place.lowerBound]))
    hash.add([UInt8](repeating: UInt8(ascii: "0"), count: 64))
    hash.add(UnsafeRawBufferPointer(rebasing: bytes[place.upperBound...]))
    guard bytes[place].elementsEqual(hash.hex.utf8) else {
      throw ModelFileError(
        "is damaged: its SHA-256 is not the one that `\(digestKey)` says at byte \(place.lowerBound), "
          + "so it was changed since it was written")
    }
  }

  /// Reads a file, strictly: the numbers of the arrays lie behind the header in the order of their offsets,
  /// without holes, overlaps or bytes that belong to none. What is wrong is one sentence.
  package init(_ bytes: UnsafeRawBufferPointer) throws(ModelFileError) {
    let header = try SafetensorsHeader(bytes)
    if let place = header.places[Self.digestKey] {
      try Self.verify(bytes, place)
      isSealed = true
    }
    let data = UnsafeRawBufferPointer(rebasing: bytes[header.end...])
    metadata = header.metadata
    metadata[Self.digestKey] = nil
    tensors = []
    var reached = 0
    for entry in header.entries.sorted(by: { ($0.start, $0.end) < ($1.start, $1.end) }) {
      guard entry.start == reached else {
        throw SafetensorsHeader.fault(
          "that `\(entry.name)` begins at \(reached), where the array before it ends, "
            + "and not at \(entry.start)", at: entry.place)
      }
      tensors.append(try Self.tensor(entry, data))
      reached = entry.end
    }
    guard reached == data.count else {
      throw SafetensorsHeader.fault(
        "the end of the file behind the last array, and \(counted(data.count - reached, "byte")) follow",
        at: header.end + reached)
    }
    tensors.sort { $0.name < $1.name }
  }

  private static func tensor(
    _ entry: SafetensorsHeader.Entry, _ data: UnsafeRawBufferPointer
  ) throws(ModelFileError) -> Tensor {
    guard let type = ElementType(rawValue: entry.dtype) else {
      throw ModelFileError(
        "holds `\(entry.name)` as \(entry.dtype); only F32, I8 and U8 are read")
    }
    guard let count = product(entry.shape), entry.end - entry.start == type.bytes * count else {
      throw SafetensorsHeader.fault(
        "that `\(entry.name)` of shape \(entry.shape) takes "
          + "\(product(entry.shape).map { "\(type.bytes * $0)" } ?? "fewer") bytes, and not "
          + "\(entry.end - entry.start)", at: entry.place)
    }
    guard entry.end <= data.count else {
      throw ModelFileError("is cut short: `\(entry.name)` is not all there")
    }
    let values = [Float](unsafeUninitializedCapacity: count) { buffer, filled in
      for index in 0..<count {
        let value: Float =
          switch type {
          case .float32:
            Float(
              bitPattern: UInt32(
                littleEndian: data.loadUnaligned(
                  fromByteOffset: entry.start + 4 * index, as: UInt32.self)))
          case .int8: Float(Int8(bitPattern: data[entry.start + index]))
          case .uint8: Float(data[entry.start + index])
          }
        buffer.initializeElement(at: index, to: value)
      }
      filled = count
    }
    return Tensor(entry.name, shape: entry.shape, values: values, type: type)
  }

  /// The number of elements; nil when it is more than any file has.
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
