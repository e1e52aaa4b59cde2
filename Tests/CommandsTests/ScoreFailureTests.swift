import Commands
import Language
import Reports
import Testing

/// Weights that are finite and so large that no score of theirs is.
@Suite struct ScoreFailureTests {
  private static let start = "load data\nsplit tasks\n"

  private func run(_ text: String, _ host: RecordingHost) -> RunResult {
    var interpreter = Interpreter()
    return interpreter.run(Source(name: "test", text: Self.start + text), host: host)
  }

  @Test(arguments: [("maml steps=1", "mlp hidden=4 embed=2"), ("ridge", "factor embed=2")])
  func noListAndNoMeasureIsMadeOfThem(algorithm: String, network: String) throws {
    let host = RecordingHost()
    let training =
      "model \(network)\nmeta-train \(algorithm) epochs=1\nsave model \"m.safetensors\""
    try #require(run(training, host) == .completed)
    let whole = try #require(host.files["m.safetensors"])
    let open = "open model \"m.safetensors\"\n"
    let asking = [
      "adapt user 42", "adapt new\ntopk 3", "evaluate mae", "evaluate ndcg@5 candidates=sampled:5",
      "keep model large\ncompare large item-mean",
      "keep model large\nabtest large item-mean runs=2",
      "explain user 42 item 50", "trace adapt user 42", "plot adaptation",
    ]
    for line in asking {
      host.files["m.safetensors"] = whole
      #expect(run(open + line, host) == .completed, "\(line)")
      host.files["m.safetensors"] = SealedFile.filled(whole, with: 1e30)
      guard case .failed(let fault) = run(open + line, host) else {
        Issue.record("`\(line)` was answered")
        continue
      }
      #expect(fault.code == "E0602", "\(line): \(fault.message)")
    }
  }

  @Test func theErrorNamesModelItemAndUserAndLeavesTheSession() throws {
    let host = RecordingHost()
    try #require(
      run("meta-train maml steps=1 epochs=1\nsave model \"m.safetensors\"", host) == .completed)
    host.files["m.safetensors"] = SealedFile.filled(
      try #require(host.files["m.safetensors"]), with: 3e38)
    var interpreter = Interpreter()
    let open = Self.start + "open model \"m.safetensors\""
    try #require(interpreter.run(Source(name: "t", text: open), host: host) == .completed)
    for (line, words) in [
      ("adapt user 42", "for user 42"), ("evaluate mae", "what `maml` makes of item"),
      ("similar item 50", "what `maml` makes of item"), ("plot embedding", "is no finite number"),
    ] {
      guard case .failed(let fault) = interpreter.run(Source(name: "t", text: line), host: host)
      else {
        Issue.record("`\(line)` was answered")
        continue
      }
      #expect(fault.code == "E0602" && fault.message.contains(words), "\(fault.message)")
      #expect(interpreter.session.adapted == nil && interpreter.session.model != nil)
    }
  }
}
