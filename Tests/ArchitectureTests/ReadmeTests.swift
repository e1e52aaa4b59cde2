import FoundationEssentials
import Testing

/// The README tells the truth; `scripts/update-readme` runs this with RECORD=1 to rewrite it.
@Suite struct ReadmeTests {
  static let records = ProcessInfo.processInfo.environment["RECORD"] == "1"

  @Test func theCommandTableEqualsTheCatalog() throws {
    try Self.compare(Readme.commandTable, with: Readme.table(of: commandForms))
  }

  /// Words are compared exactly, numbers to a unit of their last printed digit: CPUs without fused
  /// multiply-add round differently.
  @Test func theSessionSaysWhatTheProgramSays() throws {
    let recorded = Readme.recorded(try SourceTree.text("examples/brief.mrs"))
    try Self.compare(Readme.session, with: recorded)
  }

  @Test func numbersOfATranscriptMayDifferInTheirLastDigitOnly() {
    #expect(Transcript(words: "mae 0.712 ± 0.01") == Transcript(words: "mae  0.713 ± 0.01"))
    #expect(Transcript(words: "mae 0.712") != Transcript(words: "mae 0.714"))
    #expect(Transcript(words: "10 films") != Transcript(words: "11 films"))
    #expect(Transcript(words: "10 films") != Transcript(words: "10 books"))
  }

  /// Compares a part of the README with what it ought to be, or writes it there.
  private static func compare(
    _ part: Readme.Part, with expected: String
  ) throws {
    var readme = Readme(text: try SourceTree.text(Readme.path))
    if records {
      readme[part] = expected
      let path = SourceTree.root + "/" + Readme.path
      try readme.text.write(toFile: path, atomically: true, encoding: .utf8)
    } else {
      let pairs = zip(lines(readme[part]), lines(expected))
      let other = pairs.first { Transcript(words: $0) != Transcript(words: $1) }
      #expect(other == nil, "run scripts/update-readme and look at it")
      #expect(lines(readme[part]).count == lines(expected).count, "run scripts/update-readme")
    }
  }
}

private func lines(_ text: String) -> [Substring] { text.split(separator: "\n") }

/// The words of an output, with numbers as numbers.
private struct Transcript: Equatable {
  enum Word {
    case word(Substring)
    case number(Double, unit: Double)
  }

  var words: [Word]

  init(words text: some StringProtocol) {
    words = text.split { $0.isWhitespace }.map { word in
      let word = Substring(word)
      guard let value = Double(word) else { return .word(word) }
      let decimals = word.split(separator: ".").dropFirst().first?.count ?? 0
      return .number(
        value, unit: decimals == 0 ? 0 : (0..<decimals).reduce(1) { unit, _ in unit / 10 })
    }
  }

  static func == (a: Transcript, b: Transcript) -> Bool {
    a.words.count == b.words.count
      && zip(a.words, b.words).allSatisfy { pair in
        switch pair {
        case (.word(let a), .word(let b)): a == b
        case (.number(let a, let unit), .number(let b, _)): abs(a - b) <= 1.001 * unit
        default: false
        }
      }
  }
}
