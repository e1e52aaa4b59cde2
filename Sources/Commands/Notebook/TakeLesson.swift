import Language
import Reports

/// `lesson "cold-start"`: learns something step by step.
package struct TakeLesson: NotebookCommand {
  var wish = ""

  package init() {}

  package static let signature = Signature<Self>(
    "lesson", "Lists the lessons, or takes one step by step.",
    details:
      "A step is done when what you have typed reaches what it asks for. `lesson hint` gives the next "
      + "hint and at last the solution, `lesson again` shows the step, `lesson stop` leaves.",
    [
      .positional(
        "name", \.wish, "a lesson or its file, or `hint`, `again` or `stop`", isRequired: false,
        expects: "the name of a lesson", completion: .live("lesson"))
    ],
    examples: [Example("lesson"), Example("lesson stop")])

  package func run(in notebook: inout Notebook, host: any Host) throws -> NotebookRequest {
    switch wish {
    case "": return .show(try list(host))
    case "stop":
      notebook.lesson = nil
      return .show(Report([.text("No lesson is open.")]))
    case "hint", "again":
      guard notebook.lesson != nil else {
        throw CommandFailure("E0802", "no lesson is open", help: ["`lesson` lists them"])
      }
      let report = wish == "hint" ? notebook.lesson?.hint() : notebook.lesson?.task
      return .show(report ?? Report())
    default:
      notebook.lesson = LessonProgress(try lesson(host))
      return .show(notebook.lesson?.task ?? Report())
    }
  }

  private func list(_ host: any Host) throws -> Report {
    let names = TakeLesson.names(host)
    guard !names.isEmpty else {
      return Report([
        .text("No lessons are installed here; `lesson \"FILE\"` takes a file.")
      ])
    }
    let rows = try names.map { name -> [Table.Cell] in
      let lesson = Lesson(try Source(reading: TakeLesson.path(name, host), host: host).text)
      return [.text(name), .text(lesson.title), .count(lesson.steps.count)]
    }
    return Report([
      .table(
        Table(
          columns: [.init("lesson"), .init("what it teaches"), .init("steps", .right)], rows: rows,
          footnotes: ["`lesson \(names[0])` begins the first."]))
    ])
  }

  private func lesson(_ host: any Host) throws -> Lesson {
    // `lesson 3` is enough for `3-maml`.
    let meant = TakeLesson.names(host).filter { $0.hasPrefix(wish + "-") }
    let supplied = TakeLesson.path(meant.count == 1 ? meant[0] : wish, host)
    let path = host.kind(of: supplied) == .file ? supplied : wish
    guard host.kind(of: path) == .file else {
      throw CommandFailure(
        "E0501", "there is no lesson `\(wish)`", help: ["`lesson` lists them"],
        suggestions: suggestions(for: wish, among: TakeLesson.names(host)), argument: wish)
    }
    let lesson = Lesson(try Source(reading: path, host: host).text)
    guard !lesson.steps.isEmpty else {
      throw CommandFailure(
        "E0501", "`\(path)` holds no lesson", help: ["a lesson has `##` lines to read"],
        argument: wish)
    }
    return lesson
  }

  /// The names of the lessons that are there.
  package static func names(_ host: any Host) -> [String] {
    let files = folder(host).flatMap { try? host.list($0) } ?? []
    return files.filter { $0.hasSuffix(".mrs") }.map { String($0.dropLast(4)) }
  }

  private static func folder(_ host: any Host) -> String? {
    host.supplied("lessons").first { host.kind(of: $0) == .folder }
  }

  private static func path(_ name: String, _ host: any Host) -> String {
    "\(folder(host) ?? ".")/\(name).mrs"
  }
}
