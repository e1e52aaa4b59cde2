import Commands
import Language
import MetaLearning
import Models
import Reports
import Testing

/// meta-train, adapt, topk, save and open as a script uses them, on the built-in sample.
@Suite struct LearningTests {
  /// A session with data and tasks.
  func prepared(_ host: RecordingHost, _ more: String = "") throws -> Interpreter {
    var interpreter = Interpreter()
    let source = Source(name: "start", text: "load data\nsplit tasks\n" + more)
    try #require(interpreter.run(source, host: host) == .completed)
    return interpreter
  }

  func run(_ interpreter: inout Interpreter, _ text: String, _ host: RecordingHost) -> RunResult {
    interpreter.run(Source(name: "test", text: text), host: host)
  }

  /// The code of a failure, or "".
  func code(_ result: RunResult) -> String {
    if case .failed(let diagnostic) = result { return diagnostic.code }
    return ""
  }

  @Test(arguments: networks.members.names, ["maml", "reptile"])
  func everyNetworkLearnsWithTheUsualOptions(network: String, algorithm: String) throws {
    let host = RecordingHost()
    var interpreter = try prepared(host, "model \(network)\n")
    #expect(run(&interpreter, "meta-train \(algorithm) epochs=1", host) == .completed)
    #expect(interpreter.session.model?.history.last?.isBest == true)
  }

  @Test(arguments: [("by=domain test=fair", false), ("", true)])
  func whatIsRecommendedComesFromTheDataSetThatIsTestedOn(split: String, hasBoth: Bool) throws {
    let host = RecordingHost()
    var interpreter = Interpreter()
    let lines = """
      load data as=shop; load data as=fair; split tasks \(split); meta-train maml epochs=1
      adapt new "shop/5"=5; topk 500
      """
    var found: Report?
    let result = interpreter.run(
      Source(text: hasBoth ? lines : lines.replacing("500", with: "300")), host: host
    ) {
      found = $0.report
    }
    try #require(result == .completed)
    guard case .list(let names)? = found?.result["items"] else { return }
    let domains = Set(names.map { $0.text.prefix(5) })
    #expect(domains == (hasBoth ? ["shop/", "fair/"] : ["fair/"]))
  }

  @Test func aDivergingTrainingNamesItsStepAndLeavesTheSession() throws {
    let host = RecordingHost()
    var interpreter = try prepared(host)
    let result = run(
      &interpreter, "meta-train maml inner-lr=100 steps=60 adapt=all epochs=1", host)
    #expect(code(result) == "E0601", "\(result)")
    if case .failed(let diagnostic) = result {
      #expect(diagnostic.message.contains("at step 1"))
      #expect(diagnostic.help.contains { $0.contains("inner-lr") })
    }
    #expect(interpreter.session.model == nil)
    #expect(interpreter.session.tasks != nil)
  }

  @Test func stoppingKeepsTheBestFinishedEpoch() throws {
    let host = RecordingHost()
    var interpreter = try prepared(host)
    host.interruptsAt = 40
    let result = run(&interpreter, "meta-train maml steps=1 epochs=50", host)
    #expect(result == .completed)
    #expect(interpreter.session.model?.isPartial == true)
    #expect(interpreter.session.model?.history.count == 2)
  }

  @Test func stoppingBeforeTheFirstEpochLeavesTheSession() throws {
    let host = RecordingHost()
    var interpreter = try prepared(host)
    host.interruptsAt = 3
    #expect(run(&interpreter, "meta-train maml epochs=50", host) == .interrupted)
    #expect(interpreter.session.model == nil)
  }

  @Test func aSavedModelOpensAndRanksTheSame() throws {
    let host = RecordingHost()
    var interpreter = try prepared(
      host, "meta-train maml steps=2 epochs=2\nsave model \"m.safetensors\"\n")
    let script = "let a = adapt user 42\nlet t = topk 5"
    try #require(run(&interpreter, script, host) == .completed)
    let before = interpreter.variables["t"]?.value
    #expect(before != nil)
    try #require(
      run(&interpreter, "open model \"m.safetensors\"\n" + script, host) == .completed)
    #expect(interpreter.variables["t"]?.value == before)
  }

  @Test func aModelFileThatIsCutShortIsRefused() throws {
    let host = RecordingHost()
    var interpreter = try prepared(
      host, "meta-train ridge epochs=1\nsave model \"m.safetensors\"\n")
    let whole = try #require(host.files["m.safetensors"])
    for length in [0, 7, 8, 100, whole.count / 2, whole.count - 1] {
      host.files["m.safetensors"] = Array(whole[..<length])
      #expect(code(run(&interpreter, "open model \"m.safetensors\"", host)) == "E0503")
      #expect(interpreter.session.model != nil)
    }
  }

  @Test func unknownUsersAndItemsAreNamedWithSuggestions() throws {
    let host = RecordingHost()
    var interpreter = try prepared(host, "meta-train ridge epochs=1\n")
    for line in ["adapt user nobody", "adapt new 99999=5", "adapt new 5=77", "adapt new x=5"] {
      let result = run(&interpreter, line, host)
      guard case .failed(let diagnostic) = result else {
        Issue.record("\(line): \(result)")
        continue
      }
      #expect(["E0502", "E0302"].contains(diagnostic.code), "\(line): \(diagnostic.code)")
      #expect(interpreter.session.adapted == nil)
    }
  }

  @Test func theSameScriptGivesTheSameBitsOnOneAndTwoThreads() throws {
    let models = try [1, 2].map { threads in
      let host = RecordingHost()
      var interpreter = Interpreter()
      let text = """
        set threads=\(threads)
        load data
        split tasks
        meta-train maml steps=2 epochs=2
        save model "m.safetensors"
        """
      try #require(run(&interpreter, text, host) == .completed)
      return try #require(host.files["m.safetensors"])
    }
    #expect(models[0] == models[1])
  }

  @Test func aLossWithSeveralScoresIsRefusedByAHeadInClosedForm() throws {
    let host = RecordingHost()
    var interpreter = try prepared(host)
    #expect(code(run(&interpreter, "meta-train ridge loss=ce epochs=1", host)) == "E0306")
  }

  @Test(arguments: [
    ("meta-train ridge steps=3", "steps", ["maml", "reptile"], "matching"),
    ("meta-train meta-sgd inner=adam", "inner", ["maml", "prompt"], "meta-sgd"),
    ("meta-train matching order=1", "order", ["anil", "melu"], "reptile"),
    ("meta-train maml outer=sgd beta1=0.5", "beta1", ["adam", "adamw"], "sgd"),
    ("model factor dropout=0.1", "dropout", ["mlp"], "attention"),
  ])
  func anOptionWithoutMeaningNamesThoseThatHaveIt(
    line: String, option: String, owners: [String], stranger: String
  ) {
    let found = Interpreter().check(Source(text: "load\nsplit\n" + line))
    #expect(found.map(\.code) == ["E0305"], "\(found.map(\.message))")
    let named = Set((found.first?.primary.text ?? "").split { ": ,".contains($0) }.map(String.init))
    #expect(named.isSuperset(of: owners) && !named.contains(stranger), "\(named)")
  }

  @Test func decayOfEmbeddingsSuitsTheOptimiser() throws {
    // Reptile's plain steps of length 1 would forget all embeddings at a decay of 1.
    let host = RecordingHost()
    let interpreter = try prepared(host, "meta-train reptile adapt=all epochs=1\n")
    let model = try #require(interpreter.session.model)
    let block = try #require(model.problem.layout.index(of: "embedding"))
    let values = model.weights.view(block).array
    let spread = values.map { abs($0) }.reduce(0, +) / Float(values.count)
    #expect(spread > 0.05, "\(spread)")
  }

  @Test(arguments: metaLearners.members.names)
  func everyExampleOfTheAlgorithmRuns(name: String) throws {
    let form = try #require(metaLearners.members.forms.first { $0.name == name })
    #expect(!form.examples.isEmpty)
    for example in form.examples {
      let host = RecordingHost()
      var interpreter = try prepared(host)
      #expect(run(&interpreter, example.line, host) == .completed, "\(example.line)")
    }
  }

  @Test(arguments: [
    ("meta-train distill teacher=teacher epochs=1", "E0509"),
    ("meta-train maml loss=bpr epochs=1\nmeta-train distill teacher=maml", "E0306"),
    ("meta-train maml epochs=1\nsplit tasks query=5\nmeta-train distill teacher=maml", "E0404"),
  ])
  func aTeacherThatCannotTeachIsRefused(lines: String, code: String) throws {
    let host = RecordingHost()
    var interpreter = try prepared(host)
    #expect(self.code(run(&interpreter, lines, host)) == code)
  }

  @Test func aStudentIsSavedAndOpenedWithoutItsTeacher() throws {
    let host = RecordingHost()
    let interpreter = try prepared(
      host,
      "meta-train ridge epochs=1\nkeep model big\nmodel factor embed=4\n"
        + "meta-train distill teacher=big epochs=1\nsave model \"d.safetensors\"\n")
    let context = UserContext(user: nil, support: [.init(item: 3, rating: 5)])
    let before = try #require(interpreter.session.model).scores(for: context, items: [1, 2])
    var other = try prepared(host)
    try #require(run(&other, "open model \"d.safetensors\"", host) == .completed)
    #expect(other.session.model?.scores(for: context, items: [1, 2]) == before)
  }

  /// The texts of all warnings of a script that runs.
  func warnings(_ text: String) throws -> [String] {
    let host = RecordingHost()
    var interpreter = try prepared(host)
    var found: [String] = []
    let result = interpreter.run(Source(name: "test", text: text), host: host) { outcome in
      for case .warning(let text) in outcome.report?.blocks ?? [] { found.append(text) }
    }
    try #require(result == .completed)
    return found
  }

  @Test func innerStepsThatDoNothingAreReportedOnceWithWhatToChange() throws {
    let idle = try warnings("meta-train maml inner-lr=1e-7 epochs=2\nadapt 42")
    #expect(idle.count == 2)
    #expect(idle.first?.contains("60 of 60 validation tasks") == true)
    #expect(idle.allSatisfy { $0.contains("raise `inner-lr` or `steps`") })
    let wild = try warnings("meta-train maml steps=1 inner-lr=3 epochs=1\nadapt 42")
    #expect(wild.allSatisfy { $0.contains("lower `inner-lr`") })
    #expect(!wild.isEmpty)
    #expect(try warnings("meta-train maml epochs=1\nmeta-train ridge epochs=1").isEmpty)
  }

  @Test(arguments: ["weight", "block"])
  func learnedRatesCanBeLookedAt(per: String) throws {
    let host = RecordingHost()
    var interpreter = try prepared(host, "meta-train meta-sgd per=\(per) epochs=2\n")
    try #require(run(&interpreter, "let r = show rates", host) == .completed)
    guard case .record(let rates)? = interpreter.variables["r"]?.value else {
      return #expect(Bool(false))
    }
    let model = try #require(interpreter.session.model)
    let adapting = model.problem.layout.blocks.filter {
      $0.stage >= 1 && !$0.name.hasPrefix("rate")
    }
    #expect(rates.fields.map(\.name) == adapting.map(\.name))
    for field in rates.fields {
      guard case .number(let rate) = field.value else { continue }
      #expect(rate.value != 0.1 && rate.value.isFinite, "\(field.name)")
    }
    #expect(code(run(&interpreter, "meta-train maml epochs=1\nshow rates", host)) == "E0305")
  }

  @Test func aDivergingRunOfASweepIsNotTheEndOfTheOthers() throws {
    let found = try warnings("meta-train maml adapt=all steps=60 inner-lr=[100, 0.01] epochs=1")
    #expect(found.count == 1)
    #expect(found.first?.contains("1 of 2 runs failed") == true, "\(found)")
    let host = RecordingHost()
    var interpreter = try prepared(host)
    let result = run(
      &interpreter, "meta-train maml adapt=all steps=60 inner-lr=[100, 50] epochs=1", host)
    #expect(code(result) == "E0601")
    #expect(interpreter.session.model == nil)
  }

  @Test func aTraceShowsWhetherWhatIsLearnedCarriesOver() throws {
    let host = RecordingHost()
    var interpreter = try prepared(host, "meta-train maml steps=3 epochs=3\n")
    var tables: [Table] = []
    var curves: [Curve] = []
    let lines = "trace adapt user 42 k=2\nmeta-train ridge epochs=1\ntrace adapt user 42"
    let result = interpreter.run(Source(name: "test", text: lines), host: host) { outcome in
      for block in outcome.report?.blocks ?? [] {
        if case .table(let table) = block { tables.append(table) }
        if case .curve(let curve) = block, curve.title == "Adaptation" { curves.append(curve) }
      }
    }
    #expect(result == .completed)
    let titles = tables.map { $0.columns.map(\.title) }
    #expect(
      titles == [
        ["step", "support loss", "query loss", "query MAE", "distance", "top 2"],
        ["step", "support loss", "query loss", "query MAE", "top 3"],
      ])
    #expect(tables.map(\.rows.count) == [4, 2])
    let maml = try #require(curves.first)
    #expect(maml.yLabel == "mse" && maml.series.map(\.name) == ["support loss", "query loss"])
    for series in maml.series {
      let (first, last) = (series.points.first, series.points.last)
      #expect((last?.y ?? 1) < (first?.y ?? 0), "\(series.name)")
    }
    guard case .number(let distance, _)? = tables.first?.rows.first?[4] else {
      return #expect(Bool(false))
    }
    #expect(distance == 0)
  }
}
