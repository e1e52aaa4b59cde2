import Language
import Reports

extension Run {
  /// Runs a call whose options hold several values, or only foresees it.
  mutating func run(
    _ command: any SweepCommand, _ sweep: Sweep, _ call: Call
  ) throws(Stop) -> Report {
    if let (index, problem) = sweep.problems.first {
      let range = index.map { problem.range(in: call.arguments[$0]) } ?? call.verb.range
      throw .failed(placed(problem.diagnostic(at: range)))
    }
    if let problem = command.problem(with: sweep) {
      throw .failed(placed(problem.diagnostic(at: call.verb.range)))
    }
    let before = interpreter.session
    guard interpreter.plan != nil else {
      let store = interpreter.store
      var taken = 0
      let report = try attempt(call) { session, host in
        var course = try SweepCourse(command, sweep, in: before)
        defer { taken = course.taken }
        return try course.follow(in: &session, host: host, keeping: store)
      }
      interpreter.resultsTaken += taken
      return report
    }
    var course: SweepCourse?
    _ = try attempt(call) { _, _ in
      course = try SweepCourse(command, sweep, in: before)
      return Report()
    }
    guard var course else { return Report() }
    var after = before
    let planned = course
    interpreter.plan?.enter(rounds: planned.runs.count)
    defer { interpreter.plan?.leave(rounds: planned.runs.count) }
    let report = try course.foresee(in: &after) { index throws(Stop) -> (Session, Record) in
      interpreter.session = before
      let report = try run(planned.foreseen(index), call)
      return (interpreter.session, report.result)
    }
    interpreter.session = after
    return report
  }
}
