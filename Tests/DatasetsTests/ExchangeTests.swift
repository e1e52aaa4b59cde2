import Datasets
import Testing

private let sample = SampleData().load(from: MemoryFiles([String: [UInt8]]()))

@Suite struct ExchangeTests {
  @Test func whatIsWrittenIsReadAgain() throws {
    for format in ExportFormat.allCases where format != .npy {
      let written = sample.exported(as: format, stem: "d/toys")
      let files = MemoryFiles(
        Dictionary(uniqueKeysWithValues: written.map { ($0.path, $0.bytes) }))
      let data: Dataset
      switch format {
      case .csv, .tsv:
        var reader = DelimitedText()
        reader.file = "d/toys"
        data = try reader.load(from: files)
        #expect(data.interactions.columns.keys.sorted() == ["behaviour"])
      case .jsonl:
        var reader = JSONLines()
        reader.file = "d/toys"
        data = try reader.load(from: files)
        #expect(data.interactions.columns.keys.sorted() == ["behaviour"])
      default:
        var reader = RecBole()
        reader.folder = "d"
        data = try reader.load(from: files)
        #expect(
          data.items.titles
            == data.items.ids.names.map { sample.items.titles[sample.items.ids[$0] ?? 0] })
        #expect(data.items.features.map(\.name) == sample.items.features.map(\.name))
        #expect(data.users.features.map(\.name) == sample.users.features.map(\.name))
      }
      #expect(data.interactions.ratings == sample.interactions.ratings, "\(format)")
      #expect(data.interactions.times == sample.interactions.times, "\(format)")
      let items = data.interactions.items.map { data.items.ids.names[Int($0)] }
      #expect(items == sample.interactions.items.map { sample.items.ids.names[Int($0)] })
    }
  }

  @Test func theEndOfANameTellsTheFormat() {
    let names = ["r.csv", "r.tsv", "r.jsonl", "r.json", "r.inter", "r.npy", "r", "r.csv.gz"]
    #expect(
      names.map { ExportFormat(fileName: $0) }
        == [.csv, .tsv, .jsonl, .jsonl, .recbole, .npy, nil, nil])
    let files = sample.exported(as: .recbole, stem: "toys.inter").map(\.path)
    #expect(files == ["toys.inter", "toys.user", "toys.item"])
  }

  @Test func awkwardTextsSurviveCSVAndJSON() throws {
    let name = "a \"b\", c\nd\té \\"
    let data = Dataset(
      name: "x", users: Entities(ids: Vocabulary([name])), items: Entities(ids: Vocabulary(["1"])),
      interactions: Interactions(users: [0], items: [0], ratings: [0.1]), scale: RatingScale(0, 1))
    var csv = DelimitedText()
    csv.file = "x"
    var jsonl = JSONLines()
    jsonl.file = "x"
    let formats: [(ExportFormat, any DatasetFormat)] = [(.csv, csv), (.jsonl, jsonl)]
    for (format, reader) in formats {
      let files = MemoryFiles(["x": data.exported(as: format, stem: "x")[0].bytes])
      let read = try reader.load(from: files)
      #expect(read.users.ids.names == [name], "\(format)")
      #expect(read.interactions.ratings == [0.1])
    }
  }

  @Test func arraysAreReadAsTheyWereWritten() throws {
    let array = NumPyArray(rows: 2, columns: 3, values: [1, 2, 3, 4, 5, 6.5])
    #expect(try NumPyArray(FileContents(path: "v.npy", array.bytes)) == array)
    #expect(array.bytes.count % 64 == 24)
  }

  @Test func brokenArraysAreRefused() {
    let good = NumPyArray(rows: 2, columns: 2, values: [1, 2, 3, 4]).bytes
    var infinite = NumPyArray(rows: 2, columns: 2, values: [1, 2, .infinity, 4]).bytes
    func complaint(_ bytes: [UInt8]) -> String {
      do {
        _ = try NumPyArray(FileContents(path: "v.npy", bytes))
        return "nothing"
      } catch {
        return error.sentence
      }
    }
    #expect(complaint(infinite).contains("row 1, column 0 is not finite"))
    #expect(complaint(Array(good.dropLast())).contains("fewer are there"))
    #expect(complaint(Array("PK..".utf8)).contains("archive"))
    #expect(complaint(Array("hello".utf8)).contains("no NumPy array"))
    func edited(_ old: String, _ new: String) -> [UInt8] {
      let text = String(decoding: good.prefix(128).dropFirst(10), as: UTF8.self)
      let header = text.split(separator: "\n")[0].replacing(old, with: new)
      return Array(good.prefix(10)) + Array(header.utf8) + good.dropFirst(10 + header.utf8.count)
    }
    #expect(complaint(edited("<f4", "<c8")).contains("kind `<c8`"))
    #expect(complaint(edited("<f4", "|O1")).contains("kind `|O1`"))
    #expect(complaint(edited("(2, 2)", "(9, 9)")).contains("9 × 9 numbers"))
    #expect(complaint(edited("(2, 2)", "()    ")).contains("dimensions"))
    infinite = []
    #expect(complaint(infinite).contains("no NumPy array"))
  }

  @Test func vectorsBecomeFeaturesOfTheirItems() throws {
    var items = Entities(ids: Vocabulary(["a", "b", "c"]))
    let array = NumPyArray(rows: 2, columns: 2, values: [1, 2, 3, 4])
    let known = try items.attach(array, named: "image", order: ["c", "a"], path: "v.npy").known
    #expect(known == 2)
    #expect(items.features.map(\.name) == ["image.0", "image.1"])
    #expect(numbers(items, "image.1")[0] == 4)
    #expect(numbers(items, "image.1")[1].isNaN)
    #expect(throws: DatasetError.self) {
      try items.attach(array, named: "image", order: nil, path: "v.npy")
    }
    #expect(throws: DatasetError.self) {
      try items.attach(array, named: "image", order: ["a", "a"], path: "v.npy")
    }
    #expect(throws: DatasetError.self) {
      try items.attach(array, named: "image", order: ["x", "y"], path: "v.npy")
    }
  }

  @Test func tablesBecomeFeaturesOfTheirItems() throws {
    let data = try ratings("user,item,rating\na,7,1\na,8,2\na,9,3\n")
    let table = "item,made of,weight,name\n8,wood|tin,1.5,Top\n7,tin,,Kite\n"
    let (found, outcome) = try attached(table, to: data)
    #expect(outcome.known == 2)
    #expect(categoryNames(found.items, "made of") == [["tin"], ["wood", "tin"], []])
    #expect(numbers(found.items, "weight")[1] == 1.5)
    #expect(found.items.titles == ["Kite", "Top", ""])
    #expect(throws: DatasetError.self) { try attached(table, to: data) { $0.id = "sku" } }
  }

  @Test func numbersOfEveryKindAreRead() throws {
    func array(_ kind: String, _ order: String, _ shape: String, _ data: [UInt8]) throws -> [Float]
    {
      let header =
        "{'descr': '\(kind)', 'fortran_order': \(order), 'shape': \(shape), }\n"
      let bytes: [UInt8] =
        [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8)
        + data
      return try NumPyArray(FileContents(path: "v.npy", bytes)).values
    }
    // 1, -2, 1/16,777,216 and 65,504 of 16 bits.
    let halves: [UInt8] = [0x00, 0x3C, 0x00, 0xC0, 0x01, 0x00, 0xFF, 0x7B]
    #expect(try array("<f2", "False", "(4,)", halves) == [1, -2, 1 / 16_777_216, 65_504])
    #expect(try array("|u1", "False", "(2,)", [7, 255]) == [7, 255])
    #expect(try array("|i1", "False", "(2,)", [7, 255]) == [7, -1])
    #expect(try array("<i2", "False", "(1, 1)", [0xFE, 0xFF]) == [-2])
    #expect(try array("|b1", "False", "(3,)", [0, 1, 1]) == [0, 1, 1])
    #expect(try array("|u1", "True", "(2, 3)", [1, 4, 2, 5, 3, 6]) == [1, 2, 3, 4, 5, 6])
    #expect(throws: DatasetError.self) { try array("<f2", "False", "(1,)", [0x00, 0x7C]) }
    #expect(throws: DatasetError.self) { try array(">f4", "False", "(1,)", [0, 0, 0, 0]) }
  }

  @Test func arraysOfRatingsHaveTheirTimes() throws {
    let bytes = sample.exported(as: .npy, stem: "r.npy")[0].bytes
    #expect(String(decoding: bytes.prefix(128), as: UTF8.self).contains("'shape': (24045, 4)"))
    let last = bytes.suffix(8).enumerated().reduce(UInt64(0)) { $0 | UInt64($1.1) << (8 * $1.0) }
    #expect(Double(bitPattern: last) == Double(sample.interactions.times.last ?? 0))
  }

  @Test func whatAFormatHasNoPlaceForIsKnown() {
    #expect(sample.leftOut(of: .recbole).isEmpty)
    #expect(
      sample.leftOut(of: .csv).contains("price") && sample.leftOut(of: .npy).contains("behaviour"))
  }

  @Test func aFeatureOfAKnownNameTakesThePlaceOfTheEarlierOne() {
    var items = Entities(ids: Vocabulary(["a"]))
    #expect(items.take(Feature("x", .numbers([1]))).isEmpty)
    #expect(items.take(Feature("y", .numbers([2]))).isEmpty)
    #expect(items.take(Feature("x", .numbers([3]))) == [0])
    #expect(items.take(Feature("z", .numbers([4]))).isEmpty)
    #expect(items.features.map(\.name) == ["x", "y", "z"] && numbers(items, "x") == [3])
  }
}
