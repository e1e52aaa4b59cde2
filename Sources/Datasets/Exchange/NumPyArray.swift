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

  /// Reads one or two dimensions of float32, float64, int32 or int64, all finite.
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
    let kind = Self.value(of: "descr", in: header).filter { $0 != "'" && $0 != "\"" }
    guard let width = ["<f4": 4, "<f8": 8, "<i4": 4, "<i8": 8][kind] else {
      throw fault(
        "numbers of the kind `\(kind.prefix(20))` are not read",
        "save it as float32: numpy.save(file, array.astype('<f4'))")
    }
    if Self.value(of: "fortran_order", in: header) != "False" {
      throw fault("the array is stored by columns", "save numpy.ascontiguousarray(array)")
    }
    let (rows, columns) = try Self.shape(in: header, fault)
    let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
    guard !overflow, count <= (bytes.count - start - length) / width else {
      throw fault(
        "\(rows) × \(columns) numbers are announced, and fewer are there: the file is cut short")
    }
    let base = start + length
    values = (0..<count).map { index in
      let place = base + index * width
      return switch kind {
      case "<f4": bytes.loadUnaligned(fromByteOffset: place, as: Float.self)
      case "<f8": Float(bytes.loadUnaligned(fromByteOffset: place, as: Double.self))
      case "<i4": Float(bytes.loadUnaligned(fromByteOffset: place, as: Int32.self))
      default: Float(bytes.loadUnaligned(fromByteOffset: place, as: Int64.self))
      }
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

  /// The array as a file: version 1.0, float32.
  package var bytes: [UInt8] {
    var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(rows), \(columns)), }"
    while (10 + header.utf8.count + 1) % 64 != 0 { header += " " }
    header += "\n"
    var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
    bytes += [UInt8(header.utf8.count & 255), UInt8(header.utf8.count >> 8)] + Array(header.utf8)
    values.withUnsafeBytes { bytes += $0 }
    return bytes
  }
}
