import Language
import Reports

extension Run {
  /// Runs a call whose options hold several values, or only estimates it.
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
    var canonical = CanonicalCommand(command, sweep)
    canonical.declared = command.declaredReads(in: before)
    guard interpreter.execution.plan != nil else {
      let store = interpreter.execution.store
      var taken = 0
      defer { interpreter.execution.resultsTaken += taken }
      return try attempt(canonical, call) { session, host in
        var course = try RunningSweep(command, sweep, in: session)
        defer { taken = course.taken }
        return try course.follow(in: &session, host: host, keeping: store)
      }
    }
    var course = try attempt(canonical, call) { session, _ in
      try RunningSweep(command, sweep, in: session)
    }
    let planned = course
    interpreter.execution.plan?.enter(rounds: planned.runs.count)
    defer { interpreter.execution.plan?.leave(rounds: planned.runs.count) }
    var after = before
    let report = try course.estimate(in: &after) { index throws(Stop) -> (Session, Record)? in
      interpreter.session = before
      do throws(Stop) {
        let report = try run(planned.estimated(index), call)
        return (interpreter.session, report.result)
      } catch .failed(let diagnostic) where diagnostic.code == SweepRun.endsRunAlone {
        return nil
      }
    }
    interpreter.session = before
    return try attempt(canonical, call) { session, _ in
      session.take(planned: after)
      return report
    }
  }
}

extension CanonicalCommand {
  /// A sweep is written with all of its values.
  fileprivate init(_ command: any SweepCommand, _ sweep: Sweep) {
    self.init(command)
    let values = sweep.arguments.map { "\($0.key ?? "")=\($0.value.map { "\($0)" } ?? "")" }
    details = " " + values.joined(separator: " ")
  }
}

extension Session {
  /// Takes over what a sweep has made that was estimated.
  fileprivate mutating func take(planned made: Session) {
    for (name, model) in made.models.quiet where models.quiet[name]?.content != model.content {
      models[name] = model
    }
    for (name, run) in made.runs.quiet where runs.quiet[name] == nil { runs[name] = run }
    model = made.model
    (recipe, sweep) = (made.recipe, made.sweep)
  }
}
