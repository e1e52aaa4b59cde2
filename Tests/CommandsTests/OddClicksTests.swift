import Commands
import Language
import Reports
import Testing

/// Clicks that nothing sensible can be learnt from, and users who took everything or hardly anything.
@Suite struct OddClicksTests {
  /// Forty users with twelve of thirty items each, one row of which says something else.
  private func clicks(_ values: (Int) -> String, more: String = "") -> String {
    let rows = (0..<480).map { row in
      let (user, place) = (row / 12, row % 12)
      return "u\(user),i\((user * 7 + place * (user % 3 + 2)) % 30)\(values(row))\n"
    }
    return rows.joined() + more
  }

  private func run(
    _ file: String, _ text: String
  ) -> (failure: Diagnostic?, said: String) {
    var interpreter = Interpreter()
    var said: [String] = []
    let result = interpreter.run(
      Source(name: "test", text: text), host: RecordingHost(["c.csv": file])
    ) { outcome in
      for block in outcome.report?.blocks ?? [] {
        switch block {
        case .text(let text), .note(let text), .warning(let text): said.append(text)
        case .table(let table): said += table.footnotes
        default: break
        }
      }
    }
    guard case .failed(let failure) = result else { return (nil, said.joined(separator: "\n")) }
    return (failure, said.joined(separator: "\n"))
  }

  @Test func negativeCountsAreRefusedOrCounted() throws {
    let file = "user,item,plays\n" + clicks { $0 % 200 == 5 ? ",-3" : ",2" }
    let line = "load csv \"c.csv\" count=plays"
    let failure = try #require(run(file, line).failure)
    #expect(failure.message.hasPrefix("c.csv:7: plays must be 0 or more"))
    #expect(failure.help.contains { $0.hasPrefix("missing=-3 ") })
    #expect(run(file, line + " missing=-3").failure == nil)
    let (skipped, said) = run(file, line + " errors=skip")
    #expect(skipped == nil)
    #expect(said.contains("3 rows could not be read and were passed over; line 7: plays must"))
    #expect(said.contains("which count 954 together"))
    let none = "user,item,plays\n" + clicks { _ in ",-3" }
    #expect(run(none, line + " errors=skip").failure?.message.contains("all 480 are") == true)
  }

  @Test func weightsBelowZeroAreRefusedAndThoseOfZeroCounted() throws {
    let file = "user,item,event\n" + clicks { $0 % 4 == 0 ? ",look" : ",buy" }
    let failure = try #require(run(file, "load csv \"c.csv\"\nweigh event look=-1 buy=2").failure)
    #expect(failure.code == "E0306" && failure.help.contains { $0.hasPrefix("look=0 ") })
    let (zero, said) = run(file, "load csv \"c.csv\"\nweigh event look=0 buy=2")
    #expect(zero == nil && said.contains("120 rows with a weight of 0 left out"), "\(said)")
  }

  @Test func countsBeyondAllCountingAreRefused() throws {
    let file = "user,item,plays\n" + clicks { $0 % 200 == 5 ? ",1e30" : ",2" }
    let line = "load csv \"c.csv\" count=plays"
    let failure = try #require(run(file, line).failure)
    #expect(failure.message.hasPrefix("c.csv:7: plays must be at most 1e12"))
    #expect(failure.help.contains("scale=log takes log(1 + plays)"))
    let (logarithm, _) = run(
      file, line + " scale=log\nsplit tasks query=3 min=6\nevaluate ndcg@5")
    #expect(logarithm == nil)
    #expect(run(file, line + " errors=skip").said.contains("3 rows could not be read"))
    let kinds = "user,item,event\n" + clicks { $0 % 4 == 0 ? ",look" : ",buy" }
    let weighed = try #require(
      run(kinds, "load csv \"c.csv\"\nweigh event look=1e30 buy=2").failure)
    #expect(weighed.code == "E0306" && weighed.message.contains("more than 1e12"))
  }

  @Test func largeCountsLeaveNumbers() {
    let file = "user,item,plays\n" + clicks { $0 % 7 == 5 ? ",1e12" : ",2" }
    let (failure, said) = run(
      file, "load csv \"c.csv\" count=plays\nsplit tasks query=3 min=6\nevaluate ndcg@5")
    #expect(failure == nil && said.contains("outweigh all others"), "\(said)")
    // A strength whose weights are beyond numbers is not chosen, and that is said.
    #expect(said.contains("als: factors=16 l2=30 alpha=0, of"), "\(said)")
  }

  @Test(arguments: ["uniform", "popularity", "in-batch"])
  func whoTookEverythingOrOneThingEndsNoTraining(sampling: String) {
    let everything = (0..<30).map { "greedy,i\($0)\n" }.joined()
    let file = "user,item\n" + clicks({ _ in "" }, more: everything + "single,i3\n")
    let (failure, said) = run(
      file,
      "load csv \"c.csv\"\nsplit tasks query=3 min=6\nmeta-train maml steps=1 epochs=2 "
        + "sampling=\(sampling)\nevaluate ndcg@5\nadapt user greedy\nadapt user single\ntopk 3")
    #expect(failure == nil, "\(String(describing: failure))")
    #expect(said.contains("1 of 42 users in no part"), "\(said)")
  }
}
