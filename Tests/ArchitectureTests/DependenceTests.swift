import Commands
import Language
import Testing

/// What commands read of a session is what they declare to read. The scripts of the examples are held to it where
/// they run (`everyScriptOfTheExamplesRunsOnTheSample`).
@Suite struct DependenceTests {
  @Test(arguments: commandForms.map(\.name))
  func everyExampleReadsWhatItDeclares(name: String) throws {
    let form = try #require(commandForms.first { $0.name == name })
    for example in form.examples {
      var interpreter = try Preludes.interpreter(with: form.needs + [.model, .adapted])
      interpreter.forgetLog()
      let source = Source(name: "example", text: example.line)
      _ = interpreter.run(source, host: MemoryHost(Preludes.host))
      #expect(interpreter.undeclaredReads == [], "\(example.line)")
    }
  }
}

extension Interpreter {
  mutating func forgetLog() { session.log = SessionLog() }

  /// What statements have read beyond what they declare. Names are read by the language itself, files are named by
  /// arguments, the runs of a sweep by its trainings, and the number of threads changes no bit.
  var undeclaredReads: [String] {
    session.log.entries.flatMap { entry in
      entry.access.reads.subtracting(entry.access.declared).filter { slot in
        switch slot {
        case .variable, .parameter, .procedure, .file, .threads, .run: false
        default: true
        }
      }.sorted().map { "\(entry.text): \($0.name)" }
    }
  }
}
