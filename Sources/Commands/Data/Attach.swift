import Datasets
import Language
import Reports

/// `attach`: more features of users or items, from a file, items that come later, and who trusts whom.
struct Attach: ConstrainedCommand, WithholdingCommand {
  /// Whose features they are.
  enum EntityKind: String, ArgumentChoice {
    case users, items, trust

    var summary: String {
      switch self {
      case .users: "features of users"
      case .items: "features of items"
      case .trust: "which user trusts which other one, and how much"
      }
    }

    fileprivate var subject: ColumnReading.Subject { self == .items ? .items : .users }
  }

  var whom = EntityKind.items
  var file = ""
  var name: String?
  var ids: String?
  var id: String?
  var columns: [String] = []
  var separator = Separator.guess
  var wishes = ColumnWishes()
  var badRows = BadRows.refuse
  var unpack: ByteCount?

  init() {}

  static let signature = Signature<Self>(
    "attach", "Adds features of users or items from a file: a table, or vectors in NumPy's format.",
    details: """
      A table has a line of names and one line for each user or item, or one JSON object a line. What a column \
      is follows from its values, and is said where that is a guess: numbers, with units or not, dates, \
      categories, several labels in a field, words. Items that nobody has rated become items of the data: \
      models score them by their features, and models that are there stay as good as they were. The rows of \
      an array are in the order of the lines of ids=, or of the data where that is left out; ids= may name \
      further items, too.

      A file of trust has a line for each edge: who trusts whom and, if it says that, how much. Users whom \
      the data do not know are counted. It gives users the features friends, and friends.NAME of each feature of \
      theirs, the baseline `friends` what it needs, and the network `graph` edges between users.
      """,
    [
      .positional("whom", \.whom, "whose features they are"),
      .positional(
        "file", \.file, "the table (.csv, .tsv, .jsonl, .dat) or arrays (.npy, .npz)",
        completion: .file(extensions: ["csv", "tsv", "jsonl", "dat", "npy", "npz"])),
      .option("as", \.name, "what the features are called: image"),
      .option(
        "ids", \.ids, "a file with the id of each row of an array",
        completion: .file(extensions: ["txt"])),
      .option("id", \.id, "the column of ids of a table"),
      .option(
        "columns", \.columns, "names of the columns, where the table has none: [id, title, genres]"),
      .option("sep", \.separator, "what stands between the fields of a table"),
      .option("labels", \.wishes.labels, "columns with several labels in a field: [genres]"),
      .option(
        "between", \.wishes.between,
        "what stands between labels, such as \";\"; guessed if not given"),
      .option("words", \.wishes.words, "columns whose words are features: [description]"),
      .option(
        "vocabulary", \.wishes.vocabulary, in: 1...1_000_000, "the most words of a column"),
      .option(
        "buckets", \.wishes.buckets, in: 2...1_000_000,
        "so many categories that words fall into by a hash, those of later texts as well"),
      .option(
        "weights", \.wishes.weighing, "how much words count beside others of the same text"),
      .option(
        "categories", \.wishes.categories, "columns that are categories as they stand: [zip]"),
      .option("missing", \.wishes.missing, "values that mean unknown: [-1, 999]"),
      .option("errors", \.badRows, "what to do with rows of a table that cannot be read"),
      .option("unpack", \.unpack, UnpackLimit.summary),
    ],
    needs: [.data], gives: [.data],
    examples: [
      Example("attach items \"materials.csv\" as=made"),
      Example("attach items \"new.csv\"", "items that come later"),
      Example("attach users \"people.csv\" missing=[-1, 999]"),
      Example("attach trust \"trust.csv\"; split tasks", "who trusts whom"),
      Example("attach items \"materials.csv\" words=[made] weights=tf-idf"),
    ])

  /// The same column cannot be two things.
  var contradiction: CommandFailure? {
    if whom == .trust {
      let odd = ids.map { ("ids", $0) } ?? id.map { ("id", $0) }
      if let (option, value) = odd {
        return CommandFailure(
          "E0306", "\(option)= has no meaning for trust, which is about two users a line",
          help: ["name the columns of a file without names: columns=[truster, trusted, weight]"],
          argument: value)
      }
    }
    let named = wishes.labels + wishes.words + wishes.categories
    if let twice = named.indices.first(where: { named[..<$0].contains(named[$0]) }) {
      return CommandFailure(
        "E0306", "`\(named[twice])` is to be two things",
        help: ["name it in one of labels=, words= and categories="], argument: named[twice])
    }
    if wishes.buckets != nil, wishes.vocabulary != ColumnWishes().vocabulary {
      return CommandFailure(
        "E0306", "words are either the most usual ones or fall into buckets",
        help: ["leave out one of vocabulary= and buckets="], argument: "buckets")
    }
    if wishes.between != nil, wishes.labels.isEmpty {
      return CommandFailure(
        "E0306", "between= divides the labels of columns, and labels= names none",
        help: ["name them: labels=[genres]"], argument: wishes.between)
    }
    return nil
  }

  /// Further items leave tasks and models as good as they were; whether there are none but those, the file tells.
  var withheld: [Noun] { whom == .items ? [.data] : [] }
  var withdrawn: [Noun] { [] }

  private var isArray: Bool {
    let plain = file.hasSuffix(".gz") ? String(file.dropLast(3)) : file
    return plain.hasSuffix(".npy") || plain.hasSuffix(".npz")
  }

  func run(in session: inout Session, host: any Host) throws -> Report {
    guard var data = session.data else {
      throw CommandFailure("E0401", "no data are loaded", help: ["load data"])
    }
    if let contradiction { throw contradiction }
    let files = KeptFiles(host, unpacking: UnpackLimit(unpack))
    let contents = try reading { try files.read(file) }
    let before = data
    if whom == .trust {
      let outcome = try reading { try trust(contents, to: &data) }
      session.take(data, inPlaceOf: before)
      return report(outcome)
    }
    let outcome: TableAttaching.Outcome
    do {
      outcome = try reading {
        try isArray ? arrays(contents, files, to: &data) : table(contents, to: &data)
      }
    } catch var failure as CommandFailure {
      var other = before
      if whom == .users, !isArray, (try? trust(contents, to: &other)) != nil {
        failure.help.append(
          "if it says who trusts whom: attach trust \(Value.text(file).sourceText)")
      }
      throw failure
    }
    session.take(data, inPlaceOf: before)
    return report(outcome, before, data)
  }

  private func trust(
    _ contents: FileContents, to data: inout Dataset
  ) throws(DatasetError) -> TrustAttaching.Outcome {
    var attaching = TrustAttaching()
    (attaching.columns, attaching.separator) = (columns, separator)
    attaching.badRows = badRows
    if let name { attaching.name = name }
    return try attaching.attach(contents, to: &data)
  }

  private func report(_ outcome: TrustAttaching.Outcome) -> Report {
    var blocks: [Report.Block] = [
      .text(
        "Attached \(counted(outcome.edges, "edge")) of trust, \(grouped(outcome.known)) of them between users "
          + "of the data; \(counted(outcome.trusters, "user trusts", "users trust")) somebody."),
      .note("taken so: \(outcome.reading)"),
    ]
    if !outcome.strangers.isEmpty {
      blocks.append(
        .note(
          "\(counted(outcome.strangers.count, "user")) without ratings: "
            + "\(named(outcome.strangers, most: 5)); their "
            + "\(counted(outcome.edges - outcome.known, "edge tells", "edges tell")) nothing"))
    }
    if outcome.loops > 0 {
      blocks.append(
        .note(counted(outcome.loops, "edge") + " from a user to the same user left out"))
    }
    if outcome.repeated > 0 {
      blocks.append(
        .note(
          counted(outcome.repeated, "edge is", "edges are") + " given twice: the last one counts"))
    }
    blocks += outcome.notes.map { .note($0) }
    return Report(
      blocks,
      result: Record([
        .init("features", .number(Double(outcome.features))),
        .init("known", .number(Double(outcome.known))),
        .init("new", .number(0)), .init("edges", .number(Double(outcome.edges))),
        .init("strangers", .number(Double(outcome.strangers.count))),
      ]))
  }

  private func table(
    _ contents: FileContents, to data: inout Dataset
  ) throws(DatasetError) -> TableAttaching.Outcome {
    var attaching = TableAttaching(whom.subject)
    attaching.id = id
    attaching.prefix = name
    attaching.names = columns
    attaching.separator = separator
    attaching.badRows = badRows
    attaching.wishes = wishes
    return try attaching.attach(contents, to: &data)
  }

  /// What the features of an array are called: several arrays keep their names.
  private func shownName(_ own: String?, among count: Int) -> String {
    guard count > 1 else { return name ?? own ?? "vector" }
    return [name, own].compactMap { $0 }.joined(separator: ".")
  }

  private func arrays(
    _ contents: FileContents, _ files: KeptFiles, to data: inout Dataset
  ) throws -> TableAttaching.Outcome {
    let order = try ids.map { path in try files.read(path).lines() }
    var entities = whom == .users ? data.users : data.items
    var outcome = TableAttaching.Outcome()
    let rated = whom == .items ? data.items.count - data.unratedItemCount : nil
    let arrays = try NumPyArray.all(in: contents, unpacking: UnpackLimit(unpack))
    if whom == .items, let order {
      let names = arrays.flatMap { own, array in
        let shown = shownName(own, among: arrays.count)
        return array.columns == 1 ? [shown] : (0..<array.columns).map { "\(shown).\($0)" }
      }
      outcome.added = entities.welcome(order, describedBy: names)
    }
    for (own, array) in arrays {
      let shown = shownName(own, among: arrays.count)
      let (count, replaced) = try entities.attach(
        array, named: shown, order: order, path: file, rated: rated)
      outcome.known = max(outcome.known, count - outcome.added)
      outcome.features += array.columns
      outcome.fresh += array.columns
      for column in replaced.columns { outcome.replaced.add(column.name, column.entities) }
    }
    if whom == .users { data.users = entities } else { data.items = entities }
    data.sources.append(contents.source)
    return outcome
  }

  private func report(
    _ outcome: TableAttaching.Outcome, _ before: Dataset, _ data: Dataset
  ) -> Report {
    let count = whom == .users ? before.users.count : before.items.count
    var text =
      "Attached \(counted(outcome.features, "feature")) to \(grouped(outcome.known)) of "
      + "\(grouped(count)) \(whom.rawValue)"
    if outcome.added > 0 { text += " and \(counted(outcome.added, "new item"))" }
    var blocks: [Report.Block] = [.text(text + ".")]
    if !outcome.replaced.columns.isEmpty {
      blocks.append(.warning(disagreement(outcome.replaced, data)))
    }
    if outcome.known < count, outcome.fresh > 0 {
      blocks.append(.note("of the others they are unknown"))
    }
    blocks += outcome.readings.filter(\.isGuess).map { .note($0.sentence) }
    blocks += outcome.warnings.map { .warning($0) }
    if outcome.added > 0 {
      blocks.append(
        .note(
          "of \(counted(data.items.count, "item")), nobody has rated \(grouped(data.unratedItemCount))"
        ))
    }
    return Report(
      blocks,
      result: Record([
        .init("features", .number(Double(outcome.features))),
        .init("known", .number(Double(outcome.known))),
        .init("new", .number(Double(outcome.added))),
      ]))
  }
}

extension Attach {
  /// What the file says otherwise than it was said before, and how to have both.
  private func disagreement(_ replaced: ReplacedValues, _ data: Dataset) -> String {
    let ids = (whom == .users ? data.users : data.items).ids.names
    let count = replaced.entities.count
    let columns = replaced.columns.map { name, entities in
      let whose = entities.sorted().map { ids[$0] }
      return "`\(name)` of \(Language.named(whose, most: 3))"
    }
    let verb = count == 1 ? "has" : "have"
    let remedy =
      name == nil
      ? "`as=` and a name keeps features of both beside each other"
      : "another name in `as=` keeps both"
    return "\(grouped(count)) of the \(whom.rawValue) \(verb) other values here than before, which "
      + "are replaced: \(columns.joined(separator: ", ")); `undo` takes that back, and \(remedy)"
  }
}

extension Session {
  /// Takes data that tell more than the present ones. Tasks go where they tell something else of what is rated;
  /// models, which know items by their numbers, hear of further ones.
  fileprivate mutating func take(_ data: Dataset, inPlaceOf before: Dataset) {
    self.data = data
    guard before.foundation == data.foundation else {
      tasks = nil
      return
    }
    if before.items.count != data.items.count { redescribeModels(by: data) }
  }
}
