import Language
import Reports

extension Run {
  /// What a command says in miniature; what it would take is added to the plan.
  mutating func foresee(_ command: any Command, _ call: Call) throws -> Report {
    var draft = interpreter.session
    let line = (site ?? call.range).lower
    var step = Plan.Step(
      line: site == nil ? source.line(of: line) : 0,
      text: String(source.slice(call.range).prefix { !$0.isNewline }), seconds: 0, bounds: 0...0)
    let gives = type(of: command).form.gives
    let report: Report
    if gives.contains(.data) || gives.contains(.tasks) || draft.tasks == nil {
      let start = host.now()
      report = try command.run(in: &draft, host: host)
      step.seconds = host.now() - start
      step.bounds = step.seconds...step.seconds
      step.sizes = draft.planSizes(after: gives)
    } else {
      var miniature = Miniature(command, of: draft, host: host, plan: interpreter.plan)
      report = try miniature.run(&interpreter.plan, &draft)
      (step.seconds, step.bounds) = (miniature.seconds, miniature.bounds)
      step.sizes = miniature.sizes
    }
    interpreter.plan?.add(step)
    interpreter.session = draft
    return report
  }
}

extension Session {
  /// The sizes that a step has changed.
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
