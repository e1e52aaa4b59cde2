import Commands
import Language
import Reports
import Testing

/// `expect … over users p<…` with two results that are made up here.
@Suite struct PairedExpectationTests {
  private func run(_ text: String) -> RunResult {
    var interpreter = Interpreter(session: Session(), catalog: judges)
    let lines = "let a = judge 0.5\nlet b = judge 0.4\n"
    return interpreter.run(Source(text: lines + text), host: RecordingHost())
  }

  @Test func aClearDifferenceIsSignificant() {
    #expect(run("expect $a.ndcg@10 > $b.ndcg@10 over users p<0.01") == .completed)
    #expect(run("expect $b.ndcg@10 < $a.ndcg@10 over users p < 0.01") == .completed)
  }

  @Test func theDirectionCounts() {
    guard
      case .expectationFailed(let found) = run("expect $b.ndcg@10 > $a.ndcg@10 over users p<0.5")
    else { return #expect(Bool(false)) }
    #expect(found.code == "E0701")
    #expect(found.primary.text.contains("over 8 users"))
  }

  @Test func noDifferenceIsNotSignificant() {
    guard case .expectationFailed = run("expect $a.ndcg@10 >= $a.ndcg@10 over users p<0.05") else {
      return #expect(Bool(false))
    }
  }

  @Test func resultsWithoutUsersCannotBeCompared() {
    guard case .failed(let found) = run("let c = 3\nexpect $c > $b.ndcg@10 over users p<0.05")
    else {
      return #expect(Bool(false))
    }
    #expect(found.code == "E0703")
  }
}

private let judges = Catalog<any Command>("command", [Judge.self])

private struct Judge: Command {
  var mean = 0.0
  static let signature = Signature<Self>(
    "judge", "Makes up a result.", [.positional("mean", \.mean, "around what")])

  func run(in session: inout Session, host: any Host) throws -> Report {
    var values = UserValues(users: (1...8).map { "\($0)" })
    values["ndcg@10"] = (1...8).map { mean + Double($0 % 3) * 0.001 * mean }
    return Report(
      result: Record([
        .init("ndcg@10", .number(mean)), .init(UserValues.field, .record(values.record)),
      ]))
  }
}
