import Datasets
import Kernels
import Language
import Reports

/// `split`: makes tasks of the data and deals them out to train, validation and test.
struct Split: ConstrainedCommand {
  var splitting = TaskSplitting()
  /// Whether the new ones are judged in phases.
  var isPhased = false

  init() {}

  static let signature = Signature<Self>(
    "split", "Makes a task of the ratings of each user or item, and parts of the tasks.",
    details: """
      A task has support ratings to adapt on and query ratings to be judged on. What these sizes leave over of a \
      training user's ratings is learnt from as well, and of others' stays unused. Usually users are \
      dealt out to the parts, so that no user is in two; by=, cold= and from= test on new items, \
      categories, data sets or times instead. With of=items a task is an item and its support ratings of \
      it, so that models learn what to make of new items from their first raters.

      Of interactions cold=item holds out items: every user's support is what was done with the others, and \
      what was done with those held out is asked for; support=80% asks for the rest of the others, too. Its \
      validation part is on further items, which return to training once strengths are chosen.

      `split phases 20 20 20` judges new users, or items, on the same ratings when none of theirs is known \
      (`cold`), and after 20, 40 and 60 (`after-20` …): parts of these names, or all in one table with \
      `evaluate part=phases`. With max= those with more ratings are trained on, and those with min= to max= \
      are new; without it test= of all are. A training task knows as many ratings as one of the phases, \
      drawn anew each epoch.
      """,
    [
      .filler("tasks"), .flag("phases", \.isPhased, "judge new ones as their first ratings come"),
      .rest(
        "sizes", \.splitting.phases, "of phases, how many ratings each adds",
        expects: "a whole number of 1 or more"),
      .option("of", \.splitting.of, "whose ratings a task is"),
      .option(
        "by", \.splitting.by,
        "what is dealt out to the parts; whose tasks they are if not given"),
      .option("cold", \.splitting.cold, "who is new in the test part: MeLU's four states"),
      .option("support", \.splitting.support, "how many ratings to adapt on"),
      .option(
        "query", \.splitting.query,
        "how many ratings to be judged on; if not given 10, or as many as leave most users"),
      .option(
        "order", \.splitting.order,
        "which ratings are judged on: those that come last, by a column",
        completion: .live("column")),
      .option("descending", \.splitting.isDescending, "turn the order round"),
      .option(
        "min", \.splitting.min, in: 1...1_000_000,
        "fewest ratings of a user; query + 3 if not given, of phases one more than they take"),
      .option(
        "max", \.splitting.max, in: 1...100_000_000,
        "most ratings of a user; of phases, of a new one"),
      .option("valid", \.splitting.valid, "the part to choose models by"),
      .option("test", \.splitting.test, "the part to report on"),
      .option(
        "others", \.splitting.others,
        "further values of the from= column, each a test part to `evaluate part=`"),
      .option("feature", \.splitting.feature, "whose categories are dealt out, for by=category"),
      .option(
        "from", \.splitting.from, "a column that says what each rating is for",
        completion: .live("column")),
      .option(
        "train", \.splitting.train,
        "its values for ratings to train on; with by=domain, the data sets"),
      .option("folds", \.splitting.folds, in: 2...1000, "deal users into that many parts"),
      .option("fold", \.splitting.fold, in: 1...1000, "which of them is the test part"),
    ],
    needs: [.data], gives: [.tasks],
    examples: [
      Example("split tasks"),
      Example("split tasks by=user support=rest query=10 min=13 max=100"),
      Example("split tasks support=5 query=5 valid=20% test=20%"),
      Example("split tasks cold=item query=3", "known users, new items"),
      Example("split tasks by=category feature=category test=plush query=1 min=3"),
      Example("split tasks order=time folds=5 fold=2"),
      Example("split tasks of=items query=3", "new items from their first raters"),
      Example("split phases 5 5 of=items min=11 max=20", "as CVAR: items with more are trained on"),
      Example("split phases 5 5 order=item descending=yes valid=20%"),
    ])

  var resultFields: [ResultField]? {
    if isPhased {
      return ["train", "valid"] + splitting.phaseNames.map { ResultField($0) }
    }
    return ["train", "valid", "test"] + splitting.others.map { ResultField($0) }
  }

  var contradiction: CommandFailure? {
    isPhased ? phaseContradiction : taskContradiction
  }

  private var taskContradiction: CommandFailure? {
    if let size = splitting.phases.first {
      return CommandFailure(
        "E0205", "sizes are those of phases", help: ["split phases \(size)"], argument: "\(size)")
    }
    return orderContradiction
  }

  private var orderContradiction: CommandFailure? {
    guard splitting.isDescending, splitting.order == .random else { return nil }
    return CommandFailure(
      "E0306", "descending=yes turns an order round, and order=random has none",
      help: ["order=time descending=yes", "order=item descending=yes"], argument: "descending")
  }

  /// What contradicts phases. What is left at its usual value is taken for not written.
  private var phaseContradiction: CommandFailure? {
    let usual = TaskSplitting()
    let sizes = splitting.phases
    let total = sizes.reduce(0) { $0.addingReportingOverflow($1).partialValue }
    guard !sizes.isEmpty else {
      return CommandFailure(
        "E0205", "phases need sizes: how many ratings each adds", help: ["split phases 20 20 20"])
    }
    guard sizes.allSatisfy({ (1...1_000_000).contains($0) }), sizes.count <= 100 else {
      return CommandFailure(
        "E0302", "phases are up to 100 whole numbers from 1 to 1000000",
        help: ["split phases 20 20 20"])
    }
    let decided: [(String, Bool, String)] = [
      ("support", splitting.support != usual.support, "the phases say what is adapted on"),
      ("query", splitting.query != usual.query, "all that the phases leave is judged on"),
      ("by", splitting.by != nil, "of= says who is dealt out"),
      ("cold", splitting.cold != nil, "the first phase is cold"),
      ("feature", splitting.feature != nil, "no categories are dealt out"),
      ("folds", splitting.folds != nil, "new ones are drawn once"),
      ("others", !splitting.others.isEmpty, "the phases are the further parts"),
    ]
    if let (name, _, why) = decided.first(where: \.1) {
      return CommandFailure(
        "E0306", "\(name)= has no meaning for phases: \(why)", help: ["leave it out"],
        argument: name)
    }
    if let min = splitting.min, min < total {
      return CommandFailure(
        "E0306", "min=\(min) is less than the \(counted(total, "rating")) that the phases take",
        help: ["min=\(total + 1) leaves one to be judged on"], argument: "min")
    }
    if let max = splitting.max, max <= Swift.max(total, (splitting.min ?? 0) - 1) {
      return CommandFailure(
        "E0306",
        "with max=\(max) nobody is new: the phases take \(counted(total, "rating")), and one more "
          + "is judged on", help: ["max=\(2 * Swift.max(total, splitting.min ?? 0) + 1)"],
        argument: "max")
    }
    return orderContradiction
  }

  func run(in session: inout Session, host: any Host) throws -> Report {
    if let contradiction { throw contradiction }
    guard let data = session.data else {
      throw CommandFailure("E0401", "no data are loaded", help: ["load data"])
    }
    if data.owners != nil { return try splitOwn(data, in: &session) }
    var tasks = try reading {
      try splitting.split(data, key: session.settings.key.derived("split"))
    }
    let view = data.seen(by: splitting.of)
    tasks.recipe += " seed=\(session.settings.seed)"
    session.tasks = tasks
    return report(on: tasks, of: view)
  }

  private func report(on tasks: TaskSplit, of data: Dataset) -> Report {
    var table = Table(
      "Tasks",
      columns: [
        .init("part"), .init("tasks", .right), .init("ratings", .right),
        .init("median support", .right), .init("median query", .right),
      ])
    for part in tasks.allParts {
      let members = part.tasks
      table.rows.append([
        .text(part.name), .count(members.count),
        .count(members.reduce(0) { $0 + $1.support.count + $1.query.count }),
        median(members.map(\.support.count)), median(members.map(\.query.count)),
      ])
    }
    return Report(
      [.table(table)] + remarks(on: tasks, of: data),
      result: Record(
        tasks.allParts.map { .init($0.name, .number(Double($0.tasks.count))) }))
  }

  /// `query=4, as many as leave most users: query=10 would leave 3 of 25 users of the test rows`.
  private func sentence(on fit: FittedSize) -> String {
    let sizes = "query=\(fit.query)" + (fit.min.map { " min=\($0)" } ?? "")
    let place = fit.part.isEmpty ? "" : " of the \(fit.part) rows"
    return "\(sizes), as many as leave most users: query=10 would leave \(grouped(fit.left)) of "
      + "\(counted(fit.users, "user"))\(place)"
  }

  /// `genres: tested on Drama; trained on Action, Comedy and 16 more`.
  private func parts(of dealt: DealtCategories) -> String {
    let parts: [(String, TaskSplit.Part)] = [
      ("tested on", .test), ("validated on", .valid), ("trained on", .train),
    ]
    return "\(dealt.feature): "
      + parts.filter { !dealt[$0.1].isEmpty }.map { "\($0.0) \(named(dealt[$0.1], most: 5))" }
      .joined(separator: "; ")
  }

  /// Of tasks whose ratings all have one time, when the newest are to be judged on; nil where there are none.
  private func untimed(_ tasks: TaskSplit, in rows: Interactions) -> String? {
    guard splitting.order == .time || splitting.by == .time else { return nil }
    let unknown = rows.times.count { $0 == Interactions.unknownTime }
    if unknown > 0 {
      return
        "\(counted(unknown, "time is", "times are")) unknown, and taken for the oldest"
    }
    guard splitting.order == .time else { return nil }
    let all = tasks.allParts.flatMap(\.tasks)
    let flat = all.count { task in
      let own = task.support + task.query
      return own.count > 1 && own.allSatisfy { rows.times[Int($0)] == rows.times[Int(own[0])] }
    }
    guard flat > 0 else { return nil }
    return "order=time has nothing to order for \(grouped(flat)) of \(counted(all.count, "user")), "
      + "whose ratings all have one time: what is judged there is drawn at random"
  }

  /// Which items are held out, and which users are not judged for want of one.
  private func sentences(on items: HeldOutItems) -> [String] {
    let support =
      splitting.support == .rest
      ? "what a user did with all others is the support"
      : "support=\(splitting.support.argumentText) of what a user did with all others is the support, "
        + "and the test asks for the rest of it, too"
    var sentences = [
      "\(counted(items.count(for: .test), "item is", "items are")) held out for the test and "
        + "\(grouped(items.count(for: .valid))) for validation, which return to training once "
        + "strengths are chosen; \(support)"
    ]
    if items.usersWithoutNewItems > 0 {
      let users = counted(items.usersWithoutNewItems, "user", "users")
      sentences.append(
        "\(users) took none of the items held out for the test, and are left out of it")
    }
    if items.usersWithNewItemsOnly > 0 {
      let users = counted(items.usersWithNewItemsOnly, "user", "users")
      sentences.append("\(users) took nothing else, and are left out of the test")
    }
    return sentences
  }

  /// How many users are in no part, and how many of them for want of ratings.
  private func absence(
    of left: Int, _ isUsed: [Bool], from tasks: TaskSplit, in data: Dataset
  ) -> String {
    let all = "\(grouped(left)) of \(counted(data.users.count, "user")) in no part"
    guard let sized = tasks.splitting, sized.phases.isEmpty, tasks.heldOut == nil else {
      return all
    }
    let counts = Groups.sizes(by: data.interactions.users, count: data.users.count)
    let few = counts.indices.count {
      counts[$0] < sized.leastRatings && !isUsed[$0]
    }
    return few == 0
      ? all : all + ": \(grouped(few)) with fewer than \(counted(sized.leastRatings, data.noun))"
  }

  private func median(_ counts: [Int]) -> Table.Cell {
    counts.isEmpty ? .missing : .count(counts.sorted()[counts.count / 2])
  }

  private func remarks(on tasks: TaskSplit, of data: Dataset) -> [Report.Block] {
    var isUsed = [Bool](repeating: false, count: data.users.count)
    for part in tasks.allParts { for task in part.tasks { isUsed[Int(task.user)] = true } }
    let facts = tasks.leaks(in: data.interactions)
    var blocks: [Report.Block] = []
    if let screening = tasks.screening {
      blocks.append(
        .note(
          "\(counted(screening.count, "outlying rating")) outside "
            + "\(RatingScale(screening.lowest, screening.highest).text) left out of what is "
            + "learnt from; the bounds are fitted to the training tasks"))
    }
    if let sentence = untimed(tasks, in: data.interactions) { blocks.append(.warning(sentence)) }
    if let fit = tasks.fittedSize { blocks.append(.note(sentence(on: fit))) }
    if let dealt = tasks.dealt { blocks.append(.note(parts(of: dealt))) }
    if let heldOut = tasks.heldOut { blocks += sentences(on: heldOut).map { .note($0) } }
    let spare = tasks.train.reduce(0) { $0 + $1.spare.count }
    if spare > 0 {
      let known = tasks.train.reduce(spare) { $0 + $1.support.count + $1.query.count }
      blocks.append(
        .note(
          "the sizes leave over \(grouped(spare)) of \(counted(known, data.noun)) of training users: baselines are "
            + "fitted to all of them, and `meta-train` draws support and query from all of them in each epoch"
        ))
    }
    let left = isUsed.count { !$0 }
    if left > 0 {
      blocks.append(.note(absence(of: left, isUsed, from: tasks, in: data)))
    }
    if tasks.unjudged > 0, let known = tasks.knownCounts.last {
      blocks.append(
        .note(
          counted(tasks.unjudged, "new user has", "new users have")
            + " \(known) ratings and none more to be judged on: left out"))
    }
    if facts.sharedUsers > 0 {
      blocks.append(
        .note(
          counted(
            facts.sharedUsers, "test user is also a train or validation user",
            "test users are also train or validation users")
            + ", with other ratings: the test is not on new users"))
    }
    if facts.newItems > 0 {
      let items =
        facts.newItems == 1
        ? "one item of the test is" : "\(grouped(facts.newItems)) items of the test are"
      blocks.append(.note("\(items) in no training task"))
    }
    if facts.repeatedPairs > 0 {
      blocks.append(
        .warning(
          counted(facts.repeatedPairs, "rating to be judged on is", "ratings to be judged on are")
            + " given twice in the data, and "
            + "the other one may be learnt from: `evaluate` will refuse them; "
            + data.interactions.repeatRemedies.joined(separator: "; ")))
    }
    return blocks
  }
}
