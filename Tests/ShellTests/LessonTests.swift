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
      case .request: true
      }
    }
    #expect(type("lesson \(name)"))
    let steps = try #require(notebook.lesson).lesson.steps
    for (index, step) in steps.enumerated() where !step.solution.isEmpty {
      #expect(notebook.lesson?.step == index, "\(name), step \(index + 1)")
      #expect(!step.hints.isEmpty, "\(name), step \(index + 1) has no hint")
      if !step.checks.isEmpty {
        let isDone = notebook.lesson?.lesson.isDone(
          step, in: Notebook().interpreter, typed: "", last: "", host: host)
        #expect(isDone == false, "\(name), step \(index + 1) is done before it is begun")
      }
      // What says nothing new solves nothing.
      #expect(type("show"))
      _ = notebook.lessonAnswer(host: host)
      #expect(notebook.lesson?.step == index, "\(name), step \(index + 1) is done by `show`")
      for line in step.solution.split(separator: "\n") {
        #expect(type(String(line)), "\(line)")
        if index == notebook.lesson?.step { _ = notebook.lessonAnswer(host: host) }
      }
    }
    #expect(notebook.lesson == nil)
  }

  @Test func aWrongAnswerIsToldFromTheRightOne() throws {
    let text =
      "## # T\n## Split it.\n#? uses split query=5|query=6 support\nsplit tasks query=5 support=3\n"
    let lesson = Lesson(text)
    let step = try #require(lesson.steps.first)
    func isDone(_ typed: String) -> Bool {
      lesson.isDone(step, in: Interpreter(), typed: typed, last: typed, host: host)
    }
    #expect(isDone("split tasks query=6 support=rest"))
    #expect(isDone("show; split tasks support=3 query=5"))
    #expect(!isDone("split tasks query=55 support=3") && !isDone("split tasks query=5"))
  }

  @Test func linesOfAParagraphFlowTogether() {
    let steps = Lesson("## # T\n## One\n## two.\n##\n## - a\n## - b\nshow\n").steps
    #expect(steps.map(\.prose) == ["One two.\n\n- a\n- b"])
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
