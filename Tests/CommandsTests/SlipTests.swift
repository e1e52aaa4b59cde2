import Commands
import Language
import Testing

/// Slips in lines of the real verbs, and what is said of them.
@Suite struct SlipTests {
  private let start = "load data\nsplit tasks\n"

  private func found(_ line: String) -> [Diagnostic] {
    Interpreter().check(Source(name: "t", text: start + line))
  }

  @Test(arguments: ["load movilens \"x\"", "load movilens \"x\" 5", "load movilens \"x\" as=a"])
  func behindAnUnknownNameNothingIsTooMuch(line: String) {
    #expect(found(line).map(\.code) == ["E0202"])
  }

  @Test(arguments: [
    ("adapt user", "E0205"), ("adapt new 5", "E0205"), ("abtest mf", "E0205"),
    ("abtest mf bias by=coverage", "E0306"), ("abtest mf bias candidates=all", "E0306"),
  ])
  func optionsThatDoNotGoTogetherAreToldBeforeRunning(line: String, code: String) {
    #expect(found("meta-train maml epochs=1\n" + line).map(\.code) == [code])
  }

  @Test(arguments: ["adapt user 42", "adapt 42 50=5", "adapt new 50=5", "abtest mf bias by=mae"])
  func thoseThatGoTogetherAreNotBlamed(line: String) {
    #expect(found("meta-train maml epochs=1\n" + line).isEmpty)
  }

  @Test(arguments: [
    ("set seed 5", "seed=5"), ("split task", "tasks"), ("split tasks query 5 valid=20%", "query=5"),
    ("set seed", "seed="),
  ])
  func wordsThatStandAloneAreMended(line: String, mended: String) {
    #expect(found(line).first?.fix?.replacement == mended)
  }

  @Test func aChoiceThatWasLeftOutIsSuggested() throws {
    let all = found("search maml steps=1..3 epochs=1")
    #expect(all.map(\.code) == ["E0202"], "\(all.map(\.message))")
    let first = try #require(all.first)
    #expect(first.message.contains("`maml` is an algorithm"))
    #expect(first.primary.text.contains("random maml"))
    // Its options are those of the word behind what was left out.
    #expect(found("search maml stpes=1..3").map(\.code) == ["E0202", "E0203"])
  }
}
