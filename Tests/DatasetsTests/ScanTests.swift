import Datasets
import Kernels
import Testing

/// The rows of `text` in that layout.
private func scanned(
  _ text: String, _ layout: RowLayout, badRows: BadRows = .refuse
) throws -> ScannedTable {
  try layout.scan(FileContents(path: "r.txt", Array(text.utf8)), badRows: badRows)
}

private let four = [
  Field("user", .id), Field("item", .id), Field("rating", .number), Field("time", .time),
]

/// Reading fails with these words at that line.
private func check(
  _ text: String, _ layout: RowLayout = RowLayout(four), says words: String, line: Int?,
  _ place: SourceLocation = #_sourceLocation
) {
  do {
    _ = try scanned(text, layout)
    Issue.record("it was read without complaint", sourceLocation: place)
  } catch let error as DatasetError {
    #expect(error.sentence.contains(words), "\(error.sentence)", sourceLocation: place)
    #expect(error.line == line, sourceLocation: place)
    #expect(error.file == "r.txt", sourceLocation: place)
  } catch {
    Issue.record("\(error)", sourceLocation: place)
  }
}

@Suite struct ScanTests {
  @Test func fieldsOfEverySeparatorAreRead() throws {
    let layouts = [
      ("1\t20\t3.5\t7\n2\t20\t4\t8", RowLayout(four)),
      ("1::20::3.5::7\r\n2::20::4::8\r\n", RowLayout(four, separator: ":", isDoubled: true)),
      ("\n\"1\",20, 3.5 ,7.0\n\n2,\"20\",4e0,8", RowLayout(four, separator: ",", isQuoted: true)),
    ]
    for (text, layout) in layouts {
      let table = try scanned(text, layout)
      #expect(table.count == 2)
      #expect(table.numbers("rating") == [3.5, 4])
      #expect(table.times("time") == [7, 8])
      #expect(try table.texts("user") == ["1", "2"])
      #expect(try table.texts("item") == ["20", "20"])
    }
  }

  @Test func idsKeepTheirSpelling() throws {
    let ids = ["007", "7", "a b", "-1", "99999999999", "1.0", "0", "00"]
    let text = ids.map { "\($0)\tx\t1\t1\n" }.joined()
    let (codes, vocabulary) = try scanned(text, RowLayout(four)).indexed("user")
    #expect(vocabulary.names == ids)
    #expect(codes == (0..<8).map { Int32($0) })
  }

  /// Common spellings have readers of their own far from the end of a file: each length of digits, there and at the
  /// end, where none of them may look.
  @Test func everyLengthOfDigitsIsReadAnywhere() throws {
    let digits = "987654321098765432"
    for length in 1...17 {
      let number = String(digits.prefix(length))
      for rest in ["", String(repeating: "\n7\t7\t7\t7", count: 8)] {
        let table = try scanned("\(number)\t0\t1.5\t\(number)\(rest)", RowLayout(four))
        #expect(try table.texts("user").first == number)
        #expect(try table.texts("item").first == "0")
        #expect(table.times("time").first == Int64(number))
      }
    }
  }

  @Test func everyRatingOfOneOrTwoDigitsIsTheNearestFloat() throws {
    let spelled = (0..<100).map { "\($0 / 10).\($0 % 10)" } + (0..<100).map { "\($0)" }
    let text = spelled.map { "1\t2\t\($0)\t3\n" }.joined()
    #expect(try scanned(text, RowLayout(four)).numbers("rating") == spelled.map { Float($0) })
  }

  @Test func digitsBesideOtherBytesAreNoNumber() throws {
    let rest = String(repeating: "\n7\t7\t7\t7", count: 8)
    for odd in ["12a", "1 2", "1:2", "1/2", "12é", "\u{7F}1", "1\u{80}"] {
      let table = try scanned("\(odd)\t0\t1\t1\(rest)", RowLayout(four))
      #expect(try table.texts("user").first == odd)
      check("1\t0\t1\t\(odd)\(rest)", says: "time must be", line: 1)
      check("1\t0\t\(odd)\t1\(rest)", says: "rating must be", line: 1)
    }
  }

  @Test func numbersFollowFirstAppearance() throws {
    let text = "9\tx\t1\t1\n3\ty\t1\t1\n9\tx\t1\t1\n2147483647\ty\t1\t1\n"
    let table = try scanned(text, RowLayout(four))
    #expect(try table.indexed("user").codes == [0, 1, 0, 2])
    #expect(try table.indexed("user").vocabulary.names == ["9", "3", "2147483647"])
    #expect(try table.indexed("item").codes == [0, 1, 0, 1])
  }

  @Test func quotedFieldsHoldSeparatorsQuotesAndLineEnds() throws {
    let layout = RowLayout(
      [Field("id", .id), Field("title", .text)], separator: ",", isQuoted: true)
    let table = try scanned("1,\"a, \"\"b\"\"\nc\"\n2,d \"e\"\n3,\n", layout)
    #expect(try table.texts("title") == ["a, \"b\"\nc", "d \"e\"", ""])
  }

  @Test func manyRowsOnManyCoresEqualFewRows() throws {
    var text = ""
    for row in 0..<200_000 { text += "\(row % 977)\t\(row % 31)\t\(row % 5 + 1)\t\(row)\n" }
    let table = try scanned(text, RowLayout(four))
    #expect(table.count == 200_000)
    #expect(table.times("time") == (0..<200_000).map { Int64($0) })
    #expect(try table.indexed("user").codes == (0..<200_000).map { Int32($0 % 977) })
    // A name that is no number makes the column text, wherever it stands.
    let mixed = try scanned(text + "x\t1\t1\t1\n", RowLayout(four)).indexed("user")
    let plain = try table.indexed("user").codes
    #expect(Array(mixed.codes.dropLast()) == plain)
    #expect(mixed.vocabulary.names.last == "x")
  }

  /// Plain rows are read many at a time, and a line alone is too short for that.
  @Test(arguments: [",", "\t"], [2, 40])
  func rowsReadTogetherAreThoseReadOneByOne(separator: Character, plain: Int) throws {
    let layout = RowLayout(
      [
        Field("user", .id), Field("left out", .skip), Field("item", .id),
        Field("rating", .optionalNumber), Field("time", .time), Field("title", .text),
      ], separator: separator, isQuoted: true)
    let odd: [[String]] = [
      ["123456789", "2147483647", "2147483648", "007", " 5", "5 ", "\"6\"", "u1", "\" 7\""],
      ["\"a\"", "\"a\(separator)b\"", "\"a\"\"b\"", "a\"b", "\r", " "],
      ["99999999", "100000000", "00", "i\(1)", "-1"],
      ["", "10", "10.0", "4.25", "-3", "1e2", " 4", "\"5\"", ".5", "5."],
      ["123456789012345", "1234567890123456", "-5", "7.0", "\"8\""],
      ["a b", "\"c\(separator)d\"", "\"e\nf\"", " g ", "\"h\"\"i\""],
    ]
    var chance = RandomKey(seed: 3).stream
    let lines = (0..<4000).map { _ -> String in
      var fields = ["\(chance.below(200_000))", "x", "\(chance.below(84_000))"]
      fields += ["\(chance.below(6)).\(chance.below(10))", "\(chance.below(2_000_000_000))", "t"]
      if chance.below(plain) == 0 {
        let field = chance.below(odd.count)
        fields[field] = odd[field][chance.below(odd[field].count)]
      }
      let end = ["\n", "\r\n", "\n\n"][chance.below(plain) == 0 ? chance.below(3) : 0]
      return fields.joined(separator: String(separator)) + end
    }
    let together = try scanned(lines.joined(), layout)
    let alone = try lines.map { try scanned($0, layout) }
    #expect(together.count == lines.count)
    for name in ["user", "item", "title"] {
      #expect(try together.texts(name) == alone.flatMap { try $0.texts(name) })
    }
    let ratings = alone.flatMap { $0.numbers("rating").map(\.bitPattern) }
    #expect(together.numbers("rating").map(\.bitPattern) == ratings)
    #expect(together.times("time") == alone.flatMap { $0.times("time") })
  }

  @Test func unreadableRowsAmongManyArePassedOverWhereverTheyStand() throws {
    let lines = (0..<5000).map { row in
      row % 97 == 5 ? "\(row)\t1\t1" : row % 61 == 7 ? "\(row)\t1\tx\t1" : "\(row)\t1\t1\t1"
    }
    let table = try scanned(lines.joined(separator: "\n"), RowLayout(four), badRows: .skip)
    let kept = (0..<5000).filter { $0 % 97 != 5 && $0 % 61 != 7 }
    #expect(try table.texts("user") == kept.map { "\($0)" })
    #expect(table.skipped == 5000 - kept.count)
  }

  @Test(arguments: [1, 7, 8, 9, 1000])
  func theScaleSpansAllRatings(count: Int) {
    var chance = RandomKey(seed: 9).stream
    let ratings = (0..<count).map { _ in Float(chance.below(1000)) / 8 - 60 }
    let scale = RatingScale(spanning: ratings)
    #expect(scale.lowest == ratings.min())
    #expect(scale.highest == ratings.max())
  }

  @Test func aMalformedRowIsRefusedWithItsLine() {
    check("1\t2\t3\t4\n1\t2\t3\n", says: "the line ends after 3 of 4 fields", line: 2)
    check("1\t2\t3\t4\t5\n", says: "more than 4 fields", line: 1)
    check("1\t2\tgood\t4\n", says: "rating must be a finite number, not `good`", line: 1)
    check("\n\n1\t2\tNaN\t4\n", says: "rating must be a finite number, not `NaN`", line: 3)
    check("1\t2\tinf\t4\n", says: "finite number", line: 1)
    check("1\t2\t1e99\t4\n", says: "finite number", line: 1)
    check("1\t2\t\t4\n", says: "finite number", line: 1)
    check("1\t2\t3\tsoon\n", says: "time must be a time in seconds, not `soon`", line: 1)
    check("1\t\t3\t4\n", says: "item is empty", line: 1)
    check("", says: "empty", line: nil)
    check("\n\n", says: "no rows", line: nil)
    check("ab\0cd\n", says: "binary", line: 1)
    let quoted = RowLayout(four, separator: ",", isQuoted: true)
    check("1,\"2,3,4\n", quoted, says: "a quote that nothing closes", line: 1)
    check("1,\"2\"x,3,4\n", quoted, says: "goes on after its closing quote", line: 1)
  }

  @Test func aFaultInAnyStretchOfALargeFileIsFound() {
    var text = ""
    for row in 0..<300_000 { text += "\(row)\t1\t\(row == 234_567 ? "x" : "1")\t1\n" }
    check(text, says: "not `x`", line: 234_568)
  }

  @Test func oneGiganticLineIsRefused() {
    check(String(repeating: "7", count: 5 << 20), says: "longer than 4 MB", line: 1)
  }

  @Test func skippedRowsAreCounted() throws {
    let text = "1\t2\t3\t4\nbad\n1\t2\tx\t4\n5\t6\t7\t8\n"
    let table = try scanned(text, RowLayout(four), badRows: .skip)
    #expect(table.count == 2)
    #expect(table.skipped == 2)
    #expect(table.numbers("rating") == [3, 7])
    #expect(throws: DatasetError.self) {
      try scanned("bad\nworse\n", RowLayout(four), badRows: .skip)
    }
  }

  @Test func cutUTF8IsRefusedWithItsLine() throws {
    let bytes = Array("1\té\t3\t4\n1\té".utf8.dropLast()) + Array("\t3\t4\n".utf8)
    let table = try RowLayout(four).scan(FileContents(path: "r.txt", bytes))
    let error = #expect(throws: DatasetError.self) { try table.indexed("item") }
    #expect(error?.line == 2)
  }

  @Test func numbersAreReadAsSwiftReadsThem() {
    let texts = [
      "0", "-0.5", "3.25", "1e3", "1E-3", ".5", "5.", "123456789.123456789", "4.9e-324", "1e22",
      "9007199254740993", "0.1", "+2", "1e400", "1e-400", "00012",
    ]
    for text in texts {
      let expected = Double(text.hasSuffix(".") ? text + "0" : text) ?? .nan
      let value = number(in: text)
      #expect(
        value == expected || abs(value - expected) <= 1e-15 * abs(expected)
          || (expected.isInfinite && value.isNaN), "\(text) \(value)")
    }
    for text in ["", "-", ".", "e5", "1e", "1.2.3", "0x10", "nan", "1 2"] {
      #expect(number(in: text).isNaN, "\(text)")
    }
  }

  @Test func digestsAreXXH64() {
    func digest(_ text: String) -> String { FileContents(path: "", Array(text.utf8)).digest }
    // From the reference implementation's sanity checks.
    #expect(digest("") == "ef46db3751d8e999")
    #expect(digest("a") == "d24ec4f1a98c6e5b")
    #expect(digest("abc") == "44bc2cf5ad770999")
    #expect(
      digest("Nobody inspects the spammish repetition") == "fbcea83c8a378bf1")
  }
}
