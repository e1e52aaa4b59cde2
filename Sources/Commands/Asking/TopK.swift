import Datasets
import Language
import MetaLearning
import Models
import Reports

/// `topk 10`: the items that the adapted model scores highest, without those already rated.
package struct TopK: Command {
  package var count = 10
  package var seen = false

  package init() {}

  package static let signature = Signature<Self>(
    "topk", "Lists the items that the adapted model scores highest.",
    [
      .positional(
        "k", \.count, "how many", isRequired: false, expects: "a whole number of 1 or more",
        where: { $0 >= 1 }),
      .option("seen", \.seen, "list items that the user has rated, too"),
    ],
    needs: [.data, .adapted],
    examples: [Example("topk 10"), Example("topk k=3 seen=yes")])

  package var resultFields: [ResultField]? {
    ["items", "titles", "scores", "new"].map { ResultField($0, .list) }
  }

  package func run(in session: inout Session, host: any Host) throws -> Report {
    guard let data = session.data, let adapted = session.adapted else {
      throw CommandFailure("E0402", Noun.adapted.absence)
    }
    guard count <= data.items.count else {
      throw CommandFailure(
        "E0302", "k=\(count) is more than the \(counted(data.items.count, "item"))",
        help: ["allowed: 1 to \(data.items.count)"], argument: "\(count)")
    }
    let rated = Set(adapted.context.support.map(\.item)).union(ratedItems(of: adapted, data))
    let domain = session.tasks?.testedDomain(of: data)
    let isOwn = domain.map { data.items(of: $0) }
    let allowed = (0..<Int32(data.items.count)).filter { isOwn?[Int($0)] ?? true }
    let items = allowed.filter { seen || !rated.contains($0) }
    let best = try adapted.model.best(
      count, of: items, for: adapted.context, threads: session.threads)
    return report(
      data, adapted, best.map { ($0.item, data.scale.clamped($0.score)) },
      left: allowed.count - items.count, domain: domain)
  }

  /// All that a known user has rated, query ratings among them: they are no news to her.
  private func ratedItems(of adapted: AdaptedModel, _ data: Dataset) -> Set<Int32> {
    guard let user = adapted.user else { return [] }
    let table = data.interactions
    return Set(table.users.indices.lazy.filter { table.users[$0] == user }.map { table.items[$0] })
  }

  private func report(
    _ data: Dataset, _ adapted: AdaptedModel, _ ranking: [(item: Int32, score: Float)], left: Int,
    domain: String?
  ) -> Report {
    var notes: [String] = []
    if left > 0 {
      notes.append(counted(left, "item already rated is", "items already rated are") + " left out")
    }
    if let domain { notes.append("items of \(domain) only, which the split tests on") }
    let isNew = data.isNew(ranking.map(\.item))
    let hasNew = isNew.contains(true)
    if hasNew { notes.append("new: nobody has rated it; its features alone tell") }
    let table = Table(
      "Top \(ranking.count) for \(adapted.name)",
      columns: [
        .init("#", .right), .init("item", .right), .init("title"), .init("score", .right),
      ] + (hasNew ? [.init("")] : []),
      rows: zip(ranking.indices, zip(ranking, isNew)).map { place, entry in
        let (entry, isNew) = entry
        return [
          .count(place + 1), .text(data.items.ids.names[Int(entry.item)]),
          .text(data.items.label(Int(entry.item))), .number(Double(entry.score), digits: 2),
        ] + (hasNew ? [.text(isNew ? "new" : "")] : [])
      },
      footnotes: notes)
    return Report(
      [.table(table)],
      result: Record([
        .init("items", .list(ranking.map { .text(data.items.ids.names[Int($0.item)]) })),
        .init("titles", .list(ranking.map { .text(data.items.label(Int($0.item))) })),
        .init("scores", .list(ranking.map { .number(Double($0.score)) })),
        .init("new", .list(isNew.map { .truth($0) })),
      ]))
  }
}
