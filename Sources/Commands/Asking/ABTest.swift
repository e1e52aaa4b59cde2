import Evaluation
import Kernels
import Language
import Reports

/// `abtest a b`: an online test as the logged ratings foretell it. Every simulated user sees one of
/// the two, and what they like among the first places is known from their ratings.
package struct ABTest: ConstrainedCommand {
  package var names: [String] = []
  package var metric = "precision"
  package var options = JudgingOptions()
  package var users = 1000
  package var runs = 1000
  package var level = 0.05
  package var power = 0.8

  package init() {}

  package static let signature = Signature<Self>(
    "abtest", "Foretells an online test of two models from logged ratings, with its power.",
    details: """
      Users are drawn with replacement from the judged ones and sent to one of the two models; the \
      outcome of a user is the metric on the query ratings. What users never rated is not known, so \
      that only candidates with ratings take part. The share of false alarms is that of the first \
      model against itself.
      """,
    [
      .rest(
        "names", \.names, "the two models or baselines", isRequired: true,
        expects: "the name of a model or a baseline", completion: .live("model")),
      .option(
        "by", \.metric, "the outcome of a user", expects: "the name of a metric",
        where: { (try? Evaluation.metrics.make($0).get()) != nil }),
      .option("users", \.users, in: 2...10_000_000, "users in each group"),
      .option("runs", \.runs, in: 1...100_000, "how many tests to simulate"),
      .option("level", \.level, in: 0.0001...0.5, "accepted share of false alarms"),
      .option("power", \.power, in: 0.5...0.999, "wanted share of tests that find the difference"),
    ] + JudgingOptions.parameters(\.options),
    needs: [.tasks],
    examples: [Example("abtest mf popularity users=200 runs=100")])

  package var resultFields: [ResultField]? {
    ["difference", "power", "false-alarms", "needed-users"]
  }

  package func run(in session: inout Session, host: any Host) throws -> Report {
    if let contradiction { throw contradiction }
    if session.feedback == .interactions, options.candidates == nil {
      throw CommandFailure(
        "E0306", "interactions are judged on all items, of which most have no outcome",
        help: ["compare \(names.joined(separator: " "))"])
    }
    let outcome = options.completed(
      [try Evaluation.metrics.make(metric).get()], session.feedback)[0]
    let trial = try options.trial([outcome], in: session)
    let recommenders = SessionRecommenders(session: session, part: options.part)
    let groups = try names.map { name in
      try trial.judgement(of: try recommenders.recommender(name, host)).values[0].compactMap { $0 }
    }
    guard let a = MeanInterval(groups[0]), let b = MeanInterval(groups[1]), a.count > 1,
      b.count > 1
    else { throw CommandFailure("E0408", "too few users have an outcome") }
    let simulation = Simulation(command: self, key: session.settings.key.derived("abtest"))
    return report(
      outcome.title, a, b,
      found: try simulation.shareFound(groups[0], groups[1], "difference", host),
      alarms: try simulation.shareFound(groups[0], groups[0], "false alarms", host))
  }

  var contradiction: CommandFailure? {
    guard names.count == 2 else {
      return CommandFailure(
        "E0205", "`abtest` needs two names, and was given \(names.count)",
        help: ["for example: abtest mf popularity"])
    }
    if options.part == .phases {
      return CommandFailure(
        "E0306", "an online test has one outcome for each user, and phases have several",
        help: ["choose one phase: `abtest \(names.joined(separator: " ")) part=cold`"],
        argument: "part")
    }
    let isPooled =
      (try? Evaluation.metrics.make(metric).get()).map { $0.isPooled || $0 is any SharedMetric }
      ?? false
    guard isPooled || (options.candidates ?? .query) != .query else { return nil }
    return CommandFailure(
      "E0306", "the outcome must be known for every user",
      help: ["choose a metric of single users, and candidates=query"])
  }

  private func report(
    _ outcome: String, _ a: MeanInterval, _ b: MeanInterval, found: Double, alarms: Double
  ) -> Report {
    let design = TwoGroupDesign(
      difference: a.mean - b.mean, deviations: (a.deviation, b.deviation), level: level)
    let needed = design.groupSize(power: power)
    func row(_ name: String, _ value: Table.Cell) -> [Table.Cell] { [.text(name), value] }
    let table = Table(
      "\(names[0]) against \(names[1]), \(outcome)",
      columns: [.init("quantity"), .init("value", .right)],
      rows: [
        row(names[0], Leaderboard.cell(a)), row(names[1], Leaderboard.cell(b)),
        row("difference", .number(design.difference, digits: 4)),
        row("power with \(grouped(users)) users a group", share(found)),
        row("the same by formula", .number(design.power(groupSize: Double(users)), digits: 3)),
        row("false alarms", share(alarms)),
        row(
          "users a group for power \(Number.text(power))",
          needed.map { .count(Int(min($0, 1e15))) } ?? .missing),
      ],
      footnotes: [
        "\(grouped(runs)) simulated tests (Welch, level \(Number.text(level))), their shares ± 95 % "
          + "interval; users drawn from \(grouped(a.count)) judged ones; logged ratings only"
      ])
    var result = Record([
      .init("difference", .number(design.difference)), .init("power", .number(found)),
      .init("false-alarms", .number(alarms)),
    ])
    if let needed { result["needed-users"] = .number(needed) }
    return Report([.table(table)], result: result)
  }
}

extension ABTest {
  /// A share of the simulated tests, with what is unknown of it (Wilson 1927, the longer side).
  private func share(_ share: Double) -> Table.Cell {
    let (n, z) = (Double(runs), 1.96)
    let centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    let reach = z / (1 + z * z / n) * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot()
    return .interval(share, halfWidth: reach + abs(centre - share), digits: 3)
  }
}

/// Repeated online tests with users drawn from known outcomes.
private struct Simulation {
  let command: ABTest
  let key: RandomKey

  /// The share of simulated tests that call the groups different.
  func shareFound(
    _ first: [Double], _ second: [Double], _ title: String, _ host: any Host
  ) throws -> Double {
    var found = 0
    var known = 0.0
    for run in 0..<command.runs {
      known += Double(2 * command.users)
      if run == 0 || known >= Self.stride {
        known = 0
        try host.checkpoint(
          Progress(
            "abtest", done: Double(run), total: Double(command.runs), unit: "tests", detail: title))
      }
      var stream = key.derived(title).derived(run).stream
      let (a, b) = (drawn(first, &stream), drawn(second, &stream))
      if Cancellation.isRequested { break }
      if let p = welchTest(a, b), p < command.level { found += 1 }
    }
    return Double(found) / Double(command.runs)
  }

  /// After so many draws it is told how far it is.
  private static let stride = 1e5

  /// The outcomes of the users of one group.
  private func drawn(_ values: [Double], _ stream: inout RandomStream) -> [Double] {
    var outcomes: [Double] = []
    outcomes.reserveCapacity(command.users)
    for user in 0..<command.users {
      if user & 0xFFFF == 0, Cancellation.isRequested { break }
      outcomes.append(values[stream.below(values.count)])
    }
    return outcomes
  }
}
