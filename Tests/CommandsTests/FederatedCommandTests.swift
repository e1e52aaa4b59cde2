import Commands
import Language
import Reports
import Testing

/// Federated trainings, as scripts ask for them.
@Suite struct FederatedCommandTests: ToyScripts {
  /// What is wrong is found before anything runs.
  @Test(arguments: [
    ("maml over=federated clients=5 per-round=8", "more clients than the 5", "per-round=5"),
    ("maml clients=5", "is about over=federated", "over=federated"),
    ("maml over=federated threshold=3", "nothing is masked", "secure-aggregation=yes"),
    (
      "maml over=federated per-round=4 secure-aggregation=yes threshold=5", "more than the 4",
      "threshold=2"
    ),
    ("episodic-ridge over=federated", "no updates to send", "maml"),
    ("distill teacher=maml over=federated", "teacher", "maml"),
    ("maml over=federated heads=rating,click", "heads= does not go", "leave heads= out"),
    ("maml over=federated start=biases", "nobody's to see", "leave start= out"),
    ("maml over=federated model=graph", "no client has", "model mlp"),
    (
      "maml over=federated secure-aggregation=yes privacy=gaussian epsilon=8 delta=1e-5",
      "tells how many took part", "leave secure-aggregation= out"
    ),
    (
      "maml over=federated clients=20 privacy=gaussian epsilon=8 delta=1e-5",
      "up to twice user-clip=", "each user is a client"
    ),
    ("maml over=federated per-round=1 secure-aggregation=yes", "masks hide nothing", "per-round=2"),
    (
      "maml over=federated clients=4 secure-aggregation=yes threshold=5", "more than the 4",
      "threshold=2"
    ),
    ("maml over=federated local-lr=0.1", "it sends its gradient", "local-steps=5"),
  ])
  func contradictionsAreFoundByTheChecker(options: String, message: String, remedy: String) {
    let text = "load data\nsplit tasks\nmeta-train maml epochs=1\nmeta-train \(options)\n"
    let found = Interpreter().check(Source(name: "t", text: text)).filter { $0.severity == .error }
    #expect(found.map(\.code) == ["E0306"], "\(found.map(\.message))")
    #expect(found.first?.message.contains(message) == true, "\(found.map(\.message))")
    #expect(found.first?.help.contains { $0.contains(remedy) } == true, "\(found.map(\.help))")
  }

  @Test func moreClientsThanUsersAreRefused() {
    guard case .failed(let failure) = run(["meta-train maml over=federated clients=10000"]).result
    else {
      Issue.record("it ran")
      return
    }
    #expect(failure.code == "E0306" && failure.message.contains("training user"))
  }

  @Test func theReportSaysWhoAnsweredAndWhatWasSent() {
    let made = run([
      "meta-train maml steps=1 epochs=2 over=federated per-round=6 drop-out=20% stragglers=20% "
        + "secure-aggregation=yes"
    ])
    #expect(made.result == .completed, "\(made.result)")
    let text = said(made.reports.last)
    for part in ["rounds", "MB to clients", "what collusion breaks", "4 of 6", "only noise hides"] {
      #expect(text.contains(part), "\(part) is not in \(text)")
    }
    #expect(number(made.reports.last, "mb-down") > number(made.reports.last, "mb-up"))
    #expect(number(made.reports.last, "mb-up") > 0)
    #expect(number(made.reports.last, "rounds") == number(made.reports.last, "steps"))
    #expect(number(made.reports.last, "lost-rounds") >= 0)
  }

  @Test func noiseAndClientsGoTogether() {
    let made = run([
      "meta-train maml steps=1 epochs=2 over=federated per-round=12 drop-out=10% privacy=gaussian "
        + "epsilon=8 delta=1e-4"
    ])
    #expect(made.result == .completed, "\(made.result)")
    let text = said(made.reports.last)
    for part in ["adds the noise", "in the mean", "Privacy is simulated", "what is to be expected"]
    {
      #expect(text.contains(part), "\(part) is not in \(text)")
    }
    #expect(number(made.reports.last, "epsilon") <= 8 && number(made.reports.last, "epsilon") > 7)
    // As the accountant has it of central data with batches of that size.
    let central = run([
      "meta-train maml steps=1 epochs=2 batch=12 privacy=gaussian epsilon=8 delta=1e-4"
    ])
    for field in ["epsilon", "noise-multiplier"] {
      #expect(number(made.reports.last, field) == number(central.reports.last, field))
    }
  }

  @Test func nobodyAnswersAndNothingIsLost() {
    let made = run([
      "meta-train maml steps=1 epochs=1 over=federated per-round=3 drop-out=99% stragglers=99%",
      "adapt user 42", "topk 3",
    ])
    #expect(made.result == .completed, "\(made.result)")
    let report = made.reports.dropLast(2).last
    #expect(said(report).contains("nobody answered"))
    #expect(number(report, "lost-rounds") > 0.8 * number(report, "rounds"))
    #expect(made.reports.last?.result["scores"] != nil)
  }

  private func curves(_ report: Report?) -> [Curve] {
    report?.blocks.compactMap { if case .curve(let curve) = $0 { curve } else { nil } } ?? []
  }

  @Test func thePlotSetsRoundsAndMegabytesBesideCentralTraining() throws {
    let host = RecordingHost()
    let made = run(
      [
        "meta-train maml steps=1 epochs=3 batch=8", "keep model central",
        "let r = meta-train maml steps=1 epochs=4 over=federated per-round=8 patience=0",
        "plot federated with=central file=\"f.svg\"",
      ], host)
    #expect(made.result == .completed, "\(made.result)")
    let both = curves(made.reports.last)
    #expect(both.map(\.xLabel) == ["rounds", "MB to and from clients"])
    #expect(both.first?.series.map(\.name) == ["maml, clients", "central"])
    #expect(both.last?.series.map(\.name) == ["maml, clients", "central at best"])
    let trained = made.reports.dropLast().last
    let rounds = try #require(both.first?.series.first?.points)
    #expect(rounds.count == 4 && rounds.last?.x == number(trained, "rounds"))
    let sent = number(trained, "mb-down") + number(trained, "mb-up")
    let megabytes = try #require(both.last?.series.first?.points.last?.x)
    #expect(abs(megabytes - sent) < 1e-9 * sent)
    // Nothing is sent of data in one place.
    let level = try #require(both.last?.series.last?.points)
    #expect(level.first?.y == level.last?.y && level.first?.x == 0)
    #expect(host.files["f.svg"] != nil)
  }

  @Test(arguments: [
    (["meta-train maml epochs=1", "plot federated"], "E0402", "over=federated"),
    (["meta-train maml epochs=1 over=federated", "plot federated with=other"], "E0509", "maml"),
    (
      [
        "meta-train maml epochs=1", "keep model old", "split tasks query=3",
        "meta-train maml epochs=1 over=federated", "plot federated with=old",
      ], "E0404", "present split"
    ),
    (
      ["split tasks valid=0", "meta-train maml epochs=1 over=federated", "plot federated"], "E0402",
      "valid=10%"
    ),
  ])
  func whatCannotBeDrawnIsSaid(lines: [String], code: String, remedy: String) {
    guard case .failed(let failure) = run(lines).result else {
      Issue.record("it ran")
      return
    }
    #expect(failure.code == code && failure.help.contains { $0.contains(remedy) }, "\(failure)")
  }

  @Test func lostRoundsAreReportedAndNothingElseIsLost() {
    let made = run([
      "meta-train reptile steps=1 epochs=3 over=federated per-round=4 drop-out=60% "
        + "secure-aggregation=yes threshold=4"
    ])
    #expect(made.result == .completed, "\(made.result)")
    #expect(said(made.reports.last).contains("came to nothing"))
    let all = run([
      "meta-train maml epochs=1 over=federated per-round=40 drop-out=90% secure-aggregation=yes "
        + "threshold=40"
    ])
    #expect(said(all.reports.last).contains("what it was before training"))
    #expect(!said(all.reports.last).contains("No epoch was better"))
  }

  @Test func trainingStopsWhereTheLossIsLowEnough() throws {
    let line = "meta-train maml steps=1 epochs=6 lr=0.01 over=federated per-round=12"
    let whole = run(["\(line) patience=0"])
    let losses = try #require(curves(whole.reports.last).last?.series.last?.points.map(\.y))
    try #require(losses.count == 6)
    let second = losses[1]
    let target = Swift.max(losses[0], second) * 0.999
    let wanted = (losses.firstIndex { $0 <= target } ?? 5) + 1
    let stopped = run(["\(line) target-loss=\(target)"])
    #expect(number(stopped.reports.last, "epochs") == Double(wanted))
    #expect(number(stopped.reports.last, "loss") <= target)
  }

  /// What clients send is in memory besides all else, as many answers as a round holds at a time.
  @Test func memoryIsForetoldWithTheAnswersOfClients() throws {
    let made = run(["meta-train maml steps=1 epochs=0"])
    let weights = Double(try #require(made.session.model).weights.count)
    func bytes(_ options: String) throws -> Double {
      var training = MetaTrain()
      training.federated.over = options.isEmpty ? .central : .federated
      training.federated.perRound = Int(options)
      return try #require(training.memory(in: made.session))
    }
    let central = try bytes("")
    let (few, many, most) = (try bytes("4"), try bytes("24"), try bytes("1000"))
    #expect(few > central + 4 * 4 * weights)
    #expect(many - few == 20 * 4 * weights)
    // No more than 64 are held.
    #expect(most - few == 60 * 4 * weights)
  }

  /// A plan tries a training on a share of the users.
  @Test(arguments: ["per-round=1500", "per-round=60 secure-aggregation=yes threshold=50"])
  func aPlanNeedsNoClientsThatAreNotThere(options: String) throws {
    let text =
      "load synthetic people=3000 ratings=20\nsplit tasks\n"
      + "meta-train maml steps=1 epochs=3 over=federated clients=2000 \(options)\n"
    var interpreter = Interpreter()
    interpreter.execution.plan = Plan(calibration: Calibration(), memory: { 0 })
    let result = interpreter.run(Source(name: "t", text: text), host: RecordingHost())
    #expect(result == .completed, "\(result)")
  }

  @Test func aTrainingGoesOnFromItsCheckpoint() {
    let line =
      "meta-train maml steps=1 epochs=4 over=federated per-round=6 checkpoint=\"f.checkpoint\""
    let whole = run([line, "adapt user 42", "topk 3"])
    let cut = run(["\(line) stop-after=2", "resume \"f.checkpoint\"", "adapt user 42", "topk 3"])
    #expect(whole.result == .completed && cut.result == .completed, "\(cut.result)")
    #expect(whole.reports.last?.result["scores"] != nil)
    #expect(whole.reports.last?.result["scores"] == cut.reports.last?.result["scores"])
  }

  @Test func aSmallerModelStillKnowsWhoseTheDataWere() {
    let made = run(["meta-train maml epochs=2 over=federated", "compress int8", "plot federated"])
    #expect(made.result == .completed, "\(made.result)")
  }
}
