import Language
import Reports

extension Execution {
  /// Runs a command scaled down and adds the time and memory of the whole to the plan; returns the report of
  /// the scaled-down run.
  mutating func estimate(
    _ call: BoundCall, in session: inout Session, host: any Host
  ) throws -> Report {
    var step = Plan.Step(line: call.line, text: call.text, seconds: 0, bounds: 0...0)
    let gives = type(of: call.command).form.gives
    let report: Report
    if gives.contains(.data) || gives.contains(.tasks) || session.tasks == nil
      || call.command is ChooseBaseline
    {
      let start = host.now()
      report = try call.command.run(in: &session, host: host)
      step.seconds = host.now() - start
      step.bounds = step.seconds...step.seconds
      step.sizes = session.planSizes(after: gives)
    } else {
      var miniature = ScaledDownRun(call.command, of: session, host: host, plan: plan)
      report = try miniature.run(&plan, &session)
      (step.seconds, step.bounds) = (miniature.seconds, miniature.bounds)
      step.sizes = miniature.sizes
    }
    plan?.add(step)
    return report
  }
}

extension Session {
  /// The sizes of what a step has changed in the session.
  fileprivate func planSizes(after gives: [Noun]) -> String {
    var sizes: [String] = []
    if gives.contains(.data), let data {
      sizes.append(
        "\(counted(data.interactions.count, "rating")), \(counted(data.users.count, "user")), "
          + counted(data.items.count, "item"))
    }
    if gives.contains(.tasks), let tasks {
      sizes.append(
        "\(grouped(tasks.train.count)) + \(grouped(tasks.valid.count)) + "
          + "\(grouped(tasks.test.count)) tasks")
    }
    return sizes.joined(separator: "; ")
  }
}
