import Datasets
import FoundationEssentials
import Language
import Testing

/// Files as gzip and numpy.savez_compressed wrote them.
@Suite struct PackedTests {
  private func bytes(_ base64: String) -> [UInt8] {
    Array(Data(base64Encoded: base64.filter { !$0.isWhitespace }) ?? Data())
  }

  /// 30 ratings of 5 items by 6 users.
  private var ratings: [UInt8] {
    bytes(
      """
      H4sIAAAAAAACAy3PMRKAMAhE0d6zUJgFDmThOCm0UHN/XbLVn4RHwXj22/q7n3Zvb7+OZazWV2vVpkJ1Ndgm
      1+hQhXnVLaphuQzIgc6r0L9zD3S/dzmnm29w7nRZDe6HXNBlFfRBN+fBvZRL3ZG6I3VHzjs+r6jFMAEBAAA=
      """)
  }

  /// Two arrays of five numbers, `image` and `sound`.
  private var arrays: [UInt8] {
    bytes(
      """
      UEsDBBQAAAAIAAAAIVBjyXWYVAAAAJQAAAAJAAAAaW1hZ2UubnB5m+wX6hsQychQxlCtnpJanFykbqWgbpNm
      oq6joJ6WX1RSlJgXn1+UkgoSd0vMKU4FihdnJBakAvkapjqaOgq1ChQALgaGBnsGBgYHIALiBiBe4AAAUEsD
      BBQAAAAIAAAAIVANsCqmUQAAAJQAAAAJAAAAc291bmQubnB5m+wX6hsQychQxlCtnpJanFykbqWgbpNmoq6j
      oJ6WX1RSlJgXn1+UkgoSd0vMKU4FihdnJBakAvkapjqaOgq1ChQALgYGBnsGhgY7BjhosAcAUEsBAhQDFAAA
      AAgAAAAhUGPJdZhUAAAAlAAAAAkAAAAAAAAAAAAAAIABAAAAAGltYWdlLm5weVBLAQIUAxQAAAAIAAAAIVAN
      sCqmUQAAAJQAAAAJAAAAAAAAAAAAAACAAXsAAABzb3VuZC5ucHlQSwUGAAAAAAIAAgBuAAAA8wAAAAAA
      """)
  }

  private func load(_ file: [UInt8], as name: String = "ratings.csv.gz") throws -> Dataset {
    var format = DelimitedText()
    format.file = "ratings.csv"
    return try format.load(from: KeptFiles(MemoryFiles([name: file])))
  }

  @Test func aGzipFileIsReadAsWhatItHolds() throws {
    for name in ["ratings.csv.gz", "ratings.csv"] {
      let data = try load(ratings, as: name)
      #expect(data.interactions.count == 30)
      #expect(data.users.count == 6 && data.items.count == 5)
      var sum: Float = 0
      for user in 0..<6 {
        for item in 0..<5 { sum += Float(user * item % 5 + 1) }
      }
      #expect(data.interactions.ratings.reduce(0, +) == sum)
    }
    // Two members, one after the other, are one file: the second header is a row of its own.
    #expect(throws: DatasetError.self) { try load(ratings + ratings) }
  }

  @Test func aDamagedGzipFileIsRefused() throws {
    let whole = ratings
    for length in 2..<whole.count {
      #expect(throws: DatasetError.self) { try load(Array(whole[..<length])) }
    }
    var changed = 0
    for place in 10..<whole.count - 4 {
      var file = whole
      file[place] ^= 4
      if (try? load(file)) == nil { changed += 1 }
    }
    // The checksum finds what DEFLATE itself does not.
    #expect(changed == whole.count - 14)
  }

  private func code(_ limit: Int?, _ file: [UInt8]) -> String {
    do {
      _ = try FileContents(path: "x.gz", file).unpacked(UnpackLimit(limit.map { ByteCount($0) }))
      return ""
    } catch { return error.code }
  }

  @Test func aFileMayBecome64MiBOr100TimesItsSize() {
    let limit = UnpackLimit()
    #expect(limit.bytes(of: 1) == 64 << 20 && limit.bytes(of: 600_000) == 64 << 20)
    #expect(limit.bytes(of: 1_000_000) == 100_000_000)
    #expect(limit.bytes(of: 1 << 30) == 8 << 30 && limit.bytes(of: .max) == 8 << 30)
    #expect(UnpackLimit(ByteCount(10_000_000_000)).bytes(of: 1) == 10_000_000_000)
  }

  @Test func whatBecomesMoreThanItMayIsRefused() throws {
    let size = try FileContents(path: "x.gz", ratings).unpacked().bytes.count
    #expect(code(size, ratings) == "" && code(size - 1, ratings) == "E0517")
    #expect(code(1, ratings) == "E0517")
    // Of several members, all together count.
    #expect(code(2 * size, ratings + ratings) == "")
    #expect(code(2 * size - 1, ratings + ratings) == "E0517")
    #expect(code(size, ratings + ratings) == "E0517")
    // So do all arrays of an archive, each of 148 bytes.
    let archive = FileContents(path: "vectors.npz", arrays)
    for (limit, isTaken) in [(296, true), (295, false), (148, false), (147, false)] {
      let found = try? NumPyArray.all(in: archive, unpacking: UnpackLimit(ByteCount(limit)))
      #expect((found != nil) == isTaken, "\(limit) bytes")
    }
  }

  /// Many times the same byte, packed as tightly as DEFLATE can with its fixed codes: 258 in 13 bits.
  private func bomb(_ repeats: Int) -> [UInt8] {
    var bytes: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]
    var (held, count): (UInt32, UInt32) = (0, 0)
    func put(_ bits: UInt32, _ width: UInt32) {
      held |= bits << count
      count += width
      while count >= 8 {
        bytes.append(UInt8(held & 255))
        held >>= 8
        count -= 8
      }
    }
    put(3, 3)
    put(0b1000_1100, 8)
    for _ in 0..<repeats {
      put(0b1010_0011, 8)
      put(0, 5)
    }
    return bytes + [UInt8](repeating: 0, count: 20)
  }

  @Test func aFewBytesThatStandForMillionsAreRefusedInTime() throws {
    let large = bomb(280_000)
    #expect(100 * large.count < 280_000 * 258)
    #expect(code(nil, large) == "E0517")
    let message = #expect(throws: DatasetError.self) {
      _ = try FileContents(path: "x.gz", large).unpacked()
    }
    #expect(message?.message.contains("more than 67 MB") == true, "\(message?.message ?? "")")
    #expect(message?.help.first?.contains("`unpack=10GB`") == true)
    // It is no damage: with room it ends where its checksum does not fit.
    #expect(code(1 << 30, large) == "E0511")
  }

  @Test func anArchiveHoldsArraysByName() throws {
    let found = try NumPyArray.all(in: FileContents(path: "vectors.npz", arrays))
    #expect(found.map(\.name) == ["image", "sound"])
    #expect(found.map(\.array.values) == [[1, 2, 3, 4, 5], [0.5, 0.25, 0, 0, 1]])
    let whole = arrays
    for length in 2..<whole.count {
      let part = FileContents(path: "vectors.npz", whole[..<length])
      #expect(throws: DatasetError.self) { try NumPyArray.all(in: part) }
    }
  }

  @Test func listsOfNumbersAreFeatures() throws {
    func load(_ second: String) throws -> Dataset {
      var format = RecBole()
      format.folder = "d"
      let files = [
        "d/d.inter": "user_id:token\titem_id:token\trating:float\na\tx\t1\na\ty\t2\n",
        "d/d.item": "item_id:token\tlook:float_seq\nx\t1 2.5\ny\t\(second)\n",
      ]
      return try format.load(from: MemoryFiles(files))
    }
    let features = try load("3 4").items.features
    #expect(features.map(\.name) == ["look.0", "look.1"])
    if case .numbers(let second)? = features.last?.values { #expect(second == [2.5, 4]) }
    #expect(throws: DatasetError.self) { try load("3") }
    #expect(throws: DatasetError.self) { try load("3 x") }
  }
}
