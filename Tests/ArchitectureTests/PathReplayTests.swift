import Commands
import FoundationEssentials
import Kernels
import Language
import Reports
import Testing

/// What the examples, the lessons and the README's session say and come to is the same whichever loops of the
/// machine compute, without anything kept from before.
@Suite struct PathReplayTests {
  /// The README's session is the first.
  private static let scripts = ["examples/brief.mrs", "examples/student.mrs"] + lessons

  private static let lessons: [String] = {
    let folder = SourceTree.root + "/examples/lessons"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasSuffix(".mrs") }.sorted().map { "examples/lessons/" + $0 }
  }()

  /// Those that loops without the machine's own fused multiplication replay here, too, being ten times slower;
  /// with `EVERY_PATH=1` all of them.
  private static let short = ["1-cold-start", "2-tasks", "3-maml"]

  private static let isThorough = ProcessInfo.processInfo.environment["EVERY_PATH"] == "1"

  private static func runs(_ script: String, on path: String) -> Bool {
    path != "baseline" || isThorough || short.contains { script.contains($0) }
  }

  @Test(arguments: scripts) func everyPathSaysTheSame(script: String) throws {
    let paths = KernelSet.available.filter { Self.runs(script, on: $0.name) }
    let first = try Said(script, on: paths[0])
    #expect(!first.lines.isEmpty)
    for path in paths.dropFirst() {
      let other = try Said(script, on: path)
      let differing = zip(first.lines, other.lines).first { $0 != $1 }
      #expect(
        first == other,
        "\(paths[0].name) and \(path.name) differ: \(differing.map { "\($0)" } ?? "in length")")
    }
  }

  /// What a run prints, without times, and the state after each statement.
  private struct Said: Equatable {
    var lines: [String] = []

    init(_ script: String, on path: KernelSet) throws {
      var interpreter = Interpreter()
      let source = Source(name: script, text: try SourceTree.text(script))
      var lines: [String] = []
      let host = MemoryHost(kernels: path)
      let result = interpreter.run(source, host: host) { outcome in
        lines += outcome.report.map { recordLines($0).map(withoutTimes) } ?? []
      }
      #expect(result == .completed, "\(script) on \(path.name): \(result)")
      self.lines = lines + [StateFingerprint(interpreter.session).text]
    }
  }
}
