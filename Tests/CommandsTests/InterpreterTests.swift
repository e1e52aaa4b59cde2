import Commands
import Language
import Reports
import Testing

/// Runs scripts with a few small commands and looks at what is left.
@Suite struct InterpreterTests {
  private let host = RecordingHost(["part.mrs": "let x = 5\ncount 2\n"])
  private func interpreter() -> Interpreter {
    Interpreter(session: Session(), catalog: laboratory)
  }

  private func run(_ text: String) -> (RunResult, Interpreter, [StatementOutcome]) {
    var interpreter = interpreter()
    var outcomes: [StatementOutcome] = []
    let result = interpreter.run(Source(name: "t.mrs", text: text), host: host) {
      outcomes.append($0)
    }
    return (result, interpreter, outcomes)
  }

  @Test func nothingRunsWhenTheLastLineIsInvalid() {
    let (result, interpreter, outcomes) = run("count 1\ncount 2\ncuont 3")
    guard case .invalid(let found) = result else { return #expect(Bool(false), "\(result)") }
    #expect(found.map(\.code) == ["E0201"])
    #expect(outcomes.isEmpty)
    #expect(interpreter.session.settings.seed == 7)
    #expect(interpreter.log.isEmpty)
  }

  @Test func aFailingCommandLeavesTheSessionAsItWas() {
    let (result, interpreter, outcomes) = run("count 3\nfail half\ncount 4")
    guard case .failed(let found) = result else { return #expect(Bool(false), "\(result)") }
    #expect(found.code == "E0500")
    #expect(interpreter.session.settings.seed == 10)
    #expect(interpreter.log == ["count 3"])
    #expect(outcomes.map { $0.diagnostic?.code } == [nil, "E0500"])
  }

  @Test func theBlamedArgumentIsUnderlined() {
    let text = "fail 'a b' why=x"
    let (result, _, _) = run(text)
    guard case .failed(let found) = result else { return #expect(Bool(false), "\(result)") }
    #expect(Source(text: text).slice(found.primary.range) == "'a b'")
  }

  @Test func anInterruptedCommandLeavesTheSessionAsItWas() {
    host.interruptsAt = 1
    let (result, interpreter, _) = run("count 1\nslow\ncount 1")
    #expect(result == .interrupted)
    #expect(interpreter.session.settings.seed == 8)
    #expect(interpreter.log == ["count 1"])
  }

  @Test func resultsAreBoundAndTheirFieldsRead() {
    let (result, interpreter, _) = run("let r = count 3\nexpect $r.seed == 10\nlet y = $r.seed * 2")
    #expect(result == .completed)
    #expect(interpreter.variables["y"]?.value?.same(as: .number(20)) == true)
  }

  @Test func anExpectationThatDoesNotHoldShowsBothSides() {
    let (result, _, _) = run("let r = count 3\nexpect $r.seed >= 11")
    guard case .expectationFailed(let found) = result else {
      return #expect(Bool(false), "\(result)")
    }
    #expect(found.code == "E0701")
    #expect(found.primary.text.contains("10 >= 11"))
  }

  @Test(arguments: [
    ("expect 1.0 == 1.001 ± 0.002", true), ("expect 1.0 == 1.01 ± 0.002", false),
    ("expect 100 == 101 within 1%", true), ("expect 100 == 103 +/- 2%", false),
    ("expect 2 > 1 by 0.5", true), ("expect 2 > 1 by 1.5", false),
    ("expect 1 >= 1.1 ± 0.2", true), ("expect 5 in [1, 5]", true),
    ("expect \"Heat (1995)\" contains \"Heat\"", true), ("expect not yes or 2 + 2 == 4", true),
    ("expect 1 + 2 * 3 == 7 and (1 + 2) * 3 == 9", true), ("expect 10k == 10000", true),
    ("expect 0.3 ~= 0.301", true), ("expect 2m == 120s", true),
  ])
  func expectationsKnowTolerances(line: String, holds: Bool) {
    let (result, _, _) = run(line)
    if holds {
      #expect(result == .completed)
    } else if case .expectationFailed = result {
    } else {
      #expect(Bool(false), "\(result)")
    }
  }

  @Test func blocksRunAndTheirNamesEndWithThem() {
    let (result, interpreter, outcomes) = run(
      """
      let total = 0
      for k in 1..3 {
        let twice = $k * 2
        let total = $total + $twice
        if $k == 2 { count $k } else { count 0 }
      }
      expect $total == 12
      """)
    #expect(result == .completed)
    #expect(interpreter.session.settings.seed == 9)
    #expect(interpreter.variables.names == ["total"])
    #expect(
      outcomes.filter { !$0.isExpectation }.map(\.text) == ["count 0", "count $k", "count 0"])
  }

  @Test func proceduresSeeTheirParametersOnly() {
    let text = "def twice(n, by = 2) { count ($n * $by) }\ntwice 3\ntwice n=1 by=4"
    let (result, interpreter, _) = run(text)
    #expect(result == .completed)
    #expect(interpreter.session.settings.seed == 17)
    #expect(interpreter.procedures.keys.sorted() == ["twice"])
  }

  @Test func includedFilesRunAsIfTheyStoodThere() {
    let (result, interpreter, _) = run("include 'part.mrs'\nexpect $x == 5")
    #expect(result == .completed)
    #expect(interpreter.session.settings.seed == 9)
  }

  @Test func filesThatIncludeEachOtherAreFoundBeforeTheyRun() {
    host.files["a.mrs"] = Array("include 'b.mrs'".utf8)
    host.files["b.mrs"] = Array("include 'a.mrs'".utf8)
    let (result, _, _) = run("include 'a.mrs'")
    guard case .invalid(let found) = result else { return #expect(Bool(false), "\(result)") }
    #expect(found.map(\.code) == ["E0107"])
  }

  @Test func expectedErrorsAreUndone() {
    let (result, interpreter, _) = run(
      "expect error E0500 {\n count 5\n fail now\n}\nexpect error E0201 { cuont }\ncount 1")
    #expect(result == .completed)
    #expect(interpreter.session.settings.seed == 8)
  }

  @Test func anErrorThatDoesNotComeIsAFailedExpectation() {
    let (result, _, _) = run("expect error E0500 { count 5 }")
    guard case .expectationFailed(let found) = result else {
      return #expect(Bool(false), "\(result)")
    }
    #expect(found.code == "E0702")
  }

  @Test func valuesOfTheCommandLineFillParameters() {
    var interpreter = interpreter()
    interpreter.parameters = ["n": .number(5)]
    let source = Source(text: "param n: number = 1\ncount $n\nsave session \"s.mrs\"")
    #expect(interpreter.run(source, host: host) == .completed)
    #expect(interpreter.session.settings.seed == 12)
    #expect(host.text("s.mrs") == "mrs 1\nset seed=7\n\nparam n = 5\ncount $n\n")
    interpreter.parameters = ["m": .number(5)]
    guard case .invalid(let found) = interpreter.run(source, host: host) else {
      return #expect(Bool(false))
    }
    #expect(found.map(\.code) == ["E0203"])
  }

  @Test func aSavedSessionMakesTheSameSession() throws {
    var first = interpreter()
    let text = "set seed=11\ncount 2; let r = count 1\nfail now"
    _ = first.run(Source(text: text), host: host)
    _ = first.run(Source(text: "count 1\nsave session \"s.mrs\""), host: host)
    let saved = try #require(host.text("s.mrs"))
    #expect(saved.hasPrefix("mrs 1\nset seed=7\n"))
    var second = interpreter()
    #expect(second.run(Source(name: "s.mrs", text: saved), host: host) == .completed)
    #expect(second.session.settings == first.session.settings)
    #expect(second.log.dropFirst() == ["set seed=11", "count 2", "let r = count 1", "count 1"])
  }

  @Test func cellsRememberWhatCameBefore() {
    var interpreter = interpreter()
    _ = interpreter.run(Source(name: "[1]", text: "let x = 2\ndef go(n) { count $n }"), host: host)
    _ = interpreter.run(Source(name: "[2]", text: "let y = count $x"), host: host)
    #expect(interpreter.session.settings.seed == 9)
    let found = interpreter.check(Source(name: "[3]", text: "count $z; count $y.sed"))
    #expect(found.map(\.code) == ["E0207", "E0204"])
  }

  @Test func inputFlowsThroughAPipe() {
    let (result, interpreter, outcomes) = run("count 4 | double")
    #expect(result == .completed)
    #expect(interpreter.session.settings.seed == 22)
    #expect(outcomes.count == 1)
    let (other, _, _) = run("count 4 | count 5")
    guard case .invalid(let found) = other else { return #expect(Bool(false)) }
    #expect(found.map(\.code) == ["E0208"])
  }
}

// MARK: A language of five verbs

/// They change the seed, which stands for all that a session holds.
private let laboratory = Catalog<any Command>(
  "command", [Count.self, Fail.self, Slow.self, Double_.self, Save.self])

private struct Count: Command {
  var by = 1
  static let signature = Signature<Self>(
    "count", "Adds to the seed.", [.positional("by", \.by, "how much", isRequired: false)])

  func run(in session: inout Session, host: any Host) throws -> Report {
    session.settings.seed += by
    return Report(result: Record([.init("seed", .number(Double(session.settings.seed)))]))
  }
}

private struct Fail: Command {
  var when = ""
  var why = ""
  static let signature = Signature<Self>(
    "fail", "Fails after half the work.",
    [.positional("when", \.when, "when"), .option("why", \.why, "why")])

  func run(in session: inout Session, host: any Host) throws -> Report {
    session.settings.seed = 0
    throw CommandFailure("E0500", "failed", argument: when)
  }
}

private struct Slow: Command {
  static let signature = Signature<Self>("slow", "Asks whether to go on.")

  func run(in session: inout Session, host: any Host) throws -> Report {
    session.settings.seed = 0
    try host.checkpoint(Progress("slow", done: 0, total: 1))
    return Report()
  }
}

private struct Double_: InputCommand {
  var input: Report?
  static let signature = Signature<Self>("double", "Adds its input once more.")

  func run(in session: inout Session, host: any Host) throws -> Report {
    if case .number(let number)? = input?.result["seed"] {
      session.settings.seed += Int(number.value)
    }
    return Report()
  }
}
