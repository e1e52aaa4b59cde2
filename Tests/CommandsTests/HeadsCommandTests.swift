import Commands
import Language
import Reports
import Testing

/// Several heads, and data sets side by side, as scripts ask for them.
@Suite struct HeadsCommandTests {
  private func run(_ lines: [String], _ host: RecordingHost = RecordingHost()) -> (
    result: RunResult, reports: [Report]
  ) {
    var interpreter = Interpreter()
    var reports: [Report] = []
    let text = (["set seed=7"] + lines).joined(separator: "\n")
    let result = interpreter.run(Source(text: text), host: host) { event in
      if let report = event.report { reports.append(report) }
    }
    return (result, reports)
  }

  private func tables(_ report: Report?) -> [Table] {
    (report?.blocks ?? []).compactMap { if case .table(let table) = $0 { table } else { nil } }
  }

  /// What is wrong is found before anything runs.
  @Test(arguments: [
    ("heads=rating,rating", "is there twice", "each once"),
    ("heads=rating", "a head alone", "leave heads= out"),
    ("heads=click", "a head alone", "binarize keep=all"),
    ("heads=category", "a head alone", "heads=click,category head-weights=0,1"),
    ("heads=category,click", "scores no items", "heads=click,category"),
    (
      "heads=rating,click category=category", "is for the head `category`",
      "heads=rating,click,category"
    ),
    ("heads=rating,click head-weights=1,2,3", "2 heads and 3 weights", "head-weights=1,1"),
    ("heads=rating,click head-weights=0,0", "no head has a weight above 0", "head-weights=fixed"),
    ("head-weights=learned", "heads= names none", "heads=rating,click"),
    ("category=category", "heads= names none", "heads=click,category"),
    ("heads=rating,click model=transformer", "reads the support as ratings", "`model mlp`"),
  ])
  func contradictionsAreFoundByTheChecker(options: String, message: String, remedy: String) {
    let text = "load data\nsplit tasks\nmeta-train maml epochs=1 \(options)\n"
    let found = Interpreter().check(Source(name: "t", text: text)).filter { $0.severity == .error }
    #expect(found.map(\.code) == ["E0306"], "\(found.map(\.message))")
    #expect(found.first?.message.contains(message) == true, "\(found.map(\.message))")
    #expect(found.first?.help.contains { $0.contains(remedy) } == true, "\(found.map(\.help))")
  }

  @Test(arguments: [
    "ridge", "matching", "prototypical", "relation", "neural-process", "episodic-ridge",
  ])
  func whatTakesNoStepsSaysWhatDoes(learner: String) {
    guard let known = try? Commands.commands.make("meta-train").get(), known is MetaTrain else {
      return
    }
    let text = "load data\nsplit tasks\nmeta-train \(learner) epochs=1 heads=rating,click\n"
    let found = Interpreter().check(Source(name: "t", text: text)).filter { $0.severity == .error }
    #expect(found.first?.help.contains { $0.contains("maml, fomaml, reptile") } == true, "\(found)")
  }

  @Test func reptileLearnsNoWeightsOfHeads() {
    for weights in ["learned", "balanced"] {
      let text =
        "load data\nsplit tasks\nmeta-train reptile heads=rating,click head-weights=\(weights)\n"
      let found = Interpreter().check(Source(name: "t", text: text))
      #expect(found.contains { $0.help.contains("head-weights=fixed, or numbers") })
    }
  }

  @Test(arguments: [
    (["meta-train maml heads=rating,category category=colour"], "E0521", "category, brand, ages"),
    (["meta-train maml heads=rating,category"], "E0521", "category=category"),
    (
      ["binarize keep=all", "split tasks", "meta-train maml heads=rating,click"], "E0412",
      "heads=click,category"
    ),
    (["model attention", "meta-train maml heads=rating,click"], "E0306", "`model mlp`"),
    (["meta-train maml hide-domains=0.5"], "E0306", "load … as=shop"),
    (["meta-train maml domain-embedding=no"], "E0306", "load … as=shop"),
    (
      ["meta-train maml heads=click,category category=brand loss=mse"], "E0412", "bce, bpr, softmax"
    ),
  ])
  func whatTheDataLackIsRefused(lines: [String], code: String, remedy: String) {
    let (result, _) = run(["load data", "split tasks"] + lines)
    guard case .failed(let fault) = result else {
      Issue.record("it ran: \(lines)")
      return
    }
    #expect(fault.code == code, "\(fault.message)")
    #expect(fault.help.contains { $0.contains(remedy) }, "\(fault.help)")
  }

  @Test(arguments: [
    "", " head-weights=learned", " head-weights=balanced", " head-weights=1,0.2,0.1",
  ])
  func everyHeadIsJudged(weights: String) {
    let (result, reports) = run([
      "load data", "split tasks",
      "meta-train maml steps=2 epochs=2 heads=rating,click,category category=category" + weights,
      "let r = evaluate mae ndcg@5",
      "expect $r.heads.click.ndcg@20 > $r.heads.click.chance.ndcg@20",
      "expect $r.heads.rating.mae < $r.heads.rating.chance.mae",
      "expect $r.heads.category.accuracy > $r.heads.category.chance.accuracy",
      "expect $r.heads.category.favourite.accuracy > 0",
    ])
    #expect(result == .completed, "\(result)")
    let all = reports.flatMap { tables($0) }
    #expect(all.contains { $0.title == "Heads on 60 validation tasks" })
    #expect(all.first { $0.title == "Heads of maml" }?.rows.count == 6)
  }

  @Test func ofInteractionsClicksAndCategoriesAreLearned() {
    let (result, reports) = run([
      "load data", "binarize keep=all", "split tasks",
      "meta-train maml steps=1 epochs=1 heads=click,category category=brand",
      "evaluate ndcg@20",
    ])
    #expect(result == .completed, "\(result)")
    #expect(tables(reports.last).contains { $0.title == "Heads of maml" })
  }

  /// What has one head has no such field, and this is known before running.
  @Test func withoutHeadsThereIsNoSuchField() {
    let text = "load data\nsplit tasks\nmeta-train maml epochs=1\nlet r = evaluate mae\n"
    let found = Interpreter().check(
      Source(name: "t", text: text + "expect $r.heads.click.ndcg@20 > 0\n"))
    #expect(found.contains { $0.message.contains("one head") }, "\(found.map(\.message))")
  }

  @Test func aSavedModelAndAResumedTrainingAreTheSame() throws {
    let training =
      "meta-train maml steps=1 epochs=3 heads=rating,click,category category=brand head-weights=balanced"
    let host = RecordingHost()
    let start = ["load data", "split tasks"]
    let whole = run(start + [training, "save model \"a.safetensors\"", "evaluate mae"], host)
    #expect(whole.result == .completed)
    let stopped = run(
      start + [
        training + " stop-after=1 checkpoint=\"c.checkpoint\"", "resume \"c.checkpoint\"",
        "save model \"b.safetensors\"",
      ], host)
    #expect(stopped.result == .completed, "\(stopped.result)")
    #expect(
      host.files["a.safetensors"] != nil
        && host.files["a.safetensors"] == host.files["b.safetensors"])
    let opened = run(start + ["open model \"a.safetensors\"", "evaluate mae"], host)
    #expect(opened.result == .completed)
    #expect(opened.reports.last?.result == whole.reports.last?.result)
  }

  /// A row for each data set, an embedding that can be left out, and one that stands for a new one.
  @Test func dataSetsSideBySideHaveRowsOfTheirOwn() {
    let start = ["load data as=shop", "load data as=fair"]
    let (result, reports) = run(
      start + [
        "split tasks", "meta-train maml steps=1 epochs=1", "evaluate mae",
        "compare maml bias by=mae",
        "meta-train maml steps=1 epochs=1 domain-embedding=no",
        "meta-train maml steps=1 epochs=1 hide-domains=0.3",
      ])
    #expect(result == .completed, "\(result)")
    let byDomain = reports.flatMap { tables($0) }.filter { $0.title == "By domain" }
    #expect(byDomain.count == 2)
    for table in byDomain {
      #expect(table.rows.count { if case .text("maml") = $0[2] { true } else { false } } == 2)
    }
    // Where one of them is tested on, there is nothing to tell apart.
    let (again, alone) = run(
      start + ["split tasks by=domain test=fair", "evaluate mae"])
    #expect(again == .completed)
    #expect(!tables(alone.last).contains { $0.title == "By domain" })
  }
}
