/// A table of numbers in NumPy's own format (NEP 1).
package struct NumPyArray: Sendable, Equatable {
  package var rows: Int
  package var columns: Int
  /// Row after row.
  package var values: [Float]

  package init(rows: Int, columns: Int, values: [Float]) {
    self.rows = rows
    self.columns = columns
    self.values = values
  }

  /// Reads one or two dimensions of numbers or truth values, all finite.
  package init(_ contents: FileContents) throws(DatasetError) {
    func fault(_ message: String, _ help: String...) -> DatasetError {
      DatasetError(message, file: contents.path, help: help, code: "E0514")
    }
    let bytes = contents.bytes
    if bytes.starts(with: Array("PK".utf8)) {
      throw fault("this is an archive of arrays (.npz)", "save the one array with numpy.save")
    }
    guard bytes.count >= 12, bytes.starts(with: [0x93] + Array("NUMPY".utf8)) else {
      throw fault("this is no NumPy array", "save it with numpy.save")
    }
    let isLong = bytes[6] > 1
    let start = isLong ? 12 : 10
    let length =
      isLong
      ? Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt32.self)))
      : Int(UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt16.self)))
    guard length < 1 << 20, start + length <= bytes.count else {
      throw fault("the header is cut short")
    }
    let header = String(decoding: bytes[start..<start + length], as: UTF8.self)
    let written = Self.value(of: "descr", in: header).filter { $0 != "'" && $0 != "\"" }
    guard let kind = ElementKind(written) else {
      throw fault(
        "numbers of the kind `\(written.prefix(20))` are not read",
        ElementKind.isText(written)
          ? "it holds texts or objects: a table (.csv) has categories"
          : "save it as float32: numpy.save(file, array.astype('<f4'))")
    }
    let width = kind.width
    let isByColumns = Self.value(of: "fortran_order", in: header) == "True"
    let (rows, columns) = try Self.shape(in: header, fault)
    let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
    guard !overflow, count <= (bytes.count - start - length) / width else {
      throw fault(
        "\(rows) × \(columns) numbers are announced, and fewer are there: the file is cut short")
    }
    let base = start + length
    values = (0..<count).map { index in
      let place = isByColumns ? index % columns * rows + index / columns : index
      return kind.value(in: bytes, at: base + place * width)
    }
    if let odd = values.firstIndex(where: { !$0.isFinite }) {
      throw fault(
        "row \(odd / columns), column \(odd % columns) is not finite (rows count from 0)",
        "leave such rows out with ids=, or fill them: numpy.nan_to_num")
    }
    self.rows = rows
    self.columns = columns
  }

  private static func shape(
    in header: String, _ fault: (String, String...) -> DatasetError
  ) throws(DatasetError) -> (rows: Int, columns: Int) {
    let shape = value(of: "shape", in: header).split { "(), ".contains($0) }.map { Int($0) }
    if let rows = shape.first ?? nil, let columns = shape.count == 2 ? shape[1] : 1,
      shape.count <= 2, rows > 0, columns > 0
    {
      return (rows, columns)
    }
    let seen = shape.map { $0.map { "\($0)" } ?? "?" }.joined(separator: " × ")
    throw fault(
      "the array must have one or two dimensions and hold something; it has "
        + (shape.isEmpty ? "none" : seen), "one row for each: array.reshape(len(array), -1)")
  }

  /// The text behind a key of the header, up to the next comma outside brackets.
  private static func value(of key: String, in header: String) -> String {
    var rest = Array(header)[...]
    let quoted = Array("'\(key)'")
    while rest.count > quoted.count, !rest.starts(with: quoted) { rest = rest.dropFirst() }
    rest = rest.drop { $0 != ":" }.dropFirst()
    var depth = 0
    let value = rest.prefix { character in
      if character == "(" { depth += 1 }
      if character == ")" { depth -= 1 }
      return !(depth == 0 && (character == "," || character == "}"))
    }
    return String(value).split(separator: " ").joined(separator: " ")
  }

  /// The array as a file: float32.
  package var bytes: [UInt8] {
    Self.header("<f4", rows: rows, columns: columns) + values.withUnsafeBytes { Array($0) }
  }

  /// What stands before the numbers of a file: version 1.0.
  fileprivate static func header(_ kind: String, rows: Int, columns: Int) -> [UInt8] {
    var header =
      "{'descr': '\(kind)', 'fortran_order': False, 'shape': (\(rows), \(columns)), }"
    while (10 + header.utf8.count + 1) % 64 != 0 { header += " " }
    header += "\n"
    return [0x93] + Array("NUMPY".utf8) + [1, 0]
      + [UInt8(header.utf8.count & 255), UInt8(header.utf8.count >> 8)] + Array(header.utf8)
  }
}

/// A file of doubles, for whole numbers that float32 would round: rows whose users and items are numbers, with the
/// ids that these stand for.
struct NumPyTable {
  private var bytes: [UInt8]

  init(rows: Int, columns: Int) {
    bytes = NumPyArray.header("<f8", rows: rows, columns: columns)
    bytes.reserveCapacity(bytes.count + 8 * columns * rows)
  }

  mutating func add(_ value: Double) {
    withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// The array, and beside it the ids of users and of items, a line each.
  func files(_ path: String, of data: Dataset) -> [(path: String, bytes: [UInt8])] {
    let base = path.hasSuffix(".npy") ? String(path.dropLast(4)) : path
    return [
      (base + ".npy", bytes), (base + ".\(data.owner.noun)s.txt", data.users.ids.lines),
      (base + ".\(data.owner.otherNoun)s.txt", data.items.ids.lines),
    ]
  }
}

extension Vocabulary {
  /// The names as lines of a file.
  fileprivate var lines: [UInt8] {
    Array(names.whileWanted(asking: 0x1000).map { oneLine($0) + "\n" }.joined().utf8)
  }
}

/// How an array's numbers are written, in NumPy's words: `<f4`, `|u1`.
private enum ElementKind: String {
  case half = "f2", single = "f4", double = "f8"
  case int8 = "i1", int16 = "i2", int32 = "i4", int64 = "i8"
  case word8 = "u1", word16 = "u2", word32 = "u4", word64 = "u8"
  case truth = "b1"

  /// Nil for what is no number, and for numbers with their high bytes first.
  init?(_ written: String) {
    guard let order = written.first, "<|=".contains(order) else { return nil }
    self.init(rawValue: String(written.dropFirst()))
  }

  static func isText(_ written: String) -> Bool {
    ["U", "S", "O", "V"].contains { written.dropFirst().hasPrefix($0) }
  }

  var width: Int { rawValue.last?.wholeNumberValue ?? 1 }

  func value(in bytes: UnsafeRawBufferPointer, at place: Int) -> Float {
    func load<T: BitwiseCopyable>(_: T.Type) -> T {
      bytes.loadUnaligned(fromByteOffset: place, as: T.self)
    }
    return switch self {
    case .half: Self.widened(load(UInt16.self))
    case .single: load(Float.self)
    case .double: Float(load(Double.self))
    case .int8: Float(load(Int8.self))
    case .int16: Float(load(Int16.self))
    case .int32: Float(load(Int32.self))
    case .int64: Float(load(Int64.self))
    case .word8: Float(load(UInt8.self))
    case .word16: Float(load(UInt16.self))
    case .word32: Float(load(UInt32.self))
    case .word64: Float(load(UInt64.self))
    case .truth: load(UInt8.self) == 0 ? 0 : 1
    }
  }

  /// The number that 16 bits stand for (IEEE 754): Swift has no type for them on every processor.
  private static func widened(_ bits: UInt16) -> Float {
    let exponent = Int(bits >> 10 & 31)
    let fraction = Float(bits & 1023)
    let size: Float =
      switch exponent {
      case 0: fraction / 16_777_216
      case 31: fraction == 0 ? .infinity : .nan
      default: Float(sign: .plus, exponent: exponent - 15, significand: 1 + fraction / 1024)
      }
    return bits >> 15 == 0 ? size : -size
  }
}
