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
      _ = interpreter.run(source, host: Preludes.host)
      #expect(interpreter.undeclaredReads == [], "\(example.line)")
    }
  }

  /// What commands declare and none of their examples reads, with the reason; each line is a command and a slot.
  static let wider: [String: String] = [
    "best: models": "a sweep leaves a model, and that there was one is asked before it runs",
    "best: the present model": "the same",
    "best: the sweep": "read where no result of a sweep is named",
    "evaluate: the training of the model": "read for seeds= and resplit=, which repeat it",
    "keep: data": "what a model is made from must be there for it",
    "keep: tasks": "the same",
    "rate: models": "what an adapted model is made from must be there for it",
    "rate: tasks": "the same", "rate: the present model": "the same",
    "stream: models": "the same", "stream: tasks": "the same",
    "stream: the present model": "the same",
    "significance: data": "results of users are compared, whose tasks must be there",
    "significance: tasks": "the same",
    "similar: tasks": "what a model is made from must be there for it",
  ]

  @Test func whatIsDeclaredWiderThanReadIsListed() throws {
    var found: Set<String> = []
    for form in commandForms {
      var (declared, read): (Set<String>, Set<String>) = ([], [])
      for example in form.examples {
        var interpreter = try Preludes.interpreter(with: form.needs + [.model, .adapted])
        interpreter.forgetLog()
        let source = Source(name: "example", text: example.line)
        _ = interpreter.run(source, host: Preludes.host)
        for entry in interpreter.session.log.entries where entry.text.contains(form.name) {
          declared.formUnion(entry.access.declared.map(kind))
          read.formUnion(entry.access.allReads.map(kind))
        }
      }
      found.formUnion(declared.subtracting(read).map { "\(form.name): \($0)" })
    }
    #expect(found.subtracting(Self.wider.keys).sorted() == [], "read it, or say why not")
    #expect(Set(Self.wider.keys).subtracting(found).sorted() == [], "these are read now")
  }

  /// Slots side by side are of one kind.
  private func kind(_ slot: Slot) -> String {
    switch slot {
    case .model: "models"
    case .baseline: "baselines"
    case .adapted: "adapted models"
    case .resumed: "resumed checkpoints"
    default: slot.name
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
