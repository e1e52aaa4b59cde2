import Commands
import Language
import Reports
import Testing

/// Items that are held out of interactions, and the tables that rank them.
@Suite struct ColdItemTests {
  private let host = RecordingHost()

  private func run(_ lines: String...) -> (record: Record, said: String, failure: Diagnostic?) {
    var interpreter = Interpreter()
    var (record, said) = (Record(), "")
    let source = Source(text: lines.joined(separator: "\n"))
    let result = interpreter.run(source, host: host) { outcome in
      if let own = outcome.report?.result { record = own }
      for block in outcome.report?.blocks ?? [] { said += "\(block)\n" }
    }
    switch result {
    case .failed(let fault), .expectationFailed(let fault): return (record, said, fault)
    case .invalid(let faults): return (record, said, faults.first)
    default: return (record, said, nil)
    }
  }

  @Test func newItemsAloneAndAmongAllOthers() throws {
    let (record, said, failure) = run(
      "load data", "binarize keep=all", "split tasks cold=items",
      "evaluate ndcg@20 candidates=cold")
    #expect(failure == nil)
    #expect(said.contains("held out for the test"))
    #expect(said.contains("new items alone") && said.contains("new and known items mixed"))
    // What new items are scored by is chosen on others that are held out.
    #expect(said.contains("ease: content-l2=") && said.contains("als: alignment="))
    guard case .record(let mixed)? = record["mixed"], case .record(let chance)? = record["chance"],
      case .record(let mixedChance)? = mixed["chance"]
    else {
      Issue.record("no second table")
      return
    }
    // Among fewer items more is found by chance.
    let alone = try #require(Double.read(chance["ndcg@20"] ?? .word("")))
    let among = try #require(Double.read(mixedChance["ndcg@20"] ?? .word("")))
    #expect(alone > 2 * among)
    guard case .record(let ease)? = record["ease"],
      let found = Double.read(ease["ndcg@20"] ?? .word(""))
    else {
      Issue.record("no row of ease")
      return
    }
    #expect(found > alone + 0.02)
  }

  /// Other dealings have other new items, and every row keeps the values of all of their users.
  @Test func rowsOfSeveralDealingsCanBePaired() {
    let (_, said, failure) = run(
      "load data", "binarize keep=all", "set seed=3", "split tasks cold=item test=3",
      "let r = evaluate ndcg@20 candidates=cold resplit=yes seeds=2",
      "significance $r.ease $r.popularity", "expect $r.users <= $r.mixed.users")
    #expect(failure == nil, "\(failure?.message ?? said)")
  }

  @Test func aShareOfTheOthersIsSaid() {
    let (_, said, failure) = run(
      "load data", "binarize keep=all", "split tasks cold=item support=80%")
    #expect(failure == nil)
    #expect(said.contains("support=80% of what a user did with all others is the support"))
    #expect(said.contains("30 items of the test are in no training task"))
  }

  @Test func ratingsHaveNewItemsToo() {
    let (_, said, failure) = run(
      "load data", "split tasks cold=item query=1 min=2",
      "let r = evaluate ndcg@5 candidates=cold with=[content-bias]", "expect $r.mixed.users > 0")
    #expect(failure == nil)
    #expect(said.contains("without training ratings"))
  }

  @Test func whereNothingIsNewThatIsSaid() throws {
    // Every item is taken by everybody.
    var rows = "user,item\n"
    for user in 0..<40 { for item in 0..<3 { rows += "u\(user),i\(item)\n" } }
    host.files["all.csv"] = Array(rows.utf8)
    let (_, _, failure) = run(
      "load csv \"all.csv\" rating=none", "split tasks support=1 query=1 min=2",
      "evaluate candidates=cold")
    #expect(failure?.code == "E0408")
    #expect(failure?.help.contains { $0.contains("split tasks cold=item") } == true)
  }

  @Test func itemsThatNobodyTookAreScoredByTheirFeatures() throws {
    let (record, said, failure) = run(
      "load data new=10", "binarize keep=all", "split tasks support=5 query=rest min=10",
      "meta-train prototypical epochs=1", "adapt user 42", "explain item 301", "topk 310")
    #expect(failure == nil, "\(said)")
    #expect(record["new"]?.elements?.count { Bool.read($0) == true } == 10)
  }
}
