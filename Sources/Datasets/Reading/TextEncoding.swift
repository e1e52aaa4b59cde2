/// How bytes stand for letters.
package enum TextEncoding: Sendable {
  case utf8
  /// Every byte is the character of that number (ISO 8859-1), as in older MovieLens files.
  case latin1

  /// The text, or nil where the bytes are none.
  package func text(_ bytes: UnsafeRawBufferPointer) -> String? {
    switch self {
    case .utf8: String(validating: bytes, as: UTF8.self)
    case .latin1: String(decoding: bytes.lazy.map { UInt16($0) }, as: UTF16.self)
    }
  }

  /// The encoding of these bytes, if it can only be one of the two.
  package static func guessed(_ bytes: UnsafeRawBufferPointer) -> TextEncoding {
    String(validating: bytes, as: UTF8.self) == nil ? .latin1 : .utf8
  }
}

extension FileContents {
  /// Whether it begins and ends as a Parquet file does.
  package var isParquet: Bool {
    bytes.starts(with: "PAR1".utf8) && bytes.suffix(4).elementsEqual("PAR1".utf8)
  }

  /// Refuses what is plainly no text: archives, images, nothing at all.
  package func requireText() throws(DatasetError) {
    if bytes.isEmpty {
      throw DatasetError("the file is empty", file: path, code: "E0511")
    }
    if bytes.count > 1, bytes[0] == 0x1F, bytes[1] == 0x8B {
      throw DatasetError(
        "the file is packed with gzip", file: path, help: ["unpack it first: gunzip \(path)"],
        code: "E0511")
    }
    if bytes.starts(with: Array("PK".utf8) + [3, 4]) {
      throw DatasetError(
        "this is a zip archive", file: path,
        help: [
          path.hasSuffix(".npz")
            ? "arrays are attached: attach items \"\(path)\"" : "unpack it first: unzip \(path)"
        ], code: "E0511")
    }
    if isParquet {
      throw DatasetError(
        "this is a Parquet file, which mrs reads through the program duckdb at its prompt and in scripts alone",
        file: path, help: ["write the table as CSV, and load that"], code: "E0511")
    }
    if bytes.starts(with: [0x93] + Array("NUMPY".utf8)) {
      throw DatasetError(
        "this is a NumPy array, and no ratings", file: path,
        help: ["vectors of items or users are attached: attach items \"\(path)\""], code: "E0511")
    }
    let head = UnsafeRawBufferPointer(rebasing: bytes.prefix(1 << 16))
    if head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF]) {
      throw DatasetError(
        "the file is UTF-16 text", file: path, help: ["save it as UTF-8"], code: "E0511")
    }
    if head.contains(0) {
      throw DatasetError(
        "this is a binary file, not text in lines", file: path, line: 1, code: "E0511")
    }
    if head.contains(13), !head.contains(10) {
      throw DatasetError(
        "its lines end in carriage returns alone", file: path,
        help: ["give them the usual ends: tr '\\r' '\\n' < \(path) > mended.csv"], code: "E0511")
    }
  }

  /// Where the text starts: behind a byte order mark.
  package var textStart: Int { bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0 }

  /// The number of the line that the byte at `offset` is on, from 1.
  package func line(at offset: Int) -> Int {
    1 + bytes.prefix(offset).count { $0 == 10 }
  }

  /// The line that starts at `offset`, without its end, and where the next one starts.
  package func lineBytes(at offset: Int) -> (bytes: UnsafeRawBufferPointer, next: Int) {
    let rest = bytes[offset...]
    var end = rest.firstIndex(of: 10) ?? bytes.count
    let next = min(end + 1, bytes.count)
    if end > offset, bytes[end - 1] == 13 { end -= 1 }
    return (UnsafeRawBufferPointer(rebasing: bytes[offset..<end]), next)
  }
}
