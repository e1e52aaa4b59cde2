import Datasets
import Language
import MetaLearning
import Models
import Reports

/// `topk 10`: the items that the adapted model scores highest, without those already rated.
package struct TopK: FrugalCommand, ConstrainedCommand {
  package var count = 10
  package var seen = false
  package var audience: Audience?
  package var file = ""

  package init() {}

  package static let signature = Signature<Self>(
    "topk",
    "Lists the items that the adapted model scores highest, or a list for each of many users.",
    details: """
      With `for=` every user of a part, of the data or of a file gets a list: the model is adapted to each \
      as `adapt user` would. `file=` writes the lists as rows of user, rank, item and score; the end of its \
      name tells the format: .csv, .tsv, .jsonl, .npy.
      """,
    [
      .positional(
        "k", \.count, "how many", isRequired: false, expects: "a whole number of 1 or more",
        where: { $0 >= 1 }),
      .option("seen", \.seen, "list items that the user has rated, too"),
      .option("for", \.audience, "for whom; the adapted user if not given"),
      .option(
        "file", \.file, "a file to write the lists to", expects: "the name of a file",
        completion: .writtenFile(extensions: ["csv", "tsv", "jsonl", "npy"]),
        where: { !$0.isEmpty }),
    ],
    needs: [.data, .model, .adapted],
    examples: [
      Example("topk 10"), Example("topk k=3 seen=yes"),
      Example("topk 10 for=test file=\"lists.csv\"", "a list for every test user"),
    ])

  package var resultFields: [ResultField]? {
    guard audience == nil else { return ["users", "rows", "seconds"] }
    return [ResultField("user", .text)]
      + ["items", "titles", "scores", "new"].map { ResultField($0, .list) }
  }

  package var unneeded: [Noun] { audience == nil ? [] : [.adapted] }

  package var contradiction: CommandFailure? {
    guard !file.isEmpty, ExportFormat(fileName: file) == nil || file.hasSuffix(".inter") else {
      return nil
    }
    return CommandFailure(
      "E0306", "the name `\(file)` does not tell how to write the lists",
      help: ["let it end in .csv, .tsv, .jsonl or .npy"], argument: file)
  }

  package func run(in session: inout Session, host: any Host) throws -> Report {
    if let contradiction { throw contradiction }
    guard let data = audience == nil ? session.adaptedData : session.modelData else {
      throw CommandFailure("E0401", Noun.data.absence)
    }
    guard count <= data.items.count else {
      throw CommandFailure(
        "E0302", "k=\(count) is more than the \(counted(data.items.count, "item"))",
        help: ["allowed: 1 to \(data.items.count)"], argument: "\(count)")
    }
    if let audience { return try lists(for: audience, of: data, session, host) }
    guard let adapted = session.adapted else {
      throw CommandFailure("E0402", Noun.adapted.absence)
    }
    let domain = session.tasks?.testedDomain(of: data)
    let allowed = data.items(in: domain)
    let rated = adapted.context.support.map(\.item) + ratedItems(of: adapted, data)
    let items = seen ? allowed : data.items(allowed, without: rated)
    let best = try adapted.model.best(
      count, of: items, for: adapted.context, threads: session.threads)
    if !file.isEmpty, let user = adapted.user {
      let list = RecommendationLists.List(
        user: user, items: best.map(\.item), scores: best.map { data.shown($0.score) })
      try write(RecommendationLists([list]), of: data, host)
    } else if !file.isEmpty {
      throw CommandFailure(
        "E0306", "a new user has no id to be written beside a list",
        help: ["`save report` keeps what is shown"], argument: file)
    }
    return report(
      data, adapted, best.map { ($0.item, data.shown($0.score)) },
      left: allowed.count - items.count, domain: domain)
  }

  /// All that a known user has rated, query ratings among them: they are no news to them.
  private func ratedItems(of adapted: AdaptedModel, _ data: Dataset) -> [Int32] {
    guard let user = adapted.user else { return [] }
    let table = data.interactions
    return table.users.indices.filter { table.users[$0] == user }.map { table.items[$0] }
  }

  private func report(
    _ data: Dataset, _ adapted: AdaptedModel, _ ranking: [(item: Int32, score: Float)], left: Int,
    domain: String?
  ) -> Report {
    var notes: [String] = []
    if left > 0 {
      let known = data.feedback == .ratings ? "rated" : "taken"
      notes.append(
        counted(left, "item already \(known) is", "items already \(known) are") + " left out")
    }
    if let privacy = adapted.model.privacy {
      notes.append(
        "\(adapted.model.title): \(privacy.sentence); the list is made of this user's own ratings")
    }
    if let domain { notes.append("items of \(domain) only, which the split tests on") }
    let isNew = data.isNew(ranking.map(\.item))
    let hasNew = isNew.contains(true)
    if hasNew { notes.append("new: nobody has rated it; its features alone tell") }
    var table = Table(
      "Top \(ranking.count) for \(data.owner.worded(adapted.name))",
      columns: [
        .init("#", .right), .init("item", .right), .init("title"), .init("score", .right),
      ] + (hasNew ? [.init("")] : []),
      rows: zip(ranking.indices, zip(ranking, isNew)).map { place, entry in
        let (entry, isNew) = entry
        return [
          .count(place + 1), .text(data.items.ids.names[Int(entry.item)]),
          .text(data.items.label(Int(entry.item))), .number(entry.score.asWritten, digits: 2),
        ] + (hasNew ? [.text(isNew ? "new" : "")] : [])
      },
      footnotes: notes)
    let user = adapted.user.map { data.users.ids.names[Int($0)] } ?? "new"
    table.keys = [.init("user", user)]
    return Report(
      [.table(table)],
      result: Record([
        .init("user", .text(user)),
        .init("items", .list(ranking.map { .text(data.items.ids.names[Int($0.item)]) })),
        .init("titles", .list(ranking.map { .text(data.items.label(Int($0.item))) })),
        .init("scores", .list(ranking.map { .number($0.score.asWritten) })),
        .init("new", .list(isNew.map { .truth($0) })),
      ]))
  }
}
