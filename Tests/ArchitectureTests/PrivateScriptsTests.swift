import Commands
import FoundationEssentials
import Language
import Testing

/// The scripts of `examples/private` are right, and run to their end as they are.
@Suite struct PrivateScriptsTests {
  static let folder = "examples/private"
  static let scripts =
    ((try? FileManager.default.contentsOfDirectory(atPath: SourceTree.root + "/" + folder)) ?? [])
    .filter { $0.hasSuffix(".mrs") }.sorted()

  @Test func allAreThere() {
    #expect(Self.scripts == ["accountants.mrs", "epsilon.mrs", "federated.mrs"])
  }

  @Test(arguments: scripts) func theScriptRuns(name: String) throws {
    let source = Source(name: name, text: try SourceTree.text(Self.folder + "/" + name))
    let found = Interpreter().check(source, lints: true)
    #expect(found.isEmpty, "\(found.map(\.message))")
    var interpreter = Interpreter()
    let result = interpreter.run(source, host: try Toys.host(for: name))
    #expect(result == .completed, "\(result)")
  }
}
