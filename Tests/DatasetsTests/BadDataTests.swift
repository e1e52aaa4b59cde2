import Datasets
import Testing

/// What people's files have wrong with them, one test for each: refused at its line, or counted where that
/// was asked for.
@Suite struct BadDataTests {
  private func csv(_ text: String, skipping: Bool = false) throws -> Dataset {
    try csv(Array(text.utf8), skipping: skipping)
  }

  private func csv(_ bytes: [UInt8], skipping: Bool = false) throws -> Dataset {
    var format = DelimitedText()
    format.file = "r.csv"
    format.badRows = skipping ? .skip : .refuse
    return try format.load(from: MemoryFiles(["r.csv": bytes]))
  }

  private func fault(_ work: () throws -> Void) -> DatasetError? {
    #expect(throws: DatasetError.self) { try work() }
  }

  private let ragged = "user,item,rating\n1,2,3\n1,3\n2,2,4,9\n3,1,5\n"

  @Test func raggedRows() throws {
    let found = try #require(fault { _ = try csv(ragged) })
    #expect(found.line == 3 && found.message.contains("after 2 of 3 fields"))
    #expect(found.help.contains { $0.contains("errors=skip") })
    let wide = try #require(fault { _ = try csv("user,item,rating\n1,2,3\n2,2,4,9\n") })
    #expect(wide.line == 3 && wide.message.contains("more than 3 fields"))
  }

  @Test func skippedRowsAreCountedWithTheFirstOfThem() throws {
    let data = try csv(ragged, skipping: true)
    #expect(data.interactions.count == 2)
    let note = try #require(data.notes.first)
    #expect(note.contains("2 rows could not be read and were passed over; line 3"), "\(note)")
    // Without being asked, nothing is passed over and nothing is said.
    #expect(try csv("user,item,rating\n1,2,3\n").notes.isEmpty)
    let none = try #require(fault { _ = try csv("user,item,rating\nx\ny\n", skipping: true) })
    #expect(none.message.contains("all 2 are malformed"))
  }

  @Test func skippedObjectsAreCounted() throws {
    var format = JSONLines()
    format.file = "r.jsonl"
    let good = #"{"user":1,"item":2,"rating":3}"#
    let files = MemoryFiles(["r.jsonl": good + "\n{\"user\":1\n" + good])
    let found = try #require(fault { _ = try format.load(from: files) })
    #expect(found.line == 2 && found.help.contains { $0.contains("errors=skip") })
    format.badRows = .skip
    let note = try #require(try format.load(from: files).notes.first)
    #expect(note.contains("1 row could not be read and was passed over; line 2"), "\(note)")
  }

  @Test func mixedEncodings() throws {
    let bytes =
      Array("user,item,rating\ncafé,2,3\n".utf8) + Array("caf".utf8) + [0xE9] + Array(",2,3\n".utf8)
    let found = try #require(fault { _ = try csv(bytes) })
    #expect(found.line == 3 && found.message.contains("not UTF-8"))
    #expect(found.help.contains { $0.contains("iconv") })
  }

  @Test func duplicateIDs() throws {
    let names = try #require(fault { _ = try csv("user,item,item,rating\n1,2,3,4\n") })
    #expect(names.line == 1 && names.message.contains("`item` twice"))
    // Two ratings of one item by one user are kept until `clean` says which, and counted as a leak.
    let data = try csv("user,item,rating\n1,2,3\n1,2,5\n")
    #expect(data.interactions.count == 2 && data.items.count == 1)
    let twice = try #require(fault { _ = try attached("item,color\n2,red\n2,blue\n", to: data) })
    #expect(twice.line == 3 && twice.help == ["line 2 describes it first"])
  }

  @Test func idsAsStrings() throws {
    let data = try csv("user,item,rating\nann,007,3\nann,7,4\n\"o'neil, x\",007,5\n")
    #expect(data.users.ids.names == ["ann", "o'neil, x"])
    #expect(data.items.ids.names == ["007", "7"])
  }

  @Test func rowlessFiles() throws {
    #expect(fault { _ = try csv("") }?.message == "the file is empty")
    let header = try #require(fault { _ = try csv("user,item,rating\n") })
    #expect(
      header.message == "the file has no rows" && header.help == ["a row is: user, item, rating"])
  }

  @Test func aFeatureFileForOtherIDs() throws {
    let data = try csv("user,item,rating\n1,i1,3\n1,i2,5\n")
    let others = try #require(fault { _ = try attached("item,color\nX1,red\nX2,blue\n", to: data) })
    #expect(others.code == "E0513" && others.message.contains("none of its 2 ids"))
    let some = try attached("item,color\ni1,red\nX2,blue\n", to: data)
    #expect(some.outcome.known == 1 && some.outcome.added == 1)
    #expect(some.data.items.ids.names == ["i1", "i2", "X2"])
    // People who rate nothing are none of the data.
    let people = try attached("user,town\n1,Rome\n9,Bonn\n", to: data, .users)
    #expect(people.data.users.count == 1)
    #expect(people.outcome.warnings == ["1 of its 2 rows describes no user with ratings"])
  }

  @Test func giganticCategories() throws {
    let rows = (0..<3000).map { "1,i\($0),3\n" }.joined()
    let data = try csv("user,item,rating\n" + rows)
    let every = "item,tag\n" + (0..<3000).map { "i\($0),tag\($0)|all\n" }.joined()
    let tagged = try attached(every, to: data)
    #expect(tagged.outcome.known == 3000)
    #expect(categoryNames(tagged.data.items, "tag")[2999] == ["tag2999", "all"])
    let long = "item,tag\ni1," + String(repeating: "y", count: 5_000_000) + "\n"
    let found = try #require(fault { _ = try attached(long, to: data) })
    #expect(found.line == 2 && found.message == "tag is longer than 4 MB")
  }

  /// What is said of an array with this shape and these numbers.
  private func fault(shape: String, _ values: [Float]) -> DatasetError? {
    var header = "{'descr': '<f4', 'fortran_order': False, 'shape': \(shape), }"
    header += String(repeating: " ", count: 117 - header.utf8.count) + "\n"
    var bytes: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(header.utf8)
    values.withUnsafeBytes { bytes += $0 }
    return fault { _ = try NumPyArray(FileContents(path: "v.npy", bytes)) }
  }

  @Test func vectorsThatAreNotNumbers() throws {
    let found = try #require(fault(shape: "(3, 2)", [1, 2, 3, .nan, 5, 6]))
    #expect(found.message.contains("row 1, column 1 is not finite"))
    #expect(found.help.contains { $0.contains("nan_to_num") })
  }

  @Test func arraysOfAnotherShape() throws {
    let deep = try #require(fault(shape: "(2, 2, 2)", Array(repeating: 1, count: 8)))
    #expect(
      deep.message.contains("it has 2 × 2 × 2") && deep.help.first?.contains("reshape") == true)
    let short = try #require(fault(shape: "(3, 2)", [1, 2]))
    #expect(short.message.contains("3 × 2 numbers are announced"))
    var items = try csv("user,item,rating\n1,i1,3\n1,i2,5\n").items
    let three = NumPyArray(rows: 3, columns: 1, values: [1, 2, 3])
    let rows = try #require(
      fault { _ = try items.attach(three, named: "v", order: nil, path: "v.npy") })
    #expect(rows.message.contains("3 rows, and the data have 2 ids"))
  }
}
