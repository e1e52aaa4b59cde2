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
  }

  @Test func ratingsHaveNewItemsToo() {
    let (_, said, failure) = run(
      "load data", "split tasks cold=item query=1 min=2",
      "let r = evaluate ndcg@5 candidates=cold with=[content-bias]", "expect $r.mixed.users > 0")
    #expect(failure == nil)
    #expect(said.contains("without training ratings"))
  }

  @Test func whereNothingIsNewThatIsSaid() throws {
    let (_, _, failure) = run(
      "load data", "binarize keep=all", "split tasks support=3 query=5 min=8",
      "evaluate candidates=cold")
    #expect(failure?.code == "E0408")
    #expect(failure?.help.contains { $0.contains("split tasks cold=item") } == true)
  }
}
