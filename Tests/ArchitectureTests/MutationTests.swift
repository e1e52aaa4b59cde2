import Commands
import FoundationEssentials
import Language
import Testing

/// The real language against slips: of the scripts in `examples/`, and of every example of every
/// command, algorithm, metric and format.
@Suite struct RealMutationTests {
  /// The scripts of the examples, lessons among them.
  static let scripts: [Source] = ["examples/", "examples/lessons/"].flatMap { folder in
    let names =
      (try? FileManager.default.contentsOfDirectory(atPath: SourceTree.root + "/" + folder)) ?? []
    return names.filter { $0.hasSuffix(".mrs") }.sorted().compactMap { name in
      (try? SourceTree.text(folder + name)).map { Source(name: name, text: $0) }
    }
  }

  /// The examples of commands that can stand in a script, each after lines that make what it needs.
  static let lines: [(prelude: String, line: String)] = commandForms.flatMap { form in
    let isOfPrompt = commands.types.contains {
      $0.name == form.name && $0 is any NotebookCommand.Type
    }
    let nouns = form.needs.reduce(into: [Noun]()) { add($1, to: &$0) }
    let prelude = nouns.map { $0.remedy + "\n" }.joined()
    return isOfPrompt ? [] : form.examples.map { (prelude, $0.line) }
  }

  private static func add(_ noun: Noun, to order: inout [Noun]) {
    for source in noun.sources { add(source, to: &order) }
    if !order.contains(noun) { order.append(noun) }
  }

  private func check(_ text: String) -> [Diagnostic] {
    Interpreter().check(Source(name: "mutant.mrs", text: text))
  }

  private func hasErrors(_ text: String) -> Bool {
    check(text).contains { $0.severity == .error }
  }

  @Test func noShippedExampleIsBlamed() {
    for script in Self.scripts {
      let found = check(script.text)
      #expect(found.isEmpty, "\(script.name): \(found.map(\.message))")
      let lints = Interpreter().check(script, lints: true).map(\.code)
      // The five lines of the brief and those of the README's picture are what they are: without a version and a seed.
      let isShown = ["brief.mrs", "session.mrs"].contains(script.name)
      #expect(lints.isEmpty || isShown, "\(script.name): \(lints)")
    }
  }

  @Test func mutantsOfTheExamplesAreCaughtBeforeTheyRun() {
    var mutants = Self.scripts.flatMap { Mutant.all(of: $0) }
    for script in Self.scripts {
      let lines = script.text.split(separator: "\n").map(String.init)
      for (index, line) in lines.enumerated()
      where ["load", "split", "meta-train"].contains(where: { line.hasPrefix($0) }) {
        // Where another line makes the same again, leaving one out is no fault.
        let verb = line.prefix { $0 != " " }
        guard lines.count(where: { $0.hasPrefix(verb) }) == 1 else { continue }
        let rest = (lines[..<index] + lines[(index + 1)...]).joined(separator: "\n")
        mutants.append(
          Mutant(kind: .missingLine, text: rest, range: SourceRange(0, 0), original: line))
      }
    }
    #expect(mutants.count >= 200)
    let missed = mutants.filter { !hasErrors($0.text) }
    let caught = Double(mutants.count - missed.count) / Double(mutants.count)
    #expect(caught >= 0.98, "\(missed.count) of \(mutants.count): \(missed.map(\.change))")
    print("\(mutants.count - missed.count) of \(mutants.count) mutants of the examples caught")
  }

  @Test func everyFaultOfEveryCommandHasPlaceCodeAndWayOut() {
    var count = 0
    for (prelude, line) in Self.lines {
      for mutant in Mutant.all(of: Source(text: line)) {
        let text = prelude + mutant.text
        for found in check(text) {
          count += 1
          let hasWayOut = found.fix != nil || !found.help.isEmpty || !found.primary.text.isEmpty
          #expect(hasWayOut, "\(found.code) \(found.message): \(mutant.change)")
          #expect(codePage(of: found.code) != nil, "\(found.code)")
          #expect(!found.message.isEmpty && found.primary.range.upper <= text.utf8.count)
          #expect(found.primary.range.lower < text.utf8.count, "\(found.code): \(mutant.change)")
        }
      }
    }
    #expect(count > 500)
  }

  @Test func singleSlipsGetTheRightFirstSuggestion() {
    var asked = 0
    var wrong: [String] = []
    for (prelude, line) in Self.lines {
      for mutant in Mutant.all(of: Source(text: line)) where mutant.kind == .typo {
        let found = check(prelude + mutant.text)
        // What is right all the same, such as another metric, was no slip.
        guard !found.isEmpty else { continue }
        asked += 1
        if !found.contains(where: { $0.fix?.replacement.hasPrefix(mutant.original) == true }) {
          wrong.append(
            "\(mutant.change) [\(mutant.original)]: \(found.map { $0.fix?.replacement ?? $0.code })"
          )
        }
      }
    }
    #expect(asked > 300)
    #expect(Double(wrong.count) <= 0.1 * Double(asked), "\(wrong.count) of \(asked): \(wrong)")
    print("\(asked - wrong.count) of \(asked) single slips get the right first suggestion")
  }

  @Test func everyPrefixOfEveryExampleIsUnderstood() {
    let assistance = Interpreter().assistance()
    for script in Self.scripts {
      var end = script.text.startIndex
      while end < script.text.endIndex {
        end = script.text.index(after: end)
        let prefix = String(script.text[..<end])
        let count = prefix.utf8.count
        #expect(parse(prefix).script.tokens.last?.range.upper == count)
        let offered = completions(in: prefix, at: count, context: assistance)
        #expect(offered.allSatisfy { $0.range.upper == count })
      }
    }
  }
}
