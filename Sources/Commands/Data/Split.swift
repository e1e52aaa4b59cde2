import Datasets
import Language
import Reports

/// `split`: makes tasks of the data and deals them out to train, validation and test.
struct Split: Command {
  var by = Grouping.user
  var splitting = TaskSplitting()

  init() {}

  /// What one task is made of.
  enum Grouping: String, ArgumentChoice {
    case user

    var summary: String {
      switch self {
      case .user: "the ratings of one user"
      }
    }
  }

  static let signature = Signature<Self>(
    "split", "Makes a task of each user's ratings, and parts of the tasks.",
    details: """
      A task has support ratings to adapt on and query ratings to be judged on. Users, not ratings, \
      are dealt out: no user is in two parts, unless from= says so.
      """,
    [
      .filler("tasks"),
      .option("by", \.by, "what one task is made of"),
      .option("support", \.splitting.support, "how many ratings to adapt on"),
      .option("query", \.splitting.query, in: 1...100_000, "how many ratings to be judged on"),
      .option(
        "min", \.splitting.min, in: 1...1_000_000,
        "fewest ratings of a user; query + 3 if not given"),
      .option("max", \.splitting.max, in: 1...100_000_000, "most ratings of a user"),
      .option("valid", \.splitting.valid, "the users to choose models by"),
      .option("test", \.splitting.test, "the users to report on"),
      .option(
        "from", \.splitting.from, "a column that says what each rating is for",
        completion: .live("column")),
      .option("train", \.splitting.train, "its value for ratings to train on"),
    ],
    needs: [.data], gives: [.tasks],
    examples: [
      Example("split tasks"),
      Example("split tasks by=user support=rest query=10 min=13 max=100"),
      Example("split tasks support=5 query=5 valid=20% test=20%"),
    ])

  var resultFields: [String]? { ["train", "valid", "test"] }

  func run(in session: inout Session, host: any Host) throws -> Report {
    guard let data = session.data else {
      throw CommandFailure("E0401", "no data are loaded", help: ["load data"])
    }
    var tasks = try reading {
      try splitting.split(data, key: session.settings.key.derived("split"))
    }
    tasks.recipe += " seed=\(session.settings.seed)"
    session.tasks = tasks
    return report(on: tasks, of: data)
  }

  private func report(on tasks: TaskSplit, of data: Dataset) -> Report {
    var table = Table(
      "Tasks",
      columns: [
        .init("part"), .init("tasks", .right), .init("ratings", .right),
        .init("median support", .right), .init("query", .right),
      ])
    for part in TaskSplit.Part.allCases {
      let members = tasks[part]
      let supports = members.map(\.support.count).sorted()
      table.rows.append([
        .text(part.rawValue), .count(members.count),
        .count(members.reduce(0) { $0 + $1.support.count + $1.query.count }),
        supports.isEmpty ? .missing : .count(supports[supports.count / 2]),
        members.isEmpty ? .missing : .count(members[0].query.count),
      ])
    }
    let used = Set(TaskSplit.Part.allCases.flatMap { tasks[$0].map(\.user) })
    var blocks: [Report.Block] = [.table(table)]
    let left = data.users.count - used.count
    if left > 0 {
      blocks.append(
        .note("\(grouped(left)) of \(grouped(data.users.count)) users are in no part"))
    }
    let trained = Set((tasks.train + tasks.valid).map(\.user))
    let both = tasks.test.count { trained.contains($0.user) }
    if both > 0 {
      blocks.append(
        .note(
          "\(grouped(both)) test users are also train or validation users, with other ratings, as "
            + "from=\(splitting.from ?? "") says"))
    }
    return Report(
      blocks,
      result: Record(
        TaskSplit.Part.allCases.map { .init($0.rawValue, .number(Double(tasks[$0].count))) }))
  }
}
