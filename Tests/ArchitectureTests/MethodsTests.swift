import Commands
import FoundationEssentials
import Language
import Testing

/// The scripts of `examples/methods` are right, and run to their end on less of everything.
@Suite struct MethodsTests {
  static let folder = "examples/methods"
  static let scripts =
    ((try? FileManager.default.contentsOfDirectory(atPath: SourceTree.root + "/" + folder)) ?? [])
    .filter { $0.hasSuffix(".mrs") }.sorted()

  @Test func allAreThere() {
    #expect(
      Self.scripts == [
        "adversary-ml-100k.mrs", "bandits.mrs", "defaults-ml-100k.mrs", "friends.mrs",
        "heads-ml-100k.mrs",
        "interview-ml-100k.mrs", "networks-ml-100k.mrs", "prequential.mrs",
        "table-clicks-ml-100k.mrs", "table.mrs",
      ])
  }

  @Test(arguments: scripts)
  func theScriptIsRightAndRunsOnToys(name: String) throws {
    var text = try SourceTree.text(Self.folder + "/" + name)
    let found = Interpreter().check(Source(name: name, text: text), lints: true)
      .filter { $0.severity == .error }
    #expect(found.isEmpty, "\(found.map(\.message))")
    for (pattern, less) in [
      (#/load synthetic/#, "load synthetic people=40 ratings=40"),
      (#/load impressions/#, "load impressions people=300"),
      (#/window=\d+/#, "window=100"), (#/seeds=\d+/#, "seeds=2"), (#/folds=\d+/#, "folds=2"),
      (#/epochs=\d+/#, "epochs=1"), (#/query=20|query=5/#, "query=2"),
      (#/param epochs = \d+/#, "param epochs = 1"), (#/param seeds = 5/#, "param seeds = 2"),
    ] {
      text = text.replacing(pattern, with: less)
    }
    let host = try Toys.host(for: name)
    var interpreter = Interpreter()
    if text.contains("param folder") { interpreter.parameters["folder"] = .text("toys") }
    interpreter.execution.variation.passesOverExpectations = true
    let result = interpreter.run(Source(name: name, text: text), host: host)
    #expect(result == .completed, "\(result)")
  }
}
