import Commands
import Kernels
import Language
import Models
import Reports
import Testing

/// Trainings that are cut off and gone on with, on the built-in sample.
@Suite struct ResumeTests {
  static let start = "load data\nsplit tasks valid=20% test=70%\n"

  /// Runs a script in a new session; the bytes of the model it saves.
  func model(_ text: String, _ host: RecordingHost) throws -> [UInt8] {
    let (result, _) = run(text + "\nsave model \"m.safetensors\"", host)
    try #require(result == .completed, "\(result)")
    return try #require(host.files["m.safetensors"])
  }

  func run(_ text: String, _ host: RecordingHost) -> (result: RunResult, reports: [Report]) {
    var interpreter = Interpreter()
    var reports: [Report] = []
    let source = Source(name: "test", text: Self.start + text)
    let result = interpreter.run(source, host: host) { outcome in
      if let report = outcome.report { reports.append(report) }
    }
    return (result, reports)
  }

  /// A host with the checkpoint of a training of `epochs` that was stopped during the third.
  func cutOff(_ training: String) throws -> RecordingHost {
    let host = RecordingHost()
    // Sixty training users and batches of twenty are three steps an epoch; two lines run before.
    host.interruptsAt = 10
    _ = run(training + " checkpoint=\"c\"", host)
    try #require(host.files["c"] != nil)
    host.interruptsAt = nil
    return host
  }

  @Test(arguments: [
    "maml steps=2", "reptile", "meta-sgd", "ridge", "maml outer=sgd lr=0.05 clip=1",
  ])
  func aResumedTrainingGivesTheBytesOfAnUninterruptedOne(algorithm: String) throws {
    let training = "meta-train \(algorithm) batch=20 epochs=5 patience=2"
    let whole = try model("set threads=1\n" + training, RecordingHost())
    for threads in [1, 2] {
      let host = try cutOff(training)
      let before = try #require(host.files["c"])
      #expect(try model("set threads=\(threads)\nresume \"c\"", host) == whole)
      #expect(host.files["c"] != before, "the checkpoint does not go on")
      // Nothing is left to do, and the model is the same.
      #expect(try model("resume \"c\"", host) == whole)
    }
  }

  @Test func theSameCommandAgainGoesOnWhereItWasCutOff() throws {
    let training = "meta-train maml steps=1 batch=20 epochs=4"
    let host = try cutOff(training)
    let (result, reports) = run(training + " checkpoint=\"c\"", host)
    #expect(result == .completed)
    let notes = reports.last?.blocks.compactMap { block in
      if case .note(let text) = block { text } else { nil }
    }
    #expect(notes == ["Went on after epoch 2, from c."])
    // Another training starts from its beginning, in the same file.
    let (_, others) = run("meta-train maml steps=2 batch=20 epochs=4 checkpoint=\"c\"", host)
    #expect(others.last?.result["steps"] == .number(12))
    #expect(others.last?.blocks.contains { if case .note = $0 { true } else { false } } == false)
  }

  @Test func aFinishedTrainingAgainSaysWhatItSaidAtFirst() throws {
    let host = RecordingHost()
    let training = "meta-train maml steps=1 batch=20 epochs=2 checkpoint=\"c\""
    let said = try [1, 2].map { _ in
      try recordLines(#require(run(training, host).reports.last)).map(withoutTimes)
    }
    #expect(said[0] == said[1])
    #expect(said[0].first?.hasPrefix("Trained maml") == true)
    // `resume` has nothing to do, too, and does not say that it went on.
    let resumed = run("resume \"c\"", host)
    #expect(try recordLines(#require(resumed.reports.last)).map(withoutTimes) == said[0])
  }

  @Test(arguments: [
    ("split tasks valid=10% test=70%", "split", "valid=20%", "valid=10%"),
    ("binarize threshold=4\nsplit tasks valid=20% test=70%", "data", "digest", "digest"),
    ("model factor embed=4", "network", "mlp hidden=64,64", "factor embed=4"),
    ("set seed=8", "seed", "seed: 7 in the checkpoint", "8 here; `set seed=7` makes it so"),
  ])
  func aCheckpointOfAnotherTrainingIsRefusedByName(
    change: String, name: String, then: String, now: String
  ) throws {
    let host = try cutOff("meta-train maml steps=1 batch=20 epochs=4")
    let (result, _) = run(change + "\nresume \"c\"", host)
    guard case .failed(let fault) = result else { return #expect(Bool(false), "\(result)") }
    #expect(fault.code == "E0507")
    #expect(fault.message.contains(name), "\(fault.message)")
    let sentence = try #require(fault.help.first { $0.hasPrefix(name + ":") })
    #expect(sentence.contains(then) && sentence.contains(now), "\(sentence)")
  }

  @Test func aCheckpointOfAnotherArithmeticGoesOnWithARemark() throws {
    let training = "meta-train maml steps=1 batch=20 epochs=4"
    let host = try cutOff(training)
    func notes(of line: String) -> [String] {
      let (result, reports) = run(line, host)
      #expect(result == .completed, "\(result)")
      return reports.last?.blocks.compactMap { if case .note(let text) = $0 { text } else { nil } }
        ?? []
    }
    let checkpoint = try #require(host.files["c"])
    #expect(notes(of: "resume \"c\"") == ["Went on after epoch 2, from c."])
    host.files["c"] = try ofVersion1(checkpoint)
    let older = notes(of: "resume \"c\"")
    #expect(older.contains("Went on after epoch 2, from c."))
    #expect(older.contains { $0.contains("another arithmetic (version 1, here ") }, "\(older)")
  }

  /// As it was written before checkpoints had a digest and said by which arithmetic they were made.
  private func ofVersion1(_ checkpoint: [UInt8]) throws -> [UInt8] {
    var file = try checkpoint.withUnsafeBytes { try Safetensors($0) }
    #expect(file.metadata.removeValue(forKey: "mrs.arithmetic") == "\(Arithmetic.version)")
    file.metadata["mrs.checkpoint"] = "1"
    return file.encoded()
  }

  @Test func aDamagedCheckpointIsRefused() throws {
    let host = try cutOff("meta-train maml steps=1 batch=20 epochs=4")
    let whole = try #require(host.files["c"])
    for length in [0, 7, 100, whole.count / 2, whole.count - 1] {
      host.files["c"] = Array(whole[..<length])
      guard case .failed(let fault) = run("resume \"c\"", host).result else {
        Issue.record("\(length) bytes of \(whole.count) were taken")
        continue
      }
      #expect(fault.code == "E0503")
    }
    let mark = Array("\"mrs.checkpoint\":\"2".utf8)
    let start = try #require(whole.indices.first { whole[$0...].starts(with: mark) })
    var other = whole
    other[start + mark.count - 1] = UInt8(ascii: "3")
    host.files["c"] = SealedFile.resealed(other)
    guard case .failed(let fault) = run("resume \"c\"", host).result else { return }
    #expect(fault.message.contains("version 3; this program reads versions 1 and 2"))
  }

  @Test func aCheckpointThatCannotBeWrittenCostsTheTrainingNothing() throws {
    let training = "meta-train maml steps=1 batch=20 epochs=4"
    let whole = try model(training, RecordingHost())
    for room in [0, 3] {
      let host = RecordingHost()
      host.room = room
      let (result, reports) = run(training + " checkpoint=\"c\"", host)
      #expect(result == .completed)
      let warnings = (reports.last?.blocks ?? []).compactMap { block in
        if case .warning(let text) = block, text.contains("`c`") { text } else { nil }
      }
      #expect(warnings.count == 1, "\(warnings)")
      #expect(
        warnings.first?.contains(
          room == 0 ? "there is no checkpoint" : "it holds the training up to epoch 2") == true)
      let saved = RecordingHost()
      saved.files = host.files
      // What there is of it goes on to the same model.
      #expect(try model(training + " checkpoint=\"c\"", saved) == whole)
    }
  }

  @Test func aModelAndACheckpointInEachOthersPlaceLeadToTheRightCommand() throws {
    let host = RecordingHost()
    _ = try model("meta-train ridge epochs=1 checkpoint=\"c\"", host)
    for (line, command) in [
      ("open model \"c\"", "`resume`"), ("resume \"m.safetensors\"", "`open model`"),
    ] {
      guard case .failed(let fault) = run(line, host).result else {
        Issue.record("\(line) was taken")
        continue
      }
      #expect(fault.message.contains(command), "\(fault.message)")
    }
  }

  @Test func aCheckpointNeverReplacesAFileOfAnotherKind() throws {
    let host = RecordingHost(["notes.txt": "dear diary"])
    let (result, _) = run("meta-train maml epochs=1 checkpoint=\"notes.txt\"", host)
    guard case .failed(let fault) = result else { return #expect(Bool(false), "\(result)") }
    #expect(fault.code == "E0508")
    #expect(host.text("notes.txt") == "dear diary")
  }

  @Test func trainingOtherSeedsLeavesTheCheckpointAlone() throws {
    let host = RecordingHost()
    let training = "meta-train maml steps=1 batch=20 epochs=1 checkpoint=\"c\""
    let (result, _) = run(training + "\nevaluate mae seeds=2", host)
    #expect(result == .completed)
    let after = host.files["c"]
    _ = run(training, host)
    #expect(host.files["c"] == after)
  }
}
