import Commands
import Language
import LibC
import Reports
import Testing

import Shell

/// Journals that are damaged, foreign or old: no other session comes back than the one that was.
@Suite struct JournalDamageTests {
  private let scratch = Scratch()
  private var path: String { scratch.path + "/1795938220-1.jsonl" }

  /// The states that the session of `journal` went through, oldest first.
  private let states: [[String]] = [
    [], ["set seed=11"], ["set seed=11", "load data"], ["set seed=11", "load data", "split tasks"],
    ["set seed=11", "load data"], ["set seed=11", "load data", "split tasks query=5"],
  ]

  /// The bytes of a journal that was cut off while a cell ran.
  private func journal() throws -> [UInt8] {
    let folder = Scratch()
    var journal: Journal? = Journal(folder: folder.path)
    for state in states.dropFirst() {
      journal?.starts(state.last ?? "")
      journal?.reaches(state)
    }
    journal?.starts("meta-train maml")
    journal = nil
    let name = try #require(try Files.list(folder.path, named: "").first)
    return try Files.contents(of: folder.path + "/" + name, named: "").withBytes { Array($0) }
  }

  private func read(_ bytes: [UInt8]) throws -> RecoverableSession {
    try Files.write(bytes, to: path, named: "")
    return RecoverableSession(reading: path)
  }

  private func lines(_ bytes: [UInt8]) -> [[UInt8]] {
    bytes.split(separator: 10).map { Array($0) + [10] }
  }

  @Test func everyFlippedBitIsNoticedAndNoOtherSessionComesBack() throws {
    let whole = try journal()
    #expect(try read(whole).statements == states.last)
    for place in whole.indices {
      for bit in 0..<8 {
        var flipped = whole
        flipped[place] ^= 1 << bit
        let lost = try read(flipped)
        #expect(!lost.damaged.isEmpty, "byte \(place), bit \(bit)")
        #expect(states.contains(lost.statements) && lost.running == nil)
      }
    }
  }

  @Test func linesThatAreMissingSwappedOrTwiceAreNoticed() throws {
    let all = lines(try journal())
    let numbers = Array(all.indices)
    var damages: [[Int]] = []
    for n in numbers.dropLast() {
      damages.append(numbers.filter { $0 != n })
      damages.append(numbers[..<n] + [n + 1, n] + numbers[(n + 2)...])
      damages.append(numbers[...n] + [n] + numbers[(n + 1)...])
    }
    for damage in damages {
      let lost = try read(damage.flatMap { all[$0] })
      #expect(!lost.damaged.isEmpty, "\(damage)")
      #expect(states.contains(lost.statements))
    }
    // A line of another session, whole in itself.
    let other = lines(try journal())
    let mixed = try read((all[..<3] + [other[3]] + all[4...]).flatMap { $0 })
    #expect(other[3] == all[3] || mixed.damaged == [4, 5])
  }

  /// A program that is killed leaves the beginning of a file: that is no damage.
  @Test func aFileThatEndsAnywhereGivesTheStateOfItsWholeLines() throws {
    let whole = try journal()
    let first = try #require(whole.firstIndex(of: 10))
    for end in (first + 1)...whole.count {
      let lost = try read(Array(whole[..<end]))
      let count = whole[..<end].count { $0 == 10 }
      #expect(lost.damaged.isEmpty, "\(end)")
      // The last line counts also without its end; records come in pairs behind the first.
      let isNext = end + 1 < whole.count && whole[end] == 10
      #expect(lost.statements == states[(count - 1 + (isNext ? 1 : 0)) / 2])
    }
  }

  private func found(_ text: String) throws -> (
    lost: RecoverableSession?, said: [String], names: [String]
  ) {
    try Files.write(Array(text.utf8), to: path, named: "")
    var said: [String] = []
    let lost = RecoverableSession.newest(in: scratch.path) { said.append($0) }
    return (lost, said, try Files.list(scratch.path, named: ""))
  }

  @Test func journalsOfTheEarlierFormComeBackWhenTheyAreWhole() throws {
    let whole = """
      {"time":1795938220,"run":"set seed=11"}
      {"keep":0,"add":["set seed=11"]}
      {"time":1795938221,"run":"load data"}
      {"keep":1,"add":["load data"]}

      """
    let (lost, _, _) = try found(whole)
    #expect(lost?.statements == ["set seed=11", "load data"])
    #expect(lost?.offer.contains("without digests") == true)
    for damage in [
      whole.replacing("[\"set seed=11\"]", with: "[\"set seed=11\""),
      whole.replacing("\"keep\":0", with: "\"keep\":1"),
      whole.replacing("\"keep\":0", with: "\"kemp\":0"),
      whole.replacing("{\"keep\":0,\"add\":[\"set seed=11\"]}\n", with: ""),
    ] {
      let (lost, _, _) = try found(damage)
      #expect(lost?.statements == [])
      #expect(lost?.damaged.first == 2 || lost?.damaged.first == 3)
      #expect(lost?.offer.contains("brings back nothing, `recover damaged` what") == true)
    }
  }

  @Test(arguments: [
    ("{\"version\":9,\"cells\":[\"load data\",\"split tasks\"]}\n", "of version 9", true),
    ("\u{0}\u{1}\u{2}binary\u{FFFD}\n\n\u{7}", "cannot be read", false),
    ("{\"time\":17959", "cannot be read", false),
    ("{\"version\":2,\"time\":1795938220,\"af", "cannot be read", false),
    ("{\"version\":1}\n", "cannot be read", false),
  ])
  func whatCannotBeReadStaysAndIsSaid(text: String, word: String, isLeft: Bool) throws {
    let (lost, said, names) = try found(text)
    #expect(lost == nil)
    #expect(said.count == 1 && said[0].contains(word), "\(said)")
    #expect(names == [isLeft ? "1795938220-1.jsonl" : "1795938220-1.jsonl.damaged"])
    let kept = try Files.contents(of: scratch.path + "/" + names[0], named: "")
    #expect(kept.withBytes { Array($0) } == Array(text.utf8))
  }

  @Test func aJournalThatNamesACommandOfThePromptIsRefused() throws {
    for text in ["recover", " recover # again", "pull 1", "quit", "rerun 1 seed=3"] {
      let record = JSON.object(["keep": .number(0), "add": .array([.string(text)])]).text
      let (lost, said, names) = try found(record + "\n")
      #expect(lost == nil && said.count == 1, "\(text)")
      #expect(names.allSatisfy { $0.hasSuffix(".damaged") })
      unlink(scratch.path + "/" + names[0])
    }
  }

  /// What a prompt with a lost session wrote and came to.
  private func prompt(_ lost: RecoverableSession?, _ lines: String...) -> (Written, Notebook) {
    let written = Written()
    let terminal = Terminal(
      hasInput: false, hasOutput: false, hasErrors: false, allowsColour: false)
    let repl = Repl(
      editor: ScriptedEditor(lines.map { .line($0) }), history: History(),
      bench: Workbench(lost: lost), output: written.output(), terminal: terminal)
    #expect(repl.run() == .success)
    return (written, repl.notebook)
  }

  @Test func behindADamagedLineNothingRunsUnasked() throws {
    var damaged = lines(try journal())
    damaged[3][20] ^= 1
    let lost = try read(damaged.flatMap { $0 })
    #expect(lost.damaged.first == 4)
    let (written, notebook) = prompt(lost, "recover")
    #expect(notebook.interpreter.log == ["set seed=11"])
    #expect(written.err.contains("damaged in line 4"))
    #expect(written.err.contains("`recover` brings back the 1 statement before"))
    #expect(written.err.contains("in and behind the damaged lines is not brought back"))
    #expect(written.err.contains("kept as \(path).damaged"))
    #expect(Files.isRegular(path + ".damaged") && !Files.isRegular(path))
  }

  @Test func whatStandsBehindADamagedLineComesWhenAskedFor() throws {
    var damaged = lines(try journal())
    damaged[1][20] ^= 1
    let lost = try read(damaged.flatMap { $0 })
    #expect(lost.statements.isEmpty == false || lost.damaged.first == 2)
    let (_, all) = prompt(try read(damaged.flatMap { $0 }), "recover damaged")
    #expect(all.interpreter.log == states.last)
    let (_, later) = prompt(try read(damaged.flatMap { $0 }), "recover", "recover damaged")
    #expect(later.interpreter.log == states.last)
  }

  @Test func foreignTextDoesNotSteerTheTerminalNorFillIt() throws {
    let text = "set seed=5 # \u{1B}]0;pwned\u{7}\u{1B}[2J"
    let record = JSON.object(["keep": .number(0), "add": .array([.string(text)])]).text
    let (written, notebook) = prompt(try found(record + "\n").lost, "recover")
    #expect(notebook.interpreter.session.settings.seed == 5)
    #expect(!written.err.contains("\u{1B}") && written.err.contains("set seed=5"))
    let long = "set seed=6 # " + String(repeating: "x", count: 5_000_000)
    let many = String(repeating: "# line\n", count: 100_000) + "set seed=7"
    for (text, seed) in [(long, 6), (many, 7)] {
      let record = JSON.object(["keep": .number(0), "add": .array([.string(text)])]).text
      let (written, notebook) = prompt(try found(record + "\n").lost, "recover")
      #expect(notebook.interpreter.session.settings.seed == seed)
      #expect(written.err.utf8.count < 30_000)
    }
  }

  /// Until all is brought back, a second crash finds the first journal and nothing else.
  @Test func aRecoveryThatIsCutOffLeavesOnlyTheFirstJournal() throws {
    var journal: Journal? = Journal(folder: scratch.path)
    journal?.starts("recover")
    journal?.postpones = true
    journal?.starts("load data")
    journal?.reaches(["load data"])
    journal = nil
    #expect(RecoverableSession.newest(in: scratch.path) == nil)
    journal = Journal(folder: scratch.path)
    journal?.postpones = true
    journal?.reaches(["load data"])
    journal?.postpones = false
    journal = nil
    #expect(RecoverableSession.newest(in: scratch.path)?.statements == ["load data"])
  }
}
