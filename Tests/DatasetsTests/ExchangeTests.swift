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
      case .csv:
        var reader = DelimitedText()
        reader.file = "d/toys"
        data = try reader.load(from: files)
      case .jsonl:
        var reader = JSONLines()
        reader.file = "d/toys"
        data = try reader.load(from: files)
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
    let names = ["r.csv", "r.jsonl", "r.json", "r.inter", "r.npy", "r"]
    #expect(
      names.map { ExportFormat(fileName: $0) } == [.csv, .jsonl, .jsonl, .recbole, .npy, nil])
    let files = sample.exported(as: .recbole, stem: "toys.inter").map(\.path)
    #expect(files == ["toys.inter", "toys.user", "toys.item"])
  }

  @Test func awkwardTextsSurviveCSVAndJSON() throws {
    let name = "a \"b\", c\nd\té \\ "
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
    #expect(complaint(edited("False", "True ")).contains("by columns"))
    #expect(complaint(edited("(2, 2)", "(9, 9)")).contains("9 × 9 numbers"))
    #expect(complaint(edited("(2, 2)", "()    ")).contains("dimensions"))
    infinite = []
    #expect(complaint(infinite).contains("no NumPy array"))
  }

  @Test func vectorsBecomeFeaturesOfTheirItems() throws {
    var items = Entities(ids: Vocabulary(["a", "b", "c"]))
    let array = NumPyArray(rows: 2, columns: 2, values: [1, 2, 3, 4])
    let known = try items.attach(array, named: "image", order: ["c", "a"], path: "v.npy")
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
    var items = Entities(ids: Vocabulary(["7", "8", "9"]))
    let table = FileContents(
      path: "t.csv", Array("item,made of,weight,name\n8,wood|tin,1.5,Top\n7,tin,,Kite\n".utf8))
    #expect(try items.attach(table: table, id: nil, prefix: nil, noun: "item").known == 2)
    #expect(categoryNames(items, "made of") == [["tin"], ["wood", "tin"], []])
    #expect(numbers(items, "weight")[1] == 1.5)
    #expect(items.titles == ["Kite", "Top", ""])
    #expect(throws: DatasetError.self) {
      try items.attach(table: table, id: "sku", prefix: nil, noun: "item")
    }
  }
}
