import Commands
import Language
import Models
import Reports
import Testing

/// Private trainings, as scripts ask for them.
@Suite struct PrivacyCommandTests: ToyScripts {
  private static let budget = "privacy=gaussian epsilon=8 delta=1e-3 user-clip=1"
  private static let trained = "meta-train maml steps=1 epochs=2 \(budget)"

  /// What is wrong is found before anything runs.
  @Test(arguments: [
    ("maml privacy=gaussian", "without a bound", "epsilon=8 delta=1e-5"),
    ("maml privacy=gaussian epsilon=8", "delta= is not given", "delta=1e-5"),
    ("maml epsilon=8", "privacy= names no mechanism", "privacy=gaussian"),
    ("maml noise-source=system", "privacy= names no mechanism", "privacy=gaussian"),
    ("maml public=validation", "privacy= names no mechanism", "privacy=gaussian"),
    ("episodic-ridge \(budget)", "solved from all ratings at once", "maml"),
    ("distill teacher=maml \(budget)", "teacher", "maml"),
    ("maml \(budget) checkpoint=\"x.checkpoint\"", "keeps no checkpoint", "leave checkpoint= out"),
    ("maml \(budget) from=pretrain", "starts from random weights", "leave from= out"),
    ("maml \(budget) start=biases", "means of items", "leave start= out"),
    ("maml \(budget) heads=rating,click", "one head", "leave heads= out"),
    ("maml \(budget) model=graph", "graph of who rated what", "model mlp"),
    ("maml steps=1..2 \(budget)", "does not look", "public=validation"),
  ])
  func contradictionsAreFoundByTheChecker(options: String, message: String, remedy: String) {
    let first = options.contains("from=") ? "pretrain" : "maml"
    let before =
      options.contains("from=") || options.contains("teacher=")
      ? "meta-train \(first) epochs=1\n" : ""
    let text = "load data\nsplit tasks\n\(before)meta-train \(options)\n"
    let found = Interpreter().check(Source(name: "t", text: text)).filter { $0.severity == .error }
    #expect(found.map(\.code) == ["E0306"], "\(found.map(\.message))")
    #expect(found.first?.message.contains(message) == true, "\(found.map(\.message))")
    #expect(found.first?.help.contains { $0.contains(remedy) } == true, "\(found.map(\.help))")
  }

  @Test(arguments: [
    (["model graph", trained], "E0306"),
    (["binarize keep=all", "split tasks", trained], "E0412"),
    (["split tasks of=items", trained], "E0306"),
    (
      ["meta-train maml epochs=2 privacy=gaussian epsilon=0.01 delta=1e-5 noise-multiplier=0.3"],
      "E0306"
    ),
    ([trained, "compress prune=50% epochs=1"], "E0306"),
    (["\(trained) noise-source=system", "evaluate mae seeds=2"], "E0409"),
  ])
  func whatOnlyTheDataTellIsRefusedThere(lines: [String], code: String) {
    guard case .failed(let failure) = run(lines).result else {
      Issue.record("\(lines) ran")
      return
    }
    #expect(failure.code == code, "\(failure.message)")
  }

  @Test func theReportListsWhatIsPublicNoisedAndOff() {
    let made = run([Self.trained])
    #expect(made.result == .completed, "\(made.result)")
    let text = said(made.reports.last)
    for part in [
      "Privacy is simulated", "what training users rated", "noised: σ", "public by declaration",
      "off: training starts in the middle of the scale", "off: nobody looks", "with secret noise",
    ] {
      #expect(text.contains(part), "\(part) is not in \(text)")
    }
    #expect(number(made.reports.last, "epsilon") <= 8)
    #expect(number(made.reports.last, "epsilon") > 7.9)
    let system = run(["\(Self.trained) noise-source=system"])
    #expect(said(system.reports.last).contains("for each training user, by noise that nobody"))
    #expect(!said(system.reports.last).contains("simulated"))
  }

  @Test func simulatedNoiseReplaysAndSecretNoiseDoesNot() {
    func weights(_ source: String) -> String? {
      run(["\(Self.trained) noise-source=\(source)"]).session.model?.weightsDigest
    }
    #expect(weights("seed") != nil && weights("seed") == weights("seed"))
    #expect(weights("system") != weights("system"))
  }

  @Test func theModelSaysWhatHolds() {
    let host = RecordingHost()
    let made = run(
      [
        "\(Self.trained) noise-source=system", "adapt user 42", "topk 3", "show",
        "save model \"p.safetensors\"",
      ], host)
    #expect(made.result == .completed, "\(made.result)")
    for report in made.reports.suffix(3).prefix(2) {
      #expect(said(report).contains("for each training user"), "\(said(report))")
    }
    let opened = run(["open model \"p.safetensors\"", "adapt user 42", "topk 3"], host)
    #expect(opened.result == .completed, "\(opened.result)")
    #expect(opened.session.model?.privacy == made.session.model?.privacy)
    #expect(said(opened.reports.last).contains("for each training user"))
  }

  /// Progress, history, reports, files and kept results hold nothing that the ratings tell without noise.
  @Test(arguments: ["seed", "system"]) func nothingIsKeptBesideTheModel(source: String) throws {
    let (host, shelf) = (RecordingHost(), KeepingTests.Shelf())
    let made = run(["\(Self.trained) noise-source=\(source)"], host, shelf)
    #expect(made.result == .completed, "\(made.result)")
    #expect(shelf.count == 0 && host.files.isEmpty)
    let model = try #require(made.session.model)
    #expect(model.history.allSatisfy { $0.trainLoss.isNaN && $0.validLoss.isNaN })
    let progress = host.progress.filter { $0.title.hasPrefix("meta-train") }
    #expect(!progress.isEmpty)
    for moment in progress {
      #expect(!moment.detail.contains("loss") && !moment.detail.contains("valid"))
      #expect(moment.recent.allSatisfy { $0.isNaN })
    }
    let blocks = made.reports.last?.blocks ?? []
    #expect(!blocks.contains { if case .curve = $0 { true } else { false } })
    #expect(number(made.reports.last, "loss").isNaN)
    #expect((made.session.recipe == nil) == (source == "system"))
  }

  /// What a training leaves beside its weights is the same whatever users rated: progress, reports, pictures, history,
  /// log, kept results and files.
  @Test func whatIsLeftBesideTheWeightsDoesNotDependOnRatings() throws {
    func leavings(_ change: Int) throws -> (left: [String], weights: String) {
      var ratings = "user,item,rating\n"
      for user in 0..<40 {
        for place in 0..<12 {
          ratings +=
            "\(user),\((user * 5 + place * 7) % 24),\(1 + (user + place * (1 + change)) % 5)\n"
        }
      }
      let (host, shelf) = (RecordingHost(["ratings.csv": ratings]), KeepingTests.Shelf())
      var interpreter = Interpreter()
      interpreter.execution.store = shelf
      func run(_ line: String) -> [String] {
        var said: [String] = []
        let result = interpreter.run(Source(text: line), host: host) { event in
          if let report = event.report { said.append("\(report)") }
          if let fault = event.diagnostic { said.append("\(fault)") }
        }
        return said + ["\(result)"]
      }
      _ = run("set seed=7; load csv \"ratings.csv\"; split tasks query=4")
      host.progress = []
      let kept = shelf.count
      var left = run("let r = \(Self.trained)") + run("show $r") + run("plot loss") + run("$r.loss")
      left += host.progress.map { "\($0)" }
      let model = try #require(interpreter.session.model)
      left.append("\(model.history)")
      left.append("\(interpreter.log) \(shelf.count - kept) \(host.files.keys.sorted())")
      return (left, model.weightsDigest)
    }
    let (one, other) = (try leavings(0), try leavings(1))
    #expect(one.left == other.left)
    #expect(one.weights != other.weights)
  }

  @Test func aLossThatIsNotToldIsADash() {
    let made = run(["let r = \(Self.trained)", "show $r", "show $r.loss"])
    #expect(made.result == .completed, "\(made.result)")
    let shown = made.reports.suffix(2).map { recordLines($0).joined(separator: "\n") }
    #expect(shown[0].contains(#/loss +–/#), "\(shown[0])")
    #expect(shown[1] == "–")
  }

  @Test func aPublicValidationIsLookedAt() throws {
    let made = run(["\(Self.trained) public=validation"])
    #expect(made.result == .completed, "\(made.result)")
    #expect(said(made.reports.last).contains("public=validation"))
    let history = try #require(made.session.model).history
    #expect(history.allSatisfy { $0.trainLoss.isNaN && $0.validLoss.isFinite })
  }

  @Test func trainingEndsBeforeTheBudgetIsExceeded() {
    let made = run([
      "meta-train maml steps=1 epochs=500 batch=120 privacy=gaussian epsilon=3 delta=1e-3 "
        + "noise-multiplier=1.5 accountant=rdp"
    ])
    #expect(made.result == .completed, "\(made.result)")
    #expect(said(made.reports.last).contains("the next one would spend more than"))
    #expect(number(made.reports.last, "epsilon") <= 3)
    #expect(number(made.reports.last, "epsilon") > 2.8)
    #expect(number(made.reports.last, "epochs") < 500)
  }

  /// Results that came from a training with secret noise are not those of the next one.
  @Test func whatSecretNoiseCameToIsNotTakenForAnother() {
    let (host, shelf) = (RecordingHost(), KeepingTests.Shelf())
    let lines = ["\(Self.trained) noise-source=system", "let r = evaluate mae"]
    let means = (0..<2).map { _ in number(run(lines, host, shelf).reports.last, "mae") }
    #expect(means[0] != means[1])
  }
}
