import Datasets
import Kernels
import Language
import MetaLearning
import Models
import Reports

/// For whom lists are made.
package enum Audience: Sendable, Equatable {
  /// The users of a part of the split.
  case part(JudgedPart)
  /// The training users.
  case train
  /// Every user of the data.
  case all
  /// The users whose ids a file holds.
  case file(String)
}

extension Audience: ArgumentReadable {
  package static var expectation: String {
    "`test`, `valid`, `train`, `all` or a file of user ids"
  }

  package static var namedValues: [NamedValue] {
    [
      NamedValue("test", "the test users, each adapted on the support"),
      NamedValue("valid", "the validation users, each adapted on the support"),
      NamedValue("train", "the training users, each adapted on all ratings"),
      NamedValue("all", "every user of the data"),
    ]
  }

  package var argumentText: String {
    switch self {
    case .part(let part): part.argumentText
    case .train: "train"
    case .all: "all"
    case .file(let path): path
    }
  }

  package static func read(_ value: Value) -> Audience? {
    switch String.read(value) {
    case "all"?: .all
    case "train"?: .train
    case let name? where name.contains("."): .file(name)
    case let name?: JudgedPart.read(.word(name)).map { .part($0) }
    case nil: nil
    }
  }
}

extension Dataset {
  /// A score as lists show it: a predicted rating lies on the scale.
  func shown(_ score: Float) -> Float {
    feedback == .ratings ? scale.clamped(score) : score
  }

  /// The items of a domain in order, or all.
  func items(in domain: String?) -> [Int32] {
    let isOwn = domain.map { items(of: $0) }
    return (0..<Int32(items.count)).filter { isOwn?[Int($0)] ?? true }
  }

  /// Those of the items that are not among others.
  func items(_ all: [Int32], without others: [Int32]) -> [Int32] {
    var isLeftOut = [Bool](repeating: false, count: items.count)
    // A plan may come here with ratings of data that are gone.
    for item in others where isLeftOut.indices.contains(Int(item)) { isLeftOut[Int(item)] = true }
    return all.filter { !isLeftOut[Int($0)] }
  }
}

extension TopK {
  /// Users that are ranked between two looks at whether to go on.
  private static let stretch = 256

  /// A list for each user.
  func lists(
    for audience: Audience, of data: Dataset, _ session: Session, _ host: any Host
  ) throws -> Report {
    guard let model = session.model else { throw CommandFailure("E0402", Noun.model.absence) }
    let start = host.now()
    if !file.isEmpty, let obstacle = host.obstacle(writing: file) { throw obstacle }
    let users = try users(of: audience, data, session.modelTasks, host)
    let rows = data.rowsByUser()
    let judged = heldOut(session.modelTasks)
    let allowed = data.items(in: session.tasks?.testedDomain(of: data))
    var lists: [RecommendationLists.List] = []
    while lists.count < users.count {
      try host.checkpoint(
        Progress(
          "topk", done: Double(lists.count), total: Double(users.count), unit: "users",
          detail: "adapted and ranked"))
      let next = Array(users[lists.count..<min(lists.count + Self.stretch, users.count)])
      let made = spreadMap(
        next.count, threads: session.threads,
        abandoned: Result<RecommendationLists.List, ScoreError>.success(
          .init(user: 0, items: [], scores: [])),
        write: { RecommendationLists.List.write($0, to: &$1) },
        read: { .success(RecommendationLists.List(from: &$0)) }
      ) { place in
        let user = next[place]
        let known = Array(rows[Int(user)])
        let context = UserContext(
          UserTask(user: user, support: judged[user]?.support ?? known, query: []),
          in: data.interactions)
        return Result { () throws(ScoreError) in
          try list(context, rated: known, data, allowed, model)
        }
      }
      if Cancellation.isRequested { throw Interrupted() }
      lists += try made.map { try $0.get() }
    }
    let all = RecommendationLists(lists)
    if !file.isEmpty { try write(all, of: data, host) }
    return report(all, of: data, seconds: host.now() - start)
  }

  private func list(
    _ context: UserContext, rated rows: [Int32], _ data: Dataset, _ allowed: [Int32],
    _ model: TrainedModel
  ) throws(ScoreError) -> RecommendationLists.List {
    let rated = rows.map { data.interactions.items[Int($0)] }
    let items = seen ? allowed : data.items(allowed, without: rated)
    let best = try model.best(count, of: items, for: context, threads: 1)
    return .init(
      user: context.user ?? 0, items: best.map(\.item),
      scores: best.map { data.shown($0.score) })
  }

  /// The tasks of users who are judged: each adapts on their support alone.
  private func heldOut(_ tasks: TaskSplit?) -> [Int32: UserTask] {
    var held: [Int32: UserTask] = [:]
    for task in (tasks?.valid ?? []) + (tasks?.test ?? []) { held[task.user] = task }
    return held
  }

  private func users(
    of audience: Audience, _ data: Dataset, _ tasks: TaskSplit?, _ host: any Host
  ) throws -> [Int32] {
    func known() throws(CommandFailure) -> TaskSplit {
      guard let tasks else {
        throw CommandFailure(
          "E0402", "for=\(audience.argumentText) needs tasks: \(Noun.tasks.absence)",
          help: [Noun.tasks.remedy, "for=all needs none"])
      }
      return tasks
    }
    var users: [Int32] = []
    switch audience {
    case .all: return (0..<Int32(data.users.count)).map { $0 }
    case .train: users = try known().train.map(\.user)
    case .part(let part): users = try known().tasks(of: part).map(\.user)
    case .file(let path): users = try listed(in: path, data, host)
    }
    var isThere = [Bool](repeating: false, count: data.users.count)
    return users.filter { user in
      defer { isThere[Int(user)] = true }
      return !isThere[Int(user)]
    }
  }

  /// The users of a file: an id a line, or a table with a column of users.
  private func listed(in path: String, _ data: Dataset, _ host: any Host) throws -> [Int32] {
    let ids = try reading {
      try KeptFiles(host, unpacking: UnpackLimit(nil)).read(path).ids(of: data.owner.noun)
    }
    let unknown = ids.filter { data.users.ids[$0] == nil }
    guard unknown.isEmpty else {
      throw CommandFailure(
        "E0502",
        "\(counted(unknown.count, "id")) of \(ids.count) in `\(path)` "
          + "\(unknown.count == 1 ? "is" : "are") no user of the data: \(named(unknown, most: 5))",
        help: ["lists need users whose ratings are known; `adapt new` takes those of others"],
        argument: path)
    }
    return ids.compactMap { data.users.ids[$0].map { Int32($0) } }
  }

  func write(_ lists: RecommendationLists, of data: Dataset, _ host: any Host) throws {
    if data.sources.contains(where: { $0.path == file }) {
      throw CommandFailure(
        "E0516", "`\(file)` is what the data were loaded from; it is not overwritten",
        help: ["choose another name"], argument: file)
    }
    let format = ExportFormat(fileName: file) ?? .csv
    let files = lists.exported(as: format, to: file, of: data)
    // Parts of files must not take the place of whole ones.
    if Cancellation.isRequested { throw Interrupted() }
    for (path, bytes) in files { try host.write(bytes, to: path) }
  }

  /// Rows that a report shows where no file takes them.
  private static let mostRows = 10_000

  private func report(
    _ lists: RecommendationLists, of data: Dataset, seconds: Double
  ) -> Report {
    let users = counted(lists.lists.count, "user")
    var blocks: [Report.Block] = []
    let short = lists.lists.count { $0.items.count < count }
    let result = Record([
      .init("users", .number(Double(lists.lists.count))),
      .init("rows", .number(Double(lists.count))), .init("seconds", .number(seconds)),
    ])
    if file.isEmpty {
      blocks.append(.table(table("Top \(count) for \(users)", lists, data)))
      if lists.count > Self.mostRows {
        blocks.append(
          .warning(
            "only the first \(grouped(Self.mostRows)) of \(counted(lists.count, "row")) are shown: "
              + "`file=\"lists.csv\"` writes all"))
      }
    } else {
      blocks.append(.text("Wrote \(counted(lists.count, "row")) for \(users) to \(file)."))
    }
    if short > 0 {
      blocks.append(
        .note(
          counted(short, "user has", "users have")
            + " a shorter list: fewer than \(count) items are left that the user has not rated"))
    }
    return Report(blocks, result: result)
  }

  private func table(
    _ title: String, _ lists: RecommendationLists, _ data: Dataset
  ) -> Table {
    var table = Table(
      title,
      columns: [
        .init("user"), .init("rank", .right), .init("item"), .init("title"), .init("score", .right),
      ])
    for list in lists.lists {
      for (place, (item, score)) in zip(list.items, list.scores).enumerated() {
        guard table.rows.count < Self.mostRows else { return table }
        table.rows.append([
          .text(data.users.ids.names[Int(list.user)]), .count(place + 1),
          .text(data.items.ids.names[Int(item)]), .text(data.items.label(Int(item))),
          .number(score.asWritten, digits: 2),
        ])
      }
    }
    return table
  }
}

extension RecommendationLists.List {
  /// Says to other ranks what the list of a user is; false where there is none but an error.
  fileprivate static func write(
    _ list: Result<Self, ScoreError>, to message: inout MessageWriter
  ) -> Bool {
    guard case .success(let list) = list else { return false }
    message.put(list.user)
    message.put(list.items)
    message.put(list.scores)
    return true
  }

  fileprivate init(from message: inout MessageReader) {
    self.init(
      user: message.take(Int32.self), items: message.take([Int32].self),
      scores: message.take([Float].self))
  }
}
