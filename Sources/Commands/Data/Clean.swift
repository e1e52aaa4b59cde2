import Datasets
import Language
import Reports

/// `clean`: removes or mends what would mislead a model.
struct Clean: Command {
  var cleaning = Cleaning()

  init() {}

  static let signature = Signature<Self>(
    "clean", "Removes repeated, outlying and rare ratings; thins data; fills unknown numbers.",
    details: """
      What is not asked for is not done. Steps run in the order of the options here. `dedupe`, `sample`, \
      `missing=drop` and `k-core` settle which ratings there are, for training and test alike, before the \
      split, as the k-core sets of papers do: they count ratings that are tested later, too. What is a \
      statistic, `missing=mean` and `outliers`, is fitted to training tasks alone when `split` makes them.
      """,
    [
      .filler("data"),
      .option("dedupe", \.cleaning.duplicates, "which of several ratings of one item is kept"),
      .option(
        "sample", \.cleaning.sample, in: 0...1,
        "share of the ratings that is kept, drawn by the seed: 10% shows what is left of a model on sparse data"
      ),
      .option("missing", \.cleaning.missing, "what becomes of unknown numbers of users and items"),
      .option("outliers", \.cleaning.outliers, "which ratings are too far out"),
      .option(
        "k-core", \.cleaning.core, in: 0...1_000_000,
        "fewest ratings of every user and item in the end"),
    ],
    needs: [.data], gives: [.data],
    examples: [
      Example("clean dedupe=last k-core=5"),
      Example("clean sample=30%; split tasks; evaluate mae", "thinner data"),
    ])

  var resultFields: [ResultField]? { ["users", "items", "ratings", "removed"] }

  func run(in session: inout Session, host: any Host) throws -> Report {
    guard let data = session.data else {
      throw CommandFailure("E0401", "no data are loaded", help: ["load data"])
    }
    // Only a sample depends on the seed.
    let key = cleaning.sample < 1 ? session.settings.key.derived("clean") : nil
    let (cleaned, changes) = try reading { try cleaning.cleaned(data, key: key) }
    session.data = cleaned
    session.tasks = nil
    let removed = data.interactions.count - cleaned.interactions.count
    var table = Table("Changes", columns: [.init("what"), .init("count", .right)])
    table.rows = changes.map { [.text($0.what), .count($0.count)] }
    var blocks: [Report.Block] =
      changes.isEmpty
      ? [.note("nothing was asked for: see the options of `help clean`")] : [.table(table)]
    blocks.append(.text("The data are \(cleaned.sizes)."))
    return Report(
      blocks,
      result: Record([
        .init("users", .number(Double(cleaned.users.count))),
        .init("items", .number(Double(cleaned.items.count))),
        .init("ratings", .number(Double(cleaned.interactions.count))),
        .init("removed", .number(Double(removed))),
      ]))
  }
}
