import MetaRec
import MetaRecTesting
import Testing

/// The items with most ratings.
struct Shelf: LaboratoryCommand {
  var size = 3
  var order = "most"
  var isQuiet = false

  static let declaration = CommandDeclaration<Self>(
    "shelf", "Puts the items with most ratings on a shelf.",
    [
      .whole("size", \.size, in: 1...100, "how many items", place: .positional),
      .choice(
        "order", \.order, from: ["most": "most rated first", "least": "least rated first"], "which"),
      .flag("quiet", \.isQuiet, "say nothing"),
    ],
    reads: [.data], fields: [.list("items"), .number("count")],
    examples: ["shelf", "shelf 5 order=least", "shelf quiet"])

  func run(in context: inout CommandContext) throws -> Output {
    var counts: [String: Int] = [:]
    for item in try context.data.items { counts[item, default: 0] += 1 }
    let sign = order == "most" ? -1 : 1
    let ranked = counts.sorted { (sign * $0.value, $0.key) < (sign * $1.value, $1.key) }.prefix(
      size)
    try context.progress("shelf", done: 1, of: 1)
    let table = Table(
      "Shelf", columns: ["item", "ratings"],
      rows: ranked.map { [.text($0.key), .count($0.value)] })
    return Output(
      isQuiet ? [] : [.table(table)],
      fields: [
        .init("items", .list(ranked.map { .text($0.key) })),
        .init("count", .number(Double(ranked.count))),
      ])
  }
}

/// A command that does what its property says, however wrong.
struct Wrong: LaboratoryCommand {
  struct OwnError: Error {}

  var what = ""
  static let declaration = CommandDeclaration<Self>(
    "wrong", "does what it should not",
    [.text("what", \.what, "which fault", place: .required)], uses: [.tasks],
    fields: [.number("x"), .number("y")],
    examples: ["wrong none", "wrong error"])

  func run(in context: inout CommandContext) throws -> Output {
    switch what {
    case "error": throw OwnError()
    case "own": throw LaboratoryError("E1234", "`x` is wrong", help: ["mend it"])
    case "stop": throw CancellationError()
    case "read": _ = try context.data
    case "give": try context.give(try World.interactions())
    case "tasks": _ = try context.users(ofPart: "test")
    case "part": _ = try context.users(ofPart: "tset")
    case "file": _ = try context.read("nothing.txt")
    default: break
    }
    return Output(fields: [.init("x", "text"), .init("z", 1)])
  }
}

/// Keeps ratings of even value only.
struct Evened: LaboratoryCommand {
  var isForgetful = false
  static let declaration = CommandDeclaration<Self>(
    "evened", "Keeps ratings of even value.", [.flag("forgetful", \.isForgetful, "gives nothing")],
    reads: [.data], gives: [.data], examples: ["evened"])

  func run(in context: inout CommandContext) throws -> Output {
    let data = try context.data
    let rows = data.values.indices.filter {
      data.values[$0].truncatingRemainder(dividingBy: 2) == 0
    }
    let (users, items) = (data.users, data.items)
    let kept = try Interactions(
      users: rows.map { users[$0] }, items: rows.map { items[$0] },
      values: rows.map { data.values[$0] })
    if !isForgetful { try context.give(kept) }
    return Output([.text("\(kept.count) left")])
  }
}

@Suite struct CommandTests {
  private func lab() throws -> Laboratory {
    let lab = try Laboratory()
    for add in [
      { try lab.add(Shelf.self) }, { try lab.add(Wrong.self) }, { try lab.add(Evened.self) },
    ] { try add() }
    return lab
  }

  @Test func itIsAWordOfTheLanguage() throws {
    let lab = try lab()
    #expect(code { _ = try lab.check("shelf") } == "E0401")
    #expect(code { _ = try lab.check("load data; shelf 0") } == "E0302")
    #expect(code { _ = try lab.check("load data; shelf order=mots") } == "E0303")
    #expect(code { _ = try lab.check("load data; shelf siez=3") } == "E0203")
    #expect(code { _ = try lab.check("load data; let s = shelf; show $s.itmes") } == "E0204")
    try lab.perform("load data; let s = shelf 4; expect $s.count == 4")
    #expect(try lab["s"]["items"].texts.count == 4)
    #expect(lab.completions(in: "she", at: 3).map(\.text).contains("shelf"))
    #expect(lab.completions(in: "shelf or", at: 8).map(\.text).contains("order="))
    #expect(lab.completions(in: "shelf order=", at: 12).map(\.text).contains("least"))
    #expect(lab.completions(in: "help she", at: 8).map(\.text).contains("shelf"))
    #expect(try lab.perform("help shelf")[0].text().contains("Puts the items"))
    #expect(try lab.perform("help")[0].text().contains("shelf"))
    #expect(try lab.perform("examples shelf")[0].text().contains("shelf 5 order=least"))
    #expect(code { try Laboratory().perform("shelf") } == "E0201")
  }

  @Test func dataThatItGivesMakeTheRestStale() throws {
    let lab = try lab()
    try lab.perform("load data; split tasks; evened")
    #expect(try lab.data().values.allSatisfy { [2, 4].contains($0) })
    #expect(code { try lab.perform("meta-train maml epochs=1") } != nil)
    #expect(code { try lab.perform("evened forgetful") } == "E0912")
  }

  @Test func whatItThrowsKeepsItsCode() throws {
    let lab = try lab()
    #expect(code { try lab.perform("wrong error") } == "E0910")
    #expect(code { try lab.perform("wrong own") } == "E1234")
    #expect(throws: CancellationError.self) { try lab.perform("wrong stop") }
    #expect(code { try lab.perform("wrong read") } == "E0912")
    #expect(code { try lab.perform("wrong give") } == "E0912")
    #expect(code { try lab.perform("wrong tasks") } == "E0401")
    #expect(code { try lab.perform("load data; split tasks; wrong part") } == "E0521")
    #expect(code { try lab.perform("wrong file") } == "E0501")
  }

  @Test func namesThatAreTakenOrNoneAreRefused() throws {
    let lab = try lab()
    #expect(code { try lab.add(Shelf.self) } == "E0911")
    #expect(code { try lab.add(Named<LoadName>.self) } == "E0911")
    #expect(code { try lab.add(Named<LetName>.self) } == "E0911")
    #expect(code { try lab.add(Named<OddName>.self) } == "E0911")
    #expect(code { try lab.add(Named<EmptyName>.self) } == "E0911")
    try lab.add(Named<GoodName>.self)
    try lab.perform("good-name-2")
  }

  @Test func theHostsTestsPassAndFind() throws {
    #expect(try CommandTest(Shelf.self).run().count == 3)
    try CommandTest(Evened.self, data: World.interactions()).run()
    do {
      try CommandTest(Wrong.self).run()
      Issue.record("nothing was found")
    } catch let failure as CommandTestFailure {
      let text = failure.description
      for part in ["no sentence", "`z`", "lacks the declared field `y`", "another kind", "E0910"] {
        #expect(text.contains(part), "\(part) in \(text)")
      }
    }
  }

  @Test func aHostThatFailsIsNamedWithItsWords() throws {
    struct DiskError: Error {}
    let host = ScriptedHost(["r.csv": World.csv])
    let lab = try Laboratory(host: host)
    host.fail("r.csv", with: DiskError())
    #expect(code { try lab.perform("load \"r.csv\"") } == "E0500")
    host.fail("r.csv", with: LaboratoryError("E0777", "no disk"))
    #expect(code { try lab.perform("load \"r.csv\"") } == "E0777")
    host.fail("r.csv", with: nil)
    try lab.perform("load \"r.csv\"")
    host.fail("out.csv", with: DiskError())
    #expect(code { try lab.perform("export \"out.csv\"") } == "E0504")
    #expect(code { try lab.perform("include \"none.mrs\"") } != nil)
    #expect(host.calls.contains("write out.csv"))
    #expect(host.text("out.csv") == nil)
  }

  @Test func noOutputOfACommandTraps() throws {
    let numbers = [0, -0.0, .nan, .infinity, -.infinity, 1e308, -1e-308, 5e-324]
    let cells: [Table.Cell] =
      [.text(""), .text("a\nb\u{1B}[0m\0|é"), .count(.max), .count(.min), .missing]
      + numbers.flatMap { number in
        [.min, -1, 0, 3, 15, 400, .max].flatMap { digits in
          [.number(number, digits: digits), .interval(number, halfWidth: number, digits: digits)]
        }
      }
    let tables = [
      Table(columns: [], rows: []), Table(columns: [], rows: [[.count(1)], []]),
      Table(columns: ["a"], rows: []), Table(columns: ["", "b"], rows: [[], [.missing]]),
      Table("t\n", columns: ["a", "a"], rows: cells.map { [$0, $0] }, footnotes: ["", "\n"]),
    ]
    let output = Output(
      tables.map { .table($0) } + [
        .text(""), .note("\n\n"), .warning("\0"), .heading(""), .code(""),
      ],
      fields: [
        .init("", 1), .init("x", .record([])), .init("x", .list([])), .init("n", .number(.nan)),
      ])
    for width in [Int.min, 0, 20, 100, Int.max] { _ = output.text(width: width) }
    _ = (output.json, output.markdown, output.html, output.result.json)
    #expect(output.tables.count == tables.count)
    #expect(code { _ = try tables[4].column("z") } == "E0521")
    #expect(try tables[4].numbers("a").count == cells.count)
  }

  @Test func aClockAndAMemoryThatAreNoneDoNoHarm() throws {
    final class OddHost: LaboratoryHost {
      let value: Double
      init(_ value: Double) { self.value = value }
      func read(_ path: String) throws -> [UInt8] { [] }
      func kind(of path: String) -> PathKind? { .file }
      func seconds() -> Double { value }
      var availableMemory: Double? { value.isFinite && value > 0 ? nil : value }
    }
    for value in [Double.nan, .infinity, -.infinity, -1, 1e300] {
      let lab = try Laboratory(host: OddHost(value))
      do {
        try lab.perform("load data; split tasks; meta-train maml steps=1 epochs=1; evaluate mae")
      } catch { #expect((error as? LaboratoryError)?.code == "E0603") }
      #expect(code { try lab.perform("load \"x.csv\"") } != nil)
    }
  }

  @Test func completionTakesAnyPlace() throws {
    let lab = try Laboratory()
    for text in ["", "load dé", "é", "let x = \"👩‍👩‍👧", "topk \u{0}"] {
      for offset in [Int.min, -1] + Array(0...text.utf8.count + 1) + [Int.max] {
        for completion in lab.completions(in: text, at: offset) {
          #expect(completion.range.upperBound <= text.utf8.count)
        }
      }
    }
  }

  @Test func memoryThatIsNotThereIsNotTaken() throws {
    let lab = try Laboratory(host: ScriptedHost(availableMemory: 1000))
    #expect(
      code {
        try lab.perform(
          "load data; split tasks; model mlp hidden=3000,3000; meta-train maml epochs=1")
      } == "E0603")
  }
}

protocol CommandName: Sendable { static var name: String { get } }
enum LoadName: CommandName { static let name = "load" }
enum LetName: CommandName { static let name = "let" }
enum OddName: CommandName { static let name = "Odd Name" }
enum EmptyName: CommandName { static let name = "" }
enum GoodName: CommandName { static let name = "good-name-2" }

struct Named<Name: CommandName>: LaboratoryCommand {
  static var declaration: CommandDeclaration<Self> { .init(Name.name, "Does nothing.") }
  func run(in context: inout CommandContext) throws -> Output { Output() }
}
