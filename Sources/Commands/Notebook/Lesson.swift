import Language
import Reports

/// Something to learn, step by step at the prompt. A lesson is a script that also runs as a whole:
/// `##` lines are what the learner reads, `#? hint` lines help, `#? check` and `#? uses` lines say when a step is
/// done, and the other lines are the solution that is to be found.
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

    /// Whether a text has a verb of the step in it.
    func isTried(by text: String) -> Bool {
      func verbs(_ text: String) -> Set<Substring> {
        Set(text.split { $0 == "\n" || $0 == ";" }.compactMap { $0.split(separator: " ").first })
      }
      return !verbs(text).isDisjoint(with: verbs(solution))
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

  /// Whether what the learner has reached is what a step asks for: nothing is missing.
  package func isDone(
    _ step: Step, in interpreter: Interpreter, typed: String, last: String, host: any Host
  ) -> Bool {
    missing(of: step, in: interpreter, typed: typed, last: last, host: host).isEmpty
  }

  /// What is missing of what a step asks for, each as a sentence without its end; nothing when it is done.
  ///
  /// A step that says nothing of that is done by what its solution says, whatever the spaces.
  ///
  /// - Parameters:
  ///   - typed: what has been typed in this step.
  ///   - last: the last of it.
  package func missing(
    of step: Step, in interpreter: Interpreter, typed: String, last: String, host: any Host
  ) -> [String] {
    if step.isReading { return [] }
    if step.checks.isEmpty, step.words.isEmpty {
      let (given, wanted) = (words(last), words(step.solution))
      if given == wanted { return [] }
      let odd = given.first { !wanted.contains($0) }
      return [odd.map { "`\($0)` is not what is asked for" } ?? "something is missing in the line"]
    }
    let typed = words(typed)
    let unused = step.words.compactMap { lack(of: $0, in: typed) }
    return unused.isEmpty ? step.checks.compactMap { lack(of: $0, in: interpreter, host) } : unused
  }

  /// What is wrong with the use of a word, such as `query=5` or `order=1|fomaml`; nil when it is used.
  private func lack(of word: String, in typed: [Substring]) -> String? {
    let choices = word.split(separator: "|")
    let isUsed = choices.contains { wanted in
      typed.contains { $0 == wanted || $0.hasPrefix(wanted + "=") }
    }
    guard !isUsed, let first = choices.first else { return nil }
    guard let sign = first.firstIndex(of: "=") else { return "`\(first)` is still to come" }
    let key = first[...sign]
    let other = typed.last { $0.hasPrefix(key) }
    return other.map { "`\($0)` is another value than the one asked for" }
      ?? "`\(key)…` is still to come"
  }

  /// Why a condition does not hold; nil when it does.
  fileprivate func lack(
    of check: String, in interpreter: Interpreter, _ host: any Host
  ) -> String? {
    var trial = interpreter
    switch trial.run(Source(text: check), host: host) {
    case .completed: return nil
    case .expectationFailed(let fault): return fault.primary.text
    case .failed(let fault): return fault.message
    case .invalid(let faults): return faults.first?.message ?? ""
    case .interrupted: return "it was interrupted"
    }
  }

  private func words(_ text: String) -> [Substring] {
    text.split { $0 == " " || $0 == "\n" || $0 == ";" }
  }
}

/// Where it is kept how far a learner came in each lesson.
package protocol LessonRecord: AnyObject {
  /// How many steps of each lesson are done, by its name.
  func steps() -> [String: Int]
  func keep(_ steps: Int, of lesson: String)
}

/// How far a learner is in a lesson.
package struct LessonProgress: Sendable {
  package let lesson: Lesson
  /// What `lesson` calls it.
  package let name: String
  package private(set) var step = 0
  private var hintsGiven = 0
  /// What has been typed in this step.
  package var typed = ""
  /// How many cells still make what earlier steps had made, before this one goes on.
  package var cellsToCatchUp = 0

  package init(_ lesson: Lesson, name: String = "", step: Int = 0) {
    self.lesson = lesson
    self.name = name
    self.step = step
  }

  /// The lines that make what the steps before this one make.
  package var earlierLines: [String] {
    lesson.steps[..<step].filter { !$0.solution.isEmpty }.map(\.solution)
  }

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
      .heading(
        "\(lesson.title) · step \(step + 1) of \(lesson.steps.count) "
          + String(repeating: "●", count: step)
          + String(repeating: "○", count: lesson.steps.count - step))
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

extension Notebook {
  /// What a lesson says after a cell: praise and the next step when the step is done, and what is missing when it
  /// was tried.
  package mutating func lessonAnswer(host: any Host) -> Report? {
    guard var progress = lesson, let step = progress.current, let cell = cells.last,
      cell.status == .completed
    else { return nil }
    if progress.cellsToCatchUp > 0 {
      progress.cellsToCatchUp -= 1
      lesson = progress
      return progress.cellsToCatchUp == 0 ? progress.task : nil
    }
    progress.typed += cell.text + "\n"
    let missing = progress.lesson.missing(
      of: step, in: interpreter, typed: progress.typed, last: cell.text, host: host)
    guard missing.isEmpty else {
      lesson = progress
      guard step.isTried(by: cell.text) else { return nil }
      return Report([
        .note("Not yet: \(missing.joined(separator: "; ")). `lesson hint` helps.")
      ])
    }
    progress.advance()
    var blocks: [Report.Block] = [.text("Done.")] + progress.task.blocks
    while let next = progress.current, next.isReading {
      progress.advance()
      if progress.current != nil { blocks += progress.task.blocks }
    }
    lessonsDone[progress.name] = progress.step
    lesson = progress.current == nil ? nil : progress
    return Report(blocks)
  }

  /// Whether the session has what the steps before this one have made, as far as their checks can tell.
  func holds(_ progress: LessonProgress, _ host: any Host) -> Bool {
    let checked = progress.lesson.steps[..<progress.step].last { !$0.checks.isEmpty }
    return checked?.checks.allSatisfy { check in
      progress.lesson.lack(of: check, in: interpreter, host) == nil
    } ?? false
  }
}

extension String {
  /// What follows a prefix, or nil when the text does not begin so.
  fileprivate func rest(after prefix: String) -> String? {
    hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
  }
}
