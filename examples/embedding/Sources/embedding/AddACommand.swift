import MetaRec
import MetaRecTesting

/// `shelf 3`: the items that most users have rated.
struct Shelf: LaboratoryCommand {
  var size = 5

  static let declaration = CommandDeclaration<Self>(
    "shelf", "Puts the items with most ratings on a shelf.",
    [.whole("size", \.size, in: 1...100, "how many items", place: .positional)],
    reads: [.data], fields: [.list("items")], examples: ["shelf", "shelf size=3"])

  func run(in context: inout CommandContext) throws -> Output {
    var counts: [String: Int] = [:]
    for item in try context.data.items { counts[item, default: 0] += 1 }
    let ranked = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(size)
    let table = Table(
      "Shelf", columns: ["item", "ratings"],
      rows: ranked.map { [.text($0.key), .count($0.value)] })
    return Output([.table(table)], fields: [.init("items", .list(ranked.map { .text($0.key) }))])
  }
}

/// A command of the program is a word of the language: help, completion and checking know it.
@Sendable func addACommand() async throws {
  let lab = try Laboratory()
  try lab.add(Shelf.self)
  try lab.give(Shop.interactions())
  print(try lab.perform("help shelf")[0].text(width: 80), terminator: "")
  print(try lab.perform("let s = shelf 3")[0].text(width: 80), terminator: "")
  try expect(try lab["s"]["items"].texts.count == 3, "three items")
  try expect(
    lab.completions(in: "shelf si", at: 8).contains { $0.text == "size=" }, "completion knows it")
  do {
    _ = try lab.check("shelf siez=3")
    throw Unexpected(what: "a slip was not found")
  } catch let error as LaboratoryError {
    print(error)
  }
  // What a test of one's own package would say, with any test framework.
  try CommandTest(Shelf.self).run()
}
