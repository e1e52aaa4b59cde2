import Commands
import Language
import Testing

/// What commands read of a session is what they declare to read.
@Suite struct DependenceTests {
  /// What nobody needs to declare: names are read by the language itself, files are named by arguments, threads
  /// change no bit.
  private func needsNoDeclaration(_ slot: Slot) -> Bool {
    switch slot {
    case .variable, .parameter, .procedure, .file, .threads: true
    default: false
    }
  }

  /// What statements have read beyond what they declare.
  private func undeclared(_ interpreter: Interpreter) -> [String] {
    interpreter.session.log.entries.flatMap { entry in
      entry.access.reads.subtracting(entry.access.declared).filter { !needsNoDeclaration($0) }
        .sorted().map { "\(entry.text): \($0.name)" }
    }
  }

  @Test(arguments: commandForms.map(\.name))
  func everyExampleReadsNothingElse(name: String) throws {
    let form = try #require(commandForms.first { $0.name == name })
    for example in form.examples {
      var interpreter = try Preludes.interpreter(with: form.needs + [.model, .adapted])
      interpreter.session.log = SessionLog()
      _ = interpreter.run(Source(name: "example", text: example.line), host: MemoryHost(Preludes.host))
      #expect(undeclared(interpreter) == [], "\(example.line)")
    }
  }

  @Test(arguments: MutationTests.scripts.map(\.name))
  func everyScriptReadsNothingElse(name: String) throws {
    let script = try #require(MutationTests.scripts.first { $0.name == name })
    var interpreter = Interpreter()
    interpreter.execution.plan = Plan(calibration: Calibration(), memory: { 0 })
    _ = interpreter.run(script, host: MemoryHost(Preludes.host))
    #expect(undeclared(interpreter) == [])
  }
}
