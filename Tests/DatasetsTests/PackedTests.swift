import Datasets
import FoundationEssentials
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
