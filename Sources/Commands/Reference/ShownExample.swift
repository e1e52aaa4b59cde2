import Language
import Reports

/// An example of `help` with what running it says, for a web page.
struct ShownExample {
  let example: Example
  /// The lines that ran before it.
  private(set) var before: [String] = []
  /// What it said, as HTML.
  private(set) var said = ""

  /// Runs an example of a form in a group of `help`.
  init(_ example: Example, of form: Form, in group: TopicGroup, on stage: ExampleStage) {
    self.example = example
    if group.name == "formats" {
      said = ShownExample.written(as: form.name, on: stage)
    } else if isNotebookCommand(example.line, in: commands) {
      runAtThePrompt(stage.files)
    } else {
      // Everything but a command shows itself on data.
      let own = group.name == "commands" || group.name == "data" ? [] : [Noun.data]
      run(with: own + form.needs + example.needs, on: stage)
    }
  }

  private mutating func run(with nouns: [Noun], on stage: ExampleStage) {
    guard var interpreter = stage.interpreter(with: nouns) else { return }
    before = ExampleStage.remedies(nouns)
    let source = Source(name: "example", text: example.line)
    var reports: [Report] = []
    let result = interpreter.run(source, host: stage.files) { outcome in
      if let report = outcome.report { reports.append(report) }
    }
    said = ShownExample.markup(of: reports)
    switch result {
    case .completed: if said.isEmpty { said = ShownExample.note("It says nothing.") }
    case .interrupted: break
    case .failed(let fault) where fault.code.hasPrefix("E05"):
      said = ShownExample.note("It reads files of yours, and is not run here.")
    case .invalid(let faults) where faults.contains { $0.code.hasPrefix("E05") }:
      said = ShownExample.note("It reads files of yours, and is not run here.")
    case .failed(let fault), .expectationFailed(let fault):
      said += HTMLRenderer().text(fault, in: source)
    case .invalid(let faults): said += faults.map { HTMLRenderer().text($0, in: source) }.joined()
    }
  }

  /// The cells of a session in which commands about cells have something to do.
  private static let cells = [
    "load data", "split tasks", "show", "meta-train maml epochs=1", "show", "show", "show",
    "branch careful", "undo 3", "rerun 1", "goto 7", "undo",
  ]

  private mutating func runAtThePrompt(_ host: any Host) {
    var notebook = Notebook()
    before = Self.cells
    for line in before { _ = notebook.run(line, host: host, observe: { _ in }) }
    guard case .request(let request) = notebook.run(example.line, host: host, observe: { _ in })
    else { return }
    switch request {
    case .show(let report): said = Self.markup(of: [report])
    case .run(let lines, _):
      said = Self.note("Runs as new cells:") + Self.markup(of: [Report(lines.map { .code($0) })])
    case .edit(let text, _):
      said = Self.note("Opens in your editor:") + Self.markup(of: [Report([.code(text)])])
    case .recover: said = Self.note("Runs again what a session that was cut off had done.")
    case .pull: said = Self.note("Runs cells of the session that is followed.")
    case .leave: said = Self.note("The session ends.")
    }
  }

  /// What a few lines say in a form that results can be written in.
  private static func written(as name: String, on stage: ExampleStage) -> String {
    guard case .success(var renderer) = renderers.make(name),
      var interpreter = stage.interpreter(with: [.data])
    else { return "" }
    renderer.page.hasColour = false
    var text = ""
    _ = interpreter.run(Source(name: "example", text: "split tasks"), host: stage.files) {
      outcome in
      if let report = outcome.report { text += renderer.text(report) }
    }
    return note("What `split tasks` says in this form:") + "<pre>\(Reports.markup(text))</pre>\n"
  }

  private static func markup(of reports: [Report]) -> String {
    reports.map { HTMLRenderer().text($0.timeless) }.joined()
  }

  private static func note(_ text: String) -> String {
    HTMLRenderer().text(Report([.note(text)]))
  }
}
