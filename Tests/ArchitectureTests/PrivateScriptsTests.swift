import Commands
import FoundationEssentials
import Language
import Testing

/// The scripts of `examples/private` are right, and run to their end as they are, or on toys.
@Suite struct PrivateScriptsTests {
  static let folder = "examples/private"
  static let scripts =
    ((try? FileManager.default.contentsOfDirectory(atPath: SourceTree.root + "/" + folder)) ?? [])
    .filter { $0.hasSuffix(".mrs") }.sorted()

  @Test func allAreThere() {
    #expect(
      Self.scripts == [
        "accountants.mrs", "audit.mrs", "compress-ml-100k.mrs", "epsilon-movielens.mrs",
        "epsilon.mrs",
        "federated.mrs", "owners.mrs",
      ])
  }

  @Test(arguments: scripts) func theScriptRuns(name: String) throws {
    var text = try SourceTree.text(Self.folder + "/" + name)
    // Of MovieLens there is a toy, on which one epoch is enough.
    let needsData = text.contains(#/param folder: text = "[^"]/#)
    if needsData { text = text.replacing(#/param epochs = \d+/#, with: "param epochs = 1") }
    let source = Source(name: name, text: text)
    let found = Interpreter().check(source, lints: true)
    #expect(found.isEmpty, "\(found.map(\.message))")
    var interpreter = Interpreter()
    if needsData {
      interpreter.parameters["folder"] = .text("toys")
      if text.contains("param seeds") { interpreter.parameters["seeds"] = .number(2) }
    }
    let result = interpreter.run(source, host: try Toys.host(for: name))
    #expect(result == .completed, "\(result)")
  }
}
