import Commands
import Datasets
import Language
import MetaLearning
import Reports
import Testing

/// Every line that help shows as an example does what it says, on the built-in sample.
@Suite struct ExamplesTests {
  @Test(arguments: commandForms.map(\.name))
  func everyExampleOfTheCommandRuns(name: String) throws {
    let form = try #require(commandForms.first { $0.name == name })
    if commands.types.contains(where: { $0.name == name && $0 is any NotebookCommand.Type }) {
      for example in form.examples { try runAtThePrompt(example) }
      return
    }
    for example in form.examples {
      var interpreter = try Preludes.interpreter(with: form.needs + example.needs)
      let source = Source(name: "example", text: example.line)
      let result = interpreter.run(source, host: Preludes.host)
      #expect(result == .completed, "\(example.line)")
    }
  }

  /// Groups of `help` whose examples need files of other programs, or a prompt.
  static let elsewhere = ["commands", "data", "documents", "formats"]

  @Test(arguments: TopicGroup.all.map(\.name).filter { !elsewhere.contains($0) })
  func everyExampleOfEveryTopicRuns(group: String) throws {
    let group = try #require(TopicGroup.all.first { $0.name == group })
    for form in group.members.forms {
      #expect(!form.examples.isEmpty, "\(form.name)")
      for example in form.examples {
        var interpreter = try Preludes.interpreter(
          with: [.data] + form.needs + example.needs)
        let source = Source(name: "example", text: example.line)
        let result = interpreter.run(source, host: Preludes.host)
        #expect(result == .completed, "\(form.name): \(example.line)")
      }
    }
  }

  @Test func everyKeywordHasItsPage() {
    #expect(keywords.members.names == Keyword.allCases.map(\.rawValue))
  }

  @Test func everyAlgorithmHasItsUpdateAndItsPaper() {
    for form in metaLearners.members.forms {
      #expect(form.details.contains(#/[=←]/#), "\(form.name) does not say what it computes")
      #expect(form.details.contains(#/(19|20)\d\d/#), "\(form.name) names no paper")
    }
  }

  /// What the checker believes of a result is what running gives.
  @Test(arguments: commandForms.map(\.name))
  func theFieldsOfTheResultAreKnownBeforeRunning(name: String) throws {
    let form = try #require(commandForms.first { $0.name == name })
    for example in form.examples where !example.line.contains(";") {
      var interpreter = try Preludes.interpreter(with: form.needs + example.needs)
      let line =
        example.line.hasPrefix("let ") ? "let r = " + example.line.dropFirst(8) : example.line
      let source = Source(name: "example", text: line.hasPrefix("let ") ? line : "let r = " + line)
      let host = Preludes.host
      let known = Language.check(source, in: interpreter.checkContext(host)).after.variables["r"]
      guard let fields = known?.fields else { continue }
      #expect(interpreter.run(source, host: host) == .completed, "\(line)")
      guard case .record(let record)? = interpreter.variables["r"]?.value else { continue }
      let there = fields.names
      let names = record.fields.map(\.name)
      // The options that a sweep varies are fields of its result as well.
      let isSweep = there.contains("runs")
      #expect(isSweep ? Set(there).isSubset(of: names) : Set(there) == Set(names), "\(line)")
      let absent = Set(interpreter.session.nouns.filter { !$0.1 }.map(\.0))
      if !isSweep { expect(record, present(fields.listed, without: absent), line) }
    }
  }

  /// The fields that are there in a session without some nouns.
  private func present(_ fields: [ResultField], without absent: Set<Noun>) -> [ResultField] {
    fields.filter { absent.isDisjoint(with: $0.needs) }.map { field in
      guard case .record(let inner?) = field.kind else { return field }
      return ResultField(field.name, .record(present(inner, without: absent)), needs: field.needs)
    }
  }

  private func expect(_ record: Record, _ fields: [ResultField], _ place: String) {
    let missing = Set(fields.map(\.name)).subtracting(record.fields.map(\.name))
    // Where a metric has a value for nobody, only the data tell.
    #expect(missing.isSubset(of: ["diversity@5"]), "\(place): \(missing)")
    for own in record.fields {
      switch (own.value, fields.first { $0.name == own.name }?.kind) {
      case (.number, .number), (.text, .text), (.list, .list), (.record, .record(nil)): break
      case (.record(let inner), .record(let fields?)):
        expect(inner, fields, "\(place) \(own.name)")
      default: Issue.record("\(place): `\(own.name)` is \(own.value.description)")
      }
    }
  }

  private func runAtThePrompt(_ example: Example) throws {
    let host = Preludes.host
    var notebook = Notebook()
    let before = [
      "load data", "split tasks", "show", "meta-train maml epochs=1", "show", "show", "show",
      "branch careful", "undo 3", "rerun 1", "goto 7", "undo",
    ]
    for line in before { _ = notebook.run(line, host: host, observe: { _ in }) }
    guard case .request = notebook.run(example.line, host: host, observe: { _ in }) else {
      Issue.record("\(example.line)")
      return
    }
  }
}

/// Sessions that hold what a command needs, each made once.
enum Preludes {
  private static let stage = ExampleStage(MemoryHost())

  /// What examples may read and write, for one of them.
  static var host: FilesInMemory { stage.files }

  /// A session in which every one of the nouns is there.
  static func interpreter(with nouns: [Noun]) throws -> Interpreter {
    try #require(stage.interpreter(with: nouns), "\(ExampleStage.remedies(nouns))")
  }
}
