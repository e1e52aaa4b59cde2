import Commands
import Language
import Reports
import Shell
import Testing

/// The folder that the project lies in.
private let project = String(#filePath.dropLast("/Tests/ShellTests/LessonTests.swift".count))

@Suite struct LessonTests {
  private let host = TerminalHost(directory: project)

  @Test func thereAreEightLessonsAtLeast() {
    #expect(TakeLesson.names(host).count >= 8)
  }

  @Test(arguments: TakeLesson.names(TerminalHost(directory: project)))
  func theSolutionOfALessonSolvesEachOfItsSteps(name: String) throws {
    var notebook = Notebook()
    func type(_ line: String) -> Bool {
      switch notebook.run(line, host: host, observe: { _ in }) {
      case .ran(let result): result == .completed
      case .wish: true
      }
    }
    #expect(type("lesson \(name)"))
    let steps = try #require(notebook.lesson).lesson.steps
    for (index, step) in steps.enumerated() where !step.solution.isEmpty {
      #expect(notebook.lesson?.step == index, "\(name), step \(index + 1)")
      #expect(!step.hints.isEmpty, "\(name), step \(index + 1) has no hint")
      if !step.checks.isEmpty {
        let isDone = notebook.lesson?.lesson.isDone(
          step, in: Notebook().interpreter, last: "", host: host)
        #expect(isDone == false, "\(name), step \(index + 1) is done before it is begun")
      }
      for line in step.solution.split(separator: "\n") {
        #expect(type(String(line)), "\(line)")
        if index == notebook.lesson?.step { _ = notebook.lessonAnswer(host: host) }
      }
    }
    #expect(notebook.lesson == nil)
  }

  @Test func hintsComeOneByOneAndTheSolutionLast() {
    let text = "## # T\n## Do it.\n#? hint one\n#? hint two\nload data\n"
    var progress = LessonProgress(Lesson(text))
    #expect(progress.task.blocks.contains(.code("load ___")))
    #expect(progress.hint() == Report([.text("one")]))
    #expect(progress.hint() == Report([.text("two")]))
    #expect(progress.hint().blocks.contains(.code("load data")))
  }
}
