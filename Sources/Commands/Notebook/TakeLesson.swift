import Language
import Reports

/// `lesson "cold-start"`: learns something step by step.
package struct TakeLesson: NotebookCommand {
  var wish = ""
  var startsAnew = false

  package init() {}

  package static let signature = Signature<Self>(
    "lesson", "Lists the lessons, or takes one step by step.",
    details:
      "A step is done when what you have typed reaches what it asks for; until then the lesson says what is "
      + "missing. `lesson hint` gives the next hint and at last the solution, `lesson again` shows the step, "
      + "`lesson stop` leaves. A lesson that was left goes on where it was, also in a later session.",
    [
      .positional(
        "name", \.wish, "a lesson or its file, or `hint`, `again` or `stop`", isRequired: false,
        expects: "the name of a lesson", completion: .live("lesson")),
      .flag("anew", \.startsAnew, "from its first step"),
    ],
    examples: [Example("lesson"), Example("lesson stop")])

  package func run(in notebook: inout Notebook, host: any Host) throws -> NotebookRequest {
    switch wish {
    case "": return .show(try list(notebook, host))
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
      let (name, lesson) = try lesson(host)
      let done = startsAnew ? 0 : notebook.lessonsDone[name] ?? 0
      var progress = LessonProgress(
        lesson, name: name, step: done < lesson.steps.count ? done : 0)
      guard progress.step > 0, let current = progress.current else {
        notebook.lesson = progress
        return .show(progress.task)
      }
      let lines = notebook.holds(progress, host) ? [] : progress.earlierLines
      progress.cellsToCatchUp = lines.count
      notebook.lesson = progress
      if current.isReading { notebook.lesson = nil }
      return lines.isEmpty ? .show(progress.task) : .run(lines, again: [])
    }
  }

  private func list(_ notebook: Notebook, _ host: any Host) throws -> Report {
    let names = TakeLesson.names(host)
    guard !names.isEmpty else {
      return Report([
        .text("No lessons are installed here; `lesson \"FILE\"` takes a file.")
      ])
    }
    let rows = try names.map { name -> [Table.Cell] in
      let lesson = Lesson(try Source(reading: TakeLesson.path(name, host), host: host).text)
      let (done, all) = (notebook.lessonsDone[name] ?? 0, lesson.steps.count)
      return [
        .text(name), .text(lesson.title), .count(all),
        .text(done == 0 ? "" : done < all ? "\(done) done" : "all done"),
      ]
    }
    return Report([
      .table(
        Table(
          columns: [
            .init("lesson"), .init("what it teaches"), .init("steps", .right), .init("you"),
          ], rows: rows,
          footnotes: [
            "`lesson \(names[0])` begins the first; one that was left goes on where it was."
          ]
        ))
    ])
  }

  private func lesson(_ host: any Host) throws -> (name: String, Lesson) {
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
    return (path == supplied ? meant.first ?? wish : wish, lesson)
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
