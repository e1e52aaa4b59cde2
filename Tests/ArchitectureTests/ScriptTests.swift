import Commands
import FoundationEssentials
import Language
import Testing

/// The scripts in `examples/` are right and run without any file, on the built-in sample.
@Suite struct ScriptTests {
  static let scripts =
    ((try? FileManager.default.contentsOfDirectory(atPath: SourceTree.root + "/examples")) ?? [])
    .filter { $0.hasSuffix(".mrs") }.sorted()

  @Test(arguments: scripts)
  func everyScriptOfTheExamplesRunsOnTheSample(name: String) throws {
    let text = try SourceTree.text("examples/" + name)
    var interpreter = Interpreter()
    if text.contains("param data") { interpreter.parameters["data"] = .word("sample") }
    let result = interpreter.run(Source(name: name, text: text), host: MemoryHost())
    #expect(result == .completed)
    #expect(interpreter.undeclaredReads == [])
  }

  @Test func theFiveLinesSayTheSameAtOnceAndOneByOne() {
    var interpreter = Interpreter()
    let host = MemoryHost()
    for (number, together) in FiveLines.atOnce.enumerated() {
      var alone: [StatementOutcome] = []
      let source = Source(name: "[\(number + 1)]", text: together.text)
      #expect(interpreter.run(source, host: host) { alone.append($0) } == .completed)
      let difference = Transcript(alone.map(\.recorded).joined())
        .firstDifference(from: Transcript(together.recorded))
      #expect(difference == nil)
    }
  }
}

/// The five lines that `mrs` was made for, `examples/brief.mrs`, run once as a script.
enum FiveLines {
  static let atOnce: [StatementOutcome] = {
    var outcomes: [StatementOutcome] = []
    var interpreter = Interpreter()
    let text = (try? SourceTree.text("examples/brief.mrs")) ?? ""
    _ = interpreter.run(Source(name: "brief.mrs", text: text), host: MemoryHost()) {
      outcomes.append($0)
    }
    return outcomes
  }()
}
