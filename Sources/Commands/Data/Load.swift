import Datasets
import Language
import Reports

/// `load`: reads a data set.
struct Load: WithholdingCommand {
  /// Whether a user id means the same person in several data sets.
  enum People: String, ArgumentChoice {
    case own, shared

    var summary: String {
      switch self {
      case .own: "each data set has people of its own"
      case .shared: "the same id is the same person in all of them"
      }
    }
  }

  var format: any DatasetFormat = SampleData()
  var domain: String?
  var people = People.own
  var unpack: ByteCount?
  var owners = OwnedBy.nobody

  init() {}

  static let signature = Signature<Self>(
    "load", "Loads ratings, and what is known of users and items.",
    details: """
      A path without a format is looked into: `load "ratings.csv"`. Files may be packed with gzip (.gz); one that would become more than 64 MiB and more than 100 times its size, or more than 8 GiB, needs `unpack=`. Parquet files are read as tables with a header through DuckDB's command, `duckdb`: at the prompt, and in scripts that are run with `--programs`. `help` with the name of a format lists its options. With `as=NAME` a \
      data set stands beside others that were loaded with a name: ids become NAME/ID, and `split by=domain` \
      tests on one of them. The name is a feature of its items, `domain`, of which models learn an embedding.

      With `owners=ranks` each of the ranks that mpirun has started reads a file of its own, and neither ratings nor ids \
      of users leave it: `%r` in the path is its number, from 0; machines may also have different files under one \
      path. All get to know the ids of all items, and the ends of the scale. `help federated` says what can be done then.
      """,
    [
      .choice(
        "format", \.format, from: datasetFormats,
        "how the data are written, or just where they are",
        completion: .file(extensions: ["csv", "tsv", "jsonl", "json", "gz", "parquet"]),
        otherwise: { FoundFormat(path: $1) }),
      .option(
        "as", \.domain, "a name, to stand beside other data sets", expects: "a name",
        where: { $0.map { !$0.isEmpty && !$0.contains("/") } ?? true }),
      .option("users", \.people, "whether data sets side by side have the same people"),
      .option("unpack", \.unpack, UnpackLimit.summary),
      .option("owners", \.owners, "whose the data are, where several ranks run")
        .absent("nobody"),
    ],
    gives: [.data, .scale, .interactions, .randomShowings],
    examples: [
      Example("load data", "the built-in sample; needs no file"),
      Example(
        "load data as=shop; load data as=fair; split tasks by=domain test=fair", "a new domain"),
    ])

  var withheld: [Noun] {
    let feedback: [Noun] =
      switch format.knownFeedback {
      case .ratings?: [.interactions]
      case .interactions?: [.scale]
      case nil: []
      }
    return feedback + (format.showsAtRandom && domain == nil ? [] : [.randomShowings])
  }

  var resultFields: [ResultField]? {
    ["users", "items", "unrated", "ratings", "density", "seconds"]
  }

  func run(in session: inout Session, host: any Host) throws -> Report {
    let start = host.now()
    let files = KeptFiles(host, unpacking: UnpackLimit(unpack))
    if owners == .ranks {
      let (data, report) = try withExtendedLifetime(files) {
        try ownData(files, since: start, host)
      }
      (session.data, session.tasks) = (data, nil)
      return report
    }
    let data = try withExtendedLifetime(files) { try reading { try format.load(from: files) } }
    session.tasks = nil
    guard let domain else {
      session.data = data
      return report(on: data, seconds: host.now() - start)
    }
    let before = session.data.flatMap { $0.domains.isEmpty ? nil : $0.without(domain: domain) }
    let own = data.asDomain(domain, sharesUsers: people == .shared)
    if let before, before.feedback != data.feedback {
      throw CommandFailure(
        "E0530",
        "these are \(data.noun)s, and \(before.name) holds \(before.noun)s: they cannot stand side by side",
        help: ["`binarize keep=likes` makes interactions of ratings, before another is loaded"])
    }
    let joint = before?.joined(with: own) ?? own
    session.data = joint
    var report = report(on: data, seconds: host.now() - start)
    if let before { report.blocks += sideBySide(joint, before, own) }
    return report
  }

  /// How much each of several data sets has, and what they share.
  private func sideBySide(
    _ joint: Dataset, _ before: Dataset, _ added: Dataset
  ) -> [Report.Block] {
    var table = Table(
      "Side by side",
      columns: [.init("domain")] + ["users", "items", "ratings"].map { .init($0, .right) })
    for domain in joint.domains {
      let isOwn = joint.items(of: domain)
      let rows = joint.interactions.items.indices.filter {
        isOwn[Int(joint.interactions.items[$0])]
      }
      table.rows.append([
        .text(domain), .count(Set(rows.map { joint.interactions.users[$0] }).count),
        .count(isOwn.count { $0 }), .count(rows.count),
      ])
    }
    let shared = before.users.count + added.users.count - joint.users.count
    var blocks: [Report.Block] = [.table(table)]
    if people == .shared {
      blocks.append(.note(counted(shared, "user has", "users have") + " rated in several of them"))
    }
    return blocks
      + joint.notes.dropFirst(before.notes.count).filter { !added.notes.contains($0) }
      .map { .note($0) }
  }

  private func report(on data: Dataset, seconds: Double) -> Report {
    let unrated = data.unratedItemCount
    var blocks: [Report.Block] = [
      .text("Loaded \(data.name): \(data.sizes(unrated: unrated))\(data.scaleOrCounts).")
    ]
    if data.sources.isEmpty {
      blocks.append(.note("generated data that come with mrs, not real ratings"))
    }
    let taken = data.readings.filter { $0.isGuess || !$0.how.isEmpty && $0.role != .leftOut }
    if !taken.isEmpty {
      blocks.append(.note("taken so: " + taken.map(\.sentence).joined(separator: "; ")))
    }
    blocks += data.remarks.map { .note($0) }
    blocks += data.notes.map { .warning($0) }
    if let sentence = data.sameness { blocks.append(.warning(sentence)) }
    if let sentence = data.interactions.repeats.sentence { blocks.append(.warning(sentence)) }
    return Report(
      blocks,
      result: Record([
        .init("users", .number(Double(data.users.count))),
        .init("items", .number(Double(data.items.count))),
        .init("unrated", .number(Double(unrated))),
        .init("ratings", .number(Double(data.interactions.count))),
        .init("density", .number(data.density(unrated: unrated))),
        .init("seconds", .number(seconds)),
      ]))
  }
}

/// What `work` returns; what is wrong with data becomes a failure of the command.
func reading<T>(_ work: () throws -> T) throws -> T {
  do {
    return try work()
  } catch let error as DatasetError {
    throw CommandFailure(
      error.code, error.sentence, help: error.help, suggestions: error.suggestions,
      argument: error.argument ?? (error.suggestions.isEmpty ? error.file : nil))
  }
}

extension Dataset {
  /// What follows from ratings that are all equal; nil where they are not, or there are none to compare.
  fileprivate var sameness: String? {
    guard feedback == .ratings, interactions.count > 1, scale.lowest == scale.highest else {
      return nil
    }
    return
      "all \(grouped(interactions.count)) ratings are \(Number.text(scale.lowest.asWritten)): no measure "
      + "can tell one model from another; `binarize keep=all` makes interactions of them"
  }

  /// The share of all pairs of users and rated items that are rated.
  var density: Double { density(unrated: unratedItemCount) }

  /// - Parameter unrated: `unratedItemCount`, which takes a look at all ratings.
  fileprivate func density(unrated: Int) -> Double {
    Double(interactions.count) / max(1, Double(users.count) * Double(items.count - unrated))
  }

  /// Fails for interactions where something has a meaning for ratings only.
  func requireRatings(for what: String) throws(CommandFailure) {
    guard feedback == .interactions else { return }
    throw CommandFailure(
      "E0412", "`\(what)` has no meaning here: \(Noun.scale.absence)",
      help: [Noun.scale.advice].compactMap(\.self), argument: what)
  }

  /// What one row is called.
  var noun: String { feedback == .ratings ? "rating" : "interaction" }

  /// `, scale 1 to 5`, or what interactions add up to where that is more than their number.
  var scaleOrCounts: String {
    guard feedback == .interactions else { return ", scale \(scale.text)" }
    guard !interactions.counts.isEmpty else { return "" }
    let sum = interactions.counts.reduce(0.0) { $0 + Double($1) }
    return ", which count \(Number.text((sum * 100).rounded() / 100)) together"
  }

  /// `100,000 ratings of 1,682 items by 943 users (6.30 % of all pairs)`.
  var sizes: String { sizes(unrated: unratedItemCount) }

  /// - Parameter unrated: `unratedItemCount`, which takes a look at all ratings.
  fileprivate func sizes(unrated: Int) -> String {
    let density = density(unrated: unrated)
    let hundredths = Int((density * 10_000).rounded())
    let share = "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100) %"
    return "\(counted(interactions.count, noun)) of \(itemCounts(unrated: unrated)) by "
      + "\(counted(users.count, "user")) "
      + (density > 1 ? "(more than there are pairs)" : "(\(share) of all pairs)")
  }
}
