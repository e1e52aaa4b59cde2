/// The files of a zip archive, as NumPy's `savez` writes them.
struct ZipArchive {
  struct Entry {
    var name: String
    var method: Int
    var packedSize: Int
    var size: Int
    var sum: UInt32
    var header: Int
  }

  let contents: FileContents
  private(set) var entries: [Entry] = []
  private let limit: UnpackLimit
  /// How many bytes the entries that were asked for have become.
  private var unpackedCount = 0

  init(_ contents: FileContents, _ limit: UnpackLimit) throws(DatasetError) {
    self.contents = contents
    self.limit = limit
    let bytes = contents.bytes
    // The directory's end is the last thing but for a comment of at most 65,535 bytes.
    let earliest = max(0, bytes.count - 65_557)
    var end = bytes.count - 22
    while end >= earliest, word(end) != 0x0605_4b50 { end -= 1 }
    guard end >= earliest, end >= 0 else { throw damaged("it has no directory") }
    var at = Int(word(end + 16))
    for _ in 0..<half(end + 10) {
      guard at + 46 <= bytes.count, word(at) == 0x0201_4b50 else {
        throw damaged("its directory is cut short")
      }
      let nameEnd = at + 46 + half(at + 28)
      guard nameEnd <= bytes.count else { throw damaged("its directory is cut short") }
      entries.append(
        Entry(
          name: String(decoding: bytes[at + 46..<nameEnd], as: UTF8.self), method: half(at + 10),
          packedSize: Int(word(at + 20)), size: Int(word(at + 24)), sum: word(at + 16),
          header: Int(word(at + 42))))
      at = nameEnd + half(at + 30) + half(at + 32)
    }
  }

  /// An entry's bytes. All that were asked for together may not be more than the limit.
  mutating func file(_ entry: Entry) throws(DatasetError) -> FileContents {
    let bytes = contents.bytes
    guard entry.header + 30 <= bytes.count else { throw damaged("an entry lies outside of it") }
    let start = entry.header + 30 + half(entry.header + 26) + half(entry.header + 28)
    guard start + entry.packedSize <= bytes.count else {
      throw damaged("`\(entry.name)` is cut short")
    }
    let packed = bytes[start..<start + entry.packedSize]
    let unpacked: [UInt8]
    switch entry.method {
    case 0: unpacked = Array(packed)
    case 8:
      let most = limit.bytes(of: bytes.count) - unpackedCount
      guard let (own, _) = try contents.inflated(packed, expected: entry.size, most: most) else {
        throw limit.refusal(contents.path, packed: bytes.count)
      }
      unpacked = own
      unpackedCount += own.count
    default: throw damaged("`\(entry.name)` is packed in a way that is not read")
    }
    guard unpacked.checksum == entry.sum else { throw damaged("the checksum of `\(entry.name)`") }
    return FileContents(path: "\(contents.path): \(entry.name)", unpacked)
  }

  private func damaged(_ what: String) -> DatasetError {
    DatasetError("this archive is damaged: \(what)", file: contents.path, code: "E0514")
  }

  private func half(_ at: Int) -> Int {
    guard at >= 0, at + 2 <= contents.bytes.count else { return 0 }
    return Int(
      UInt16(littleEndian: contents.bytes.loadUnaligned(fromByteOffset: at, as: UInt16.self)))
  }

  private func word(_ at: Int) -> UInt32 {
    guard at >= 0, at + 4 <= contents.bytes.count else { return 0 }
    return UInt32(littleEndian: contents.bytes.loadUnaligned(fromByteOffset: at, as: UInt32.self))
  }
}

extension NumPyArray {
  /// The arrays of a `.npz` archive by their names, or the one of a `.npy` file without a name.
  package static func all(
    in contents: FileContents, unpacking limit: UnpackLimit = UnpackLimit()
  ) throws(DatasetError) -> [(name: String?, array: NumPyArray)] {
    guard contents.bytes.starts(with: Array("PK".utf8)) else {
      return [(nil, try NumPyArray(contents))]
    }
    var archive = try ZipArchive(contents, limit)
    var arrays: [(name: String?, array: NumPyArray)] = []
    for entry in archive.entries where entry.name.hasSuffix(".npy") {
      arrays.append((String(entry.name.dropLast(4)), try NumPyArray(archive.file(entry))))
    }
    guard !arrays.isEmpty else {
      throw DatasetError(
        "the archive holds no array", file: contents.path, help: ["save it with numpy.savez"],
        code: "E0514")
    }
    return arrays
  }
}
