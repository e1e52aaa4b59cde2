import Commands
import FoundationEssentials
import Language
import Testing

/// The README tells the truth; `scripts/update-readme` runs this with RECORD=1 to rewrite it.
@Suite(.serialized) struct ReadmeTests {
  static let records = ProcessInfo.processInfo.environment["RECORD"] == "1"

  @Test func theCommandTableEqualsTheCatalog() throws {
    try compare(Readme.commandTable, with: Readme.table(of: commandForms))
  }

  @Test func theSessionSaysWhatTheProgramSays() throws {
    try compare(Readme.session, with: FiveLines.atOnce.map(\.recorded).joined())
  }

  @Test func theClicksSayWhatTheProgramSays() throws {
    let script = try Readme()[Readme.clicks].split(separator: "\n").filter { !$0.hasPrefix("#>") }
    var interpreter = Interpreter()
    var recorded = ""
    let source = Source(name: "clicks", text: script.joined(separator: "\n"))
    let result = interpreter.run(source, host: MemoryHost()) { recorded += $0.recorded }
    #expect(result == .completed)
    try compare(Readme.clicks, with: recorded)
  }

  /// Compares a part of the README with what it ought to be, or writes it there.
  private func compare(_ part: Readme.Part, with expected: String) throws {
    var readme = try Readme()
    if Self.records {
      try readme.record(part, expected)
    } else {
      let difference = Transcript(readme[part]).firstDifference(from: Transcript(expected))
      #expect(difference == nil, "run scripts/update-readme and look at it")
    }
  }
}

@Suite struct TranscriptTests {
  @Test func numbersMayDifferInTheirLastDigitOnly() {
    #expect(Transcript("mae 0.712 ± 0.01") == Transcript("mae  0.713 ± 0.01"))
    #expect(Transcript("mae 0.712") != Transcript("mae 0.714"))
    #expect(Transcript("10 films") != Transcript("11 films"))
  }

  @Test func wordsMustBeTheSameAndAllThere() {
    #expect(Transcript("10 films") != Transcript("10 books"))
    #expect(Transcript("10 films") != Transcript("10 films more"))
  }

  @Test func durationsMayDiffer() {
    #expect(Transcript("in 2.31 s; kept") == Transcript("in 0.4 s; kept"))
    #expect(Transcript("in 2.31 steps") != Transcript("in 0.4 steps"))
  }
}
