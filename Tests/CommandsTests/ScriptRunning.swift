import Commands
import Language
import Reports
import Testing

/// Tests that run scripts, each in a session of its own.
protocol ScriptRunning {}

extension ScriptRunning {
  /// - Parameter files: what the script may read.
  func run(
    _ text: String, files: [String: String] = [:]
  ) -> (result: RunResult, reports: [Report]) {
    var interpreter = Interpreter()
    var reports: [Report] = []
    let result = interpreter.run(Source(text: text), host: RecordingHost(files)) {
      reports += $0.report.map { [$0] } ?? []
    }
    return (result, reports)
  }

  /// What is wrong with the script, which is expected to fail.
  func fault(_ text: String, files: [String: String] = [:]) throws -> Diagnostic {
    switch run(text, files: files).result {
    case .failed(let fault): return fault
    case .invalid(let faults): return try #require(faults.first { $0.severity == .error })
    case let other:
      Issue.record("\(text): \(other)")
      throw CommandFailure("E0000", "it ran")
    }
  }
}
