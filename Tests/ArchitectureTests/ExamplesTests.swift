import Commands
import Datasets
import Language
import MetaLearning
import Reports
import Synchronization
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
      var interpreter = try Preludes.interpreter(with: form.needs + needs(of: example))
      let source = Source(name: "example", text: example.line)
      let result = interpreter.run(source, host: MemoryHost(Preludes.host))
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
          with: [.data] + form.needs + needs(of: example))
        let source = Source(name: "example", text: example.line)
        let result = interpreter.run(source, host: MemoryHost(Preludes.host))
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

  /// What the calls of an example need that those before them do not give; what is expected to fail needs
  /// nothing.
  private func needs(of example: Example) -> [Noun] {
    var (needed, given): ([Noun], [Noun]) = ([], [])
    func add(_ statements: [Statement]) {
      for statement in statements {
        if case .expectation = statement.kind { continue }
        for call in statement.calls {
          let nouns = nouns(of: call)
          needed += nouns.needs.filter { !given.contains($0) }
          given += nouns.gives
        }
        add(statement.blocks.flatMap(\.statements))
      }
    }
    add(parse(example.line).script.statements)
    return needed
  }

  private func nouns(of call: Call) -> (needs: [Noun], gives: [Noun]) {
    guard let type = commands.types.first(where: { $0.name == call.verb.text }) else {
      return ([], [])
    }
    var evaluator = Evaluator(Scope())
    let arguments = call.arguments.map {
      Argument(key: $0.key?.text, evaluator.value(of: $0.value))
    }
    return BoundArguments(arguments, of: type).nouns(of: type)
  }

  /// What the checker believes of a result is what running gives.
  @Test(arguments: commandForms.map(\.name))
  func theFieldsOfTheResultAreKnownBeforeRunning(name: String) throws {
    let form = try #require(commandForms.first { $0.name == name })
    for example in form.examples where !example.line.contains(";") {
      var interpreter = try Preludes.interpreter(with: form.needs + needs(of: example))
      let line =
        example.line.hasPrefix("let ") ? "let r = " + example.line.dropFirst(8) : example.line
      let source = Source(name: "example", text: line.hasPrefix("let ") ? line : "let r = " + line)
      let host = MemoryHost(Preludes.host)
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
    let host = MemoryHost(Preludes.host)
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
  private static let made = Mutex<[[Noun]: Interpreter]>([:])

  /// What examples may read: what the examples of `save` and `meta-train` write, and a table made up here.
  static let host: MemoryHost = {
    let host = MemoryHost()
    try? host.write(Array("item,made\n1,wood\n2,tin\n".utf8), to: "materials.csv")
    try? host.write(Array("item,title\n901,A kite\n902,A drum\n".utf8), to: "new.csv")
    try? host.write(Array("user,height\n1,120\n2,-1\n".utf8), to: "people.csv")
    try? host.write(Array("truster,trusted,weight\n1,2,1\n2,3,0.5\n".utf8), to: "trust.csv")
    let events = [(1, 2), (2, 3)].map { user, item in
      "{\"user\": \"\(user)\", \"item\": \"\(item)\", \"rating\": 4, \"time\": 170000000\(item)}\n"
    }
    try? host.write(Array(events.joined().utf8), to: "events.jsonl")
    try? host.write(Array("load data; split tasks".utf8), to: "setup.mrs")
    for form in saveables.members.forms + [MetaTrain.form] {
      guard var interpreter = try? interpreter(with: form.needs) else { continue }
      for example in form.examples {
        _ = interpreter.run(Source(name: "prelude", text: example.line), host: host)
      }
    }
    return host
  }()

  /// A session in which every one of the nouns is there.
  static func interpreter(with nouns: [Noun]) throws -> Interpreter {
    let order = nouns.reduce(into: [Noun]()) { add($1, to: &$0) }
    return try made.withLock { made in
      if let known = made[order] { return known }
      var interpreter = Interpreter()
      for noun in order {
        let source = Source(name: "prelude", text: noun.remedy)
        try #require(interpreter.run(source, host: MemoryHost()) == .completed, "\(noun.remedy)")
      }
      made[order] = interpreter
      return interpreter
    }
  }

  /// Adds a noun after those it is made from.
  private static func add(_ noun: Noun, to order: inout [Noun]) {
    for source in noun.sources { add(source, to: &order) }
    if let whole = noun.kindOf {
      add(whole, to: &order)
      // Ratings are what data are without more.
      guard noun == .interactions, !order.contains(noun), let place = order.firstIndex(of: whole)
      else { return }
      order.insert(noun, at: place + 1)
      return
    }
    if !order.contains(noun) { order.append(noun) }
  }
}
