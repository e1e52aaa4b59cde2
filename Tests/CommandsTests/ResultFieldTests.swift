import Commands
import Evaluation
import Language
import Testing

/// What is known of results before anything runs.
@Suite struct ResultFieldTests {
  private let start =
    "load data\nsplit tasks\nmeta-train maml epochs=1\nlet r = evaluate ndcg@5 mae\n"

  private func faults(_ text: String) -> [Diagnostic] {
    Interpreter().check(Source(name: "t", text: start + text)).filter { $0.severity == .error }
  }

  @Test(arguments: [
    "expect $r.ndcg@5 > 0.3", "expect $r.item-mean.mae < $r.chance.mae", "expect $r.users > 3",
    "significance $r $r.mf", "for v in $r.per-user.mae { expect $v < 4 }",
    "let s = meta-train maml epochs=[1, 2]\nexpect $s.runs contains 1",
    "let s = meta-train maml inner-lr=[0.05, 0.1] epochs=1\nexpect $s.inner-lr > 0\nexpect $s.best.inner-lr > 0",
    "let t = topk 3\n", "expect $r.mae < $r.mf.mae over users p<0.05",
  ])
  func rightOnesAreNotBlamed(text: String) {
    #expect(faults("adapt user 42\n" + text).isEmpty, "\(faults(text).map(\.message))")
  }

  @Test(arguments: [
    // The line, the code, where, and what is suggested or said.
    ("expect $r.ndgc@5 > 0", "E0204", "ndgc@5", "ndcg@5"),
    ("expect $r.item-maen.mae > 0", "E0204", "item-maen", "item-mean"),
    ("expect $r.item-mean.mea > 0", "E0204", "mea", "mae"),
    ("expect $r.popularity.mae > 0", "E0204", "mae", "fields: ndcg@5"),
    ("expect $r.mae.mean > 0", "E0204", "mean", "it is a number"),
    ("expect $r.mf > 1", "E0306", "$r.mf", "this is a result"),
    ("expect $r.per-user.users > 1", "E0306", "$r.per-user.users", "this is a list"),
    ("if $r.mae { show }", "E0306", "$r.mae", "this is a number"),
    ("for v in $r.mae { show }", "E0306", "$r.mae", "this is a number"),
    ("let x = $r.mf + 1", "E0306", "$r.mf", "this is a result"),
    ("topk $r.mf", "E0301", "$r.mf", "this is a result"),
    ("significance $r.mae $r.mf", "E0301", "$r.mae", "this is a number"),
    ("let e = evaluate ndcg@5 k=3\nexpect $e.mae < 1", "E0204", "mae", "fields: ndcg@5"),
  ])
  func wrongOnesAreToldBeforeRunning(text: String, code: String, place: String, words: String) {
    let source = Source(name: "t", text: start + "adapt user 42\n" + text)
    let found = Interpreter().check(source).filter { $0.severity == .error }
    #expect(found.map(\.code) == [code], "\(found.map(\.message))")
    guard let first = found.first else { return }
    #expect(source.slice(first.primary.range) == place)
    let said = ([first.primary.text, first.message] + first.help).joined(separator: "\n")
    #expect(said.contains(words), "\(said)")
  }

  /// A call that differs from one before it in cutoffs only is not bound again; its fields are its own.
  @Test func fieldsHaveTheCutoffsOfTheirOwnCall() {
    for metric in Evaluation.metrics.types
    where metric.form.parameters.contains(where: { $0.name == "cutoff" }) {
      let name = metric.name
      let later = "let s = evaluate \(name)@3 ndcg@7 mae\n"
      let calls = "let q = evaluate \(name)@5 ndcg@9 mae\n" + later
      let right = "expect $s.\(name)@3 > $s.mf.\(name)@3\nexpect $s.ndcg@7 > $q.ndcg@9\n"
      guard name != "ndcg" else { continue }
      #expect(faults(calls + right).isEmpty, "\(name): \(faults(calls + right).map(\.message))")
      let wrong = ["$s.\(name)@5", "$s.ndcg@9", "$q.\(name)@3", "$s.mf.ndcg@9"]
      for field in wrong {
        let found = faults(calls + "expect \(field) > 0\n")
        #expect(found.map(\.code) == ["E0204"], "\(field)")
      }
    }
    // What stands for another one is neither hidden by it nor twice there.
    let swapped = "let q = evaluate ndcg@5 ndcg@9\nlet s = evaluate ndcg@9 ndcg@3\n"
    #expect(faults(swapped + "expect $s.ndcg@9 > $s.ndcg@3").isEmpty)
    #expect(
      faults(swapped + "expect $s.ndcg@5 > 0").first?.help.first
        == "fields: ndcg@9 ndcg@3 tie-rate per-user users chance popularity item-mean bias mf")
    let other = "let q = evaluate ndcg@5\nlet s = evaluate ndcg@05\n"
    #expect(faults(other + "expect $s.ndcg@5 > 0").isEmpty)
  }

  /// A model that only puts items in order has no errors, and this is known if its training is.
  @Test(arguments: [
    ("meta-train maml loss=bpr", true), ("meta-train maml loss=bpr; meta-train maml", false),
    ("meta-train maml; meta-train maml loss=bpr", true), ("open model \"m.safetensors\"", false),
    ("search grid by=ndcg@5 maml loss=bpr steps=1..2", true),
    ("search grid by=ndcg@5 maml loss=[bpr, mse]", false),
    ("for l in [bpr, mse] { meta-train maml loss=$l }", false),
    ("if $b.users > 3 { meta-train maml loss=bpr } else { meta-train maml }", false),
    ("meta-train maml\nif $b.users > 3 { meta-train maml loss=bpr }", false),
    ("def t() { meta-train maml loss=bpr }\nt", true), ("meta-train maml loss=bce", false),
  ])
  func aModelThatOnlyOrdersHasNoErrors(training: String, isRefused: Bool) {
    let text =
      "load data\nsplit tasks\nlet b = evaluate mae\n\(training)\nlet r = evaluate ndcg@5 mae\n"
    let source = Source(name: "t", text: text + "expect $r.ndcg@5 > 0\nexpect $r.mae < 1\n")
    let found = Interpreter().check(source).filter { $0.severity == .error }
    #expect(found.map(\.code) == (isRefused ? ["E0204"] : []), "\(found.map(\.message))")
    if isRefused { #expect(found.first?.message.contains("puts items in order") == true) }
  }

  /// So has a baseline, by its options.
  @Test(arguments: [
    ("baseline bayes-mf positives=4 as=sure", true), ("baseline bayes-mf as=sure", false),
    ("baseline bayes-mf positives=4 as=sure\nbaseline bayes-mf as=sure", false),
    ("baseline bayes-mf as=sure\nbaseline bayes-mf positives=4 as=sure", true),
    ("baseline bayes-mf as=sure\nbaseline bayes-mf positives=4", false),
    ("if $b.users > 3 { baseline bayes-mf positives=4 as=sure }", false),
    ("baseline popularity as=sure", true),
  ])
  func aBaselineThatOnlyOrdersHasNoErrors(baseline: String, isRefused: Bool) {
    let text =
      "load data\nsplit tasks\nlet b = evaluate mae\n\(baseline)\n"
      + "let r = evaluate ndcg@5 mae with=[sure]\nexpect $r.sure.ndcg@5 > 0\n"
    let source = Source(name: "t", text: text + "expect $r.sure.mae < 1\n")
    let found = Interpreter().check(source).filter { $0.severity == .error }
    #expect(found.map(\.code) == (isRefused ? ["E0204"] : []), "\(found.map(\.message))")
    guard isRefused else { return }
    #expect(found.first?.message.contains("only put items in order") == true)
    #expect(found.first?.help.contains { $0.contains("ndcg") } == true)
  }

  /// What an earlier cell has set is known, too.
  @Test func theBaselinesOfTheSessionAreKnown() {
    var interpreter = Interpreter()
    let source = Source(text: "load data\nsplit tasks\nbaseline bayes-mf positives=4\n")
    #expect(interpreter.run(source, host: RecordingHost()) == .completed)
    let text = "let r = evaluate mae with=[bayes-mf]\nexpect $r.bayes-mf.mae < 1\n"
    #expect(interpreter.check(Source(text: text)).map(\.code) == ["E0204"])
  }

  @Test func withoutAModelOnlyTheRowsHaveNumbers() {
    let text = "load data\nsplit tasks\nlet r = evaluate mae\nexpect $r.mf.mae < 1\n"
    let source = Source(name: "t", text: text + "expect $r.mae < 1\n")
    let found = Interpreter().check(source)
    #expect(found.map(\.code) == ["E0204"])
    #expect(found.first?.message.contains("no model has been meta-trained") == true)
    #expect(Interpreter().check(Source(name: "t", text: text)).isEmpty)
    // Where it may be there, nothing is said.
    let doubtful =
      text + "if $r.mf.mae < 1 { meta-train maml }\nlet s = evaluate mae\nexpect $s.mae < 1\n"
    #expect(!Interpreter().check(Source(name: "t", text: doubtful)).contains { $0.code == "E0204" })
  }
}
