import Language
import Reports

/// Something to learn, step by step at the prompt. A lesson is a script that also runs as a whole:
/// `##` lines are what the learner reads, `#? hint` lines help her, `#? check` and `#? uses` lines say when
/// a step is done, and the other lines are the solution that she is to find.
package struct Lesson: Sendable, Equatable {
  package struct Step: Sendable, Equatable {
    package var prose = ""
    package var hints: [String] = []
    /// Conditions that hold when the step is done.
    package var checks: [String] = []
    /// Words that what was typed must have, such as `meta-train` and `order=1|fomaml`; an option without a
    /// value stands for any.
    package var words: [String] = []
    package var solution = ""

    /// Adds a line to the prose: those of a paragraph flow together, those of a list do not.
    fileprivate mutating func add(line: String) {
      let isBegun = !prose.isEmpty && !prose.hasSuffix("\n")
      let joint = !isBegun ? "" : line.hasPrefix("- ") ? "\n" : " "
      prose += line.isEmpty ? "\n\n" : joint + line
    }

    /// Whether there is only something to read.
    var isReading: Bool { solution.isEmpty && checks.isEmpty && words.isEmpty }

    /// Whether a text ends as the solution does: with the same verb.
    func isTried(by text: String) -> Bool {
      func verb(_ text: String) -> Substring? {
        text.split { $0 == "\n" || $0 == ";" }.last?.split(separator: " ").first
      }
      return verb(text) == verb(solution)
    }

    /// The solution with what the learner has to find left out: its options and values.
    package var gap: String {
      solution.split(separator: "\n").map { line in
        (line.split(separator: " ").first.map(String.init) ?? "") + " ___"
      }.joined(separator: "\n")
    }
  }

  package var title: String
  package var steps: [Step]

  /// The lesson that a text holds: a step ends where prose begins again.
  package init(_ text: String) {
    title = ""
    steps = []
    var step = Step()
    for line in Source(text: text).lines {
      let line = line.trimmingSpaces
      if line.hasPrefix("##") {
        if !step.solution.isEmpty || !step.checks.isEmpty {
          steps.append(step)
          step = Step()
        }
        let words = String(line.dropFirst(2)).trimmingSpaces
        if words.hasPrefix("# "), title.isEmpty {
          title = String(words.dropFirst(2))
        } else {
          step.add(line: words)
        }
      } else if let hint = line.rest(after: "#? hint ") {
        step.hints.append(hint)
      } else if let check = line.rest(after: "#? check ") {
        step.checks.append(check)
      } else if let words = line.rest(after: "#? uses ") {
        step.words += words.split(separator: " ").map(String.init)
      } else if !line.isEmpty, !line.hasPrefix("#"), line != "mrs 1" {
        step.solution += (step.solution.isEmpty ? "" : "\n") + line
      }
    }
    if !step.prose.isEmpty || !step.solution.isEmpty { steps.append(step) }
  }

  /// Whether what the learner has reached is what a step asks for.
  ///
  /// A step that says nothing of that is done by what its solution says, whatever the spaces.
  ///
  /// - Parameters:
  ///   - typed: what she has typed in this step.
  ///   - last: the last of it.
  package func isDone(
    _ step: Step, in interpreter: Interpreter, typed: String, last: String, host: any Host
  ) -> Bool {
    if step.isReading { return true }
    if step.checks.isEmpty, step.words.isEmpty { return words(last) == words(step.solution) }
    let typed = words(typed)
    let isUsed = step.words.allSatisfy { word in
      word.split(separator: "|").contains { wanted in
        typed.contains { $0 == wanted || $0.hasPrefix(wanted + "=") }
      }
    }
    return isUsed
      && step.checks.allSatisfy { check in
        var trial = interpreter
        return trial.run(Source(text: check), host: host) == .completed
      }
  }

  private func words(_ text: String) -> [Substring] {
    text.split { $0 == " " || $0 == "\n" || $0 == ";" }
  }
}

/// How far a learner is in a lesson.
package struct LessonProgress: Sendable {
  package let lesson: Lesson
  package private(set) var step = 0
  private var hintsGiven = 0
  /// What has been typed in this step.
  package var typed = ""

  package init(_ lesson: Lesson) { self.lesson = lesson }

  /// The step that is to be done; nil after the last one.
  package var current: Lesson.Step? {
    lesson.steps.indices.contains(step) ? lesson.steps[step] : nil
  }

  /// What there is to read and to do now.
  package var task: Report {
    guard let current else {
      return Report([.text("That was the last step of “\(lesson.title)”.")])
    }
    var blocks: [Report.Block] = [
      .heading("\(lesson.title) · step \(step + 1) of \(lesson.steps.count)")
    ]
    for part in current.prose.split(separator: "\n\n") { blocks.append(.text(String(part))) }
    if !current.solution.isEmpty {
      blocks.append(.code(current.gap))
      blocks.append(.note("`lesson hint` helps, `lesson stop` leaves the lesson."))
    }
    return Report(blocks)
  }

  /// Goes to the next step.
  package mutating func advance() {
    step += 1
    (hintsGiven, typed) = (0, "")
  }

  /// The next hint; after the last one, the solution.
  package mutating func hint() -> Report {
    guard let current else { return task }
    defer { hintsGiven += 1 }
    if hintsGiven < current.hints.count { return Report([.text(current.hints[hintsGiven])]) }
    return Report([.text("One solution:"), .code(current.solution)])
  }
}

extension String {
  /// What follows a prefix, or nil when the text does not begin so.
  fileprivate func rest(after prefix: String) -> String? {
    hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
  }
}
