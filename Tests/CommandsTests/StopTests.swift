import Commands
import Language
import Reports
import Testing

/// Ctrl-C in the middle of a command's work: nothing half done stays.
@Suite struct StopTests {
  private static let start = "load data\nsplit tasks valid=20% test=70%\n"

  private func session(_ host: RecordingHost) throws -> Interpreter {
    var interpreter = Interpreter()
    let result = interpreter.run(Source(text: Self.start), host: host)
    try #require(result == .completed)
    return interpreter
  }

  /// Commands that would go on for minutes and more, each after its preparation.
  @Test(arguments: [
    ("", "abtest mf popularity users=10000000 runs=100000"),
    ("", "meta-train maml steps=1000 epochs=100000"),
    ("", "model mlp hidden=512,512,512\nmeta-train maml steps=1000"),
    ("baseline svd factors=1000 epochs=1000", "evaluate with=[svd]"),
    ("baseline bayes-mf sweeps=1000 factors=64", "compare bayes-mf mf"),
    ("baseline mf factors=256 sweeps=100", "compare mf item-mean"),
    ("", "compare hybrid user-knn item-knn"),
    ("meta-train ridge epochs=1", "evaluate ndcg@5 seeds=100 candidates=all"),
  ])
  func workStopsSoonAfterItIsAskedTo(before: String, line: String) throws {
    let host = RecordingHost()
    var interpreter = try session(host)
    try #require(interpreter.run(Source(text: before), host: host) == .completed)
    let model = interpreter.session.model?.weights.all.array
    host.questionsUntilStop = 20
    #expect(interpreter.run(Source(text: line), host: host) == .interrupted)
    #expect(interpreter.session.model?.weights.all.array == model)
    // The next command is asked for by somebody who wants it.
    host.questionsUntilStop = nil
    #expect(interpreter.run(Source(text: "describe"), host: host) == .completed)
  }

  /// A file is written when all of it is there, or stays as it was.
  @Test(arguments: [0, 1, 2, 4])
  func anExportThatIsStoppedWritesNothing(questions: Int) throws {
    let host = RecordingHost(["x.inter": "before"])
    var interpreter = try session(host)
    host.questionsUntilStop = questions
    let line = "export \"x\" format=recbole"
    #expect(interpreter.run(Source(text: line), host: host) == .interrupted)
    #expect(host.text("x.inter") == "before")
    #expect(host.files.keys.sorted() == ["x.inter"])
    host.questionsUntilStop = nil
    #expect(interpreter.run(Source(text: line), host: host) == .completed)
    #expect(host.text("x.inter")?.hasPrefix("user_id:token") == true)
  }

  @Test(arguments: [2345, 2900, 3600])
  func aTrainingKeepsItsBestFinishedEpochToTheBit(questions: Int) throws {
    let host = RecordingHost()
    var stopped = try session(host)
    host.questionsUntilStop = questions
    var text = ""
    let result = stopped.run(
      Source(text: "meta-train maml steps=2 batch=20 epochs=500 patience=0"), host: host
    ) { outcome in
      text += outcome.report.map { recordLines($0).joined(separator: "\n") } ?? ""
    }
    #expect(result == .completed)
    let epochs = try #require(stopped.session.model?.history.count)
    #expect((1..<500).contains(epochs))
    #expect(text.contains("Stopped early"))
    host.questionsUntilStop = nil
    var whole = try session(host)
    let again = "meta-train maml steps=2 batch=20 epochs=500 patience=0 stop-after=\(epochs)"
    #expect(whole.run(Source(text: again), host: host) == .completed)
    #expect(
      stopped.session.model?.weights.all.array == whole.session.model?.weights.all.array)
  }

  @Test func aNetworkThatDoesNotFitIsRefusedBeforeItBegins() throws {
    let host = RecordingHost()
    var interpreter = try session(host)
    host.availableMemory = 1e9
    let line = "model mlp hidden=4096,4096,4096 embed=512\nmeta-train maml steps=5"
    guard case .failed(let fault) = interpreter.run(Source(text: line), host: host) else {
      Issue.record("it was begun")
      return
    }
    #expect(fault.code == "E0603")
    #expect(fault.message.contains("1.0 GB are free"), "\(fault.message)")
    #expect(fault.help.last?.contains("a smaller network") == true)
    #expect(interpreter.session.model == nil)
    let small = "model mlp hidden=64 embed=16\nmeta-train maml epochs=1"
    #expect(interpreter.run(Source(text: small), host: host) == .completed)
  }
}
