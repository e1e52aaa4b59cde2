import Datasets
import Language
import MetaLearning
import Models
import Reports

/// `explain user 42 item 50`: what makes the score of an item for a user.
package struct UserExplanation: Explanation {
  var user = ""
  var item = ""
  var rows = 10

  package init() {}

  package static let signature = Signature<Self>(
    "user", "Which of a user's ratings, and which features, move the score of an item.",
    [
      .positional(
        "id", \.user, "the user's id", expects: "the id of a user", completion: .live("user")),
      .filler("item"), .explainedItem(\.item), .explainedRows(\.rows),
    ],
    needs: [.data, .model], examples: [Example("explain user 42 item 50")])

  package func report(in session: Session, host: any Host) throws -> Report {
    guard let data = session.modelData, let model = session.model else {
      throw CommandFailure("E0402", Noun.model.absence)
    }
    let (owner, other) = data.owner == .users ? (user, item) : (item, user)
    var notes: [Report.Block] = []
    let learned = data.learnable(try data.userNumber(owner), session.modelTasks, notes: &notes)
    let adapted = AdaptedModel(
      model: model, context: learned.context, name: "\(data.owner.noun) \(owner)")
    let score = try ExplainedScore(
      of: try data.itemNumber(other), for: adapted, data, threads: session.threads, host)
    return score.report(rows: rows, hidden: learned.query, notes: notes)
  }
}

/// `explain item 50`: the same for the user that the model is adapted to.
package struct ItemExplanation: Explanation {
  var item = ""
  var rows = 10

  package init() {}

  package static let signature = Signature<Self>(
    "item", "What moves the score of an item for the user that the model is adapted to.",
    [.explainedItem(\.item), .explainedRows(\.rows)],
    needs: [.data, .adapted], examples: [Example("explain item 50")])

  package func report(in session: Session, host: any Host) throws -> Report {
    guard let adapted = session.adapted, let data = session.adaptedData else {
      throw CommandFailure("E0402", Noun.adapted.absence)
    }
    guard data.owner == .users else {
      throw CommandFailure(
        "E0306",
        "the model is adapted to one of the users here, and an item has no score of its own",
        help: ["`explain user 42 item \(item)`"], argument: item)
    }
    let score = try ExplainedScore(
      of: try data.itemNumber(item), for: adapted, data, threads: session.threads, host)
    return score.report(rows: rows, hidden: [], notes: [])
  }
}

extension Parameter where Root: Explanation {
  fileprivate static func explainedItem(_ path: Path<Root, String>) -> Parameter {
    .positional(
      "item", path, "the item's id, or its title in quotes", expects: "the id or title of an item",
      completion: .live("item"))
  }

  fileprivate static func explainedRows(_ path: Path<Root, Int>) -> Parameter {
    .option("top", path, in: 1...10_000, "how many ratings to show")
  }
}

/// The score of one item for one user and what moves it.
private struct ExplainedScore {
  let data: Dataset
  let adapted: AdaptedModel
  let item: Int
  let score: Float
  /// Without any of the user's ratings.
  let before: Float
  /// One for each rating of the support.
  let influences: [Float]
  let features: [FeatureInfluence]

  init(
    of item: Int, for adapted: AdaptedModel, _ data: Dataset, threads: Int, _ host: any Host
  ) throws {
    self.data = data
    self.adapted = adapted
    self.item = item
    let (model, context) = (adapted.model, adapted.context)
    score = try model.finiteScores(for: context, items: [Int32(item)])[0]
    before =
      try model.finiteScores(
        for: UserContext(user: context.user, support: []), items: [Int32(item)])[0]
    var influences: [Float] = []
    let (total, block) = (context.support.count, 16 * threads)
    while influences.count < total {
      try host.checkpoint(
        Progress(
          "explain", done: Double(influences.count), total: Double(total), unit: "ratings"))
      influences += try model.ratingInfluences(
        on: Int32(item), for: context, score: score,
        of: influences.count..<min(total, influences.count + block), threads: threads)
    }
    self.influences = influences
    features = try model.featureInfluences(on: Int32(item), for: context, score: score)
  }

  func report(
    rows: Int, hidden: [UserContext.Rating], notes: [Report.Block]
  ) -> Report {
    var blocks: [Report.Block] = [.text(summary)] + notes
    if let own = adapted.context.support.first(where: { Int($0.item) == item }) {
      blocks.append(
        .note("The user rated it \(short(Double(own.rating))): the model adapts to that, too."))
    } else if let own = hidden.first(where: { Int($0.item) == item }) {
      blocks.append(
        .note("The user rated it \(short(Double(own.rating))), which the adaptation has not seen."))
    }
    if !influences.isEmpty { blocks.append(.table(ratings(rows))) }
    blocks.append(.table(known))
    return Report(blocks, result: result)
  }

  private var summary: String {
    let count = influences.count
    let start =
      "The score of \(label(item)) for \(data.owner.worded(adapted.name)) is \(text(score))"
    if count == 0 { return start + ", without any ratings of the user." }
    return start + ": \(text(before)) before adaptation, \(signed(score - before)) by "
      + counted(count, "rating") + "."
  }

  /// The ratings by how far they move the score, the strongest first.
  private var order: [Int] {
    influences.indices.stablySorted(descending: true) { abs(influences[$0]) }
  }

  private func ratings(_ rows: Int) -> Table {
    let support = adapted.context.support
    var table = Table(
      "Ratings of the user that move it most",
      columns: [
        .init("item", .right), .init("title"), .init("rating", .right), .init("influence", .right),
      ],
      rows: order.prefix(rows).map { index in
        let rated = Int(support[index].item)
        return [
          .text(data.items.ids.names[rated]), .text(data.items.label(rated)),
          .text(short(Double(support[index].rating))), .text(signed(influences[index])),
        ]
      })
    table.footnotes = ["influence: the score less what it is when adapted without that rating"]
    let rest = order.dropFirst(rows)
    if let first = rest.first {
      table.footnotes.append(
        "\(rest.count) more move it by at most \(text(abs(influences[first]))) each")
    }
    return table
  }

  private var known: Table {
    Table(
      "What is known of the item and of the user",
      columns: [.init("of"), .init("feature"), .init("value"), .init("influence", .right)],
      rows: features.map {
        [
          .text(data.owner.worded($0.side.rawValue)), .text($0.name), .text(value(of: $0)),
          .text(signed($0.influence)),
        ]
      }, footnotes: ["influence: the score less what it is when that is unknown"])
  }

  private func value(of feature: FeatureInfluence) -> String {
    let entities = feature.side == .item ? data.items : adapted.person ?? data.users
    let entity = feature.side == .item ? item : Int(adapted.context.user ?? 0)
    let known = entities.features.first { $0.name == feature.name }
    return known?.spelling(of: entity) ?? entities.ids.names[entity]
  }

  private var result: Record {
    let support = adapted.context.support
    return Record([
      .init("score", .number(score.asWritten)), .init("before", .number(before.asWritten)),
      .init("items", .list(order.map { .text(data.items.ids.names[Int(support[$0].item)]) })),
      .init("influences", .list(order.map { .number(influences[$0].asWritten) })),
      .init("features", .list(features.map { .text($0.name) })),
      .init("feature-influences", .list(features.map { .number($0.influence.asWritten) })),
    ])
  }

  private func label(_ item: Int) -> String {
    let (id, title) = (data.items.ids.names[item], data.items.label(item))
    return title == id ? "item \(id)" : "\(title) (item \(id))"
  }

  private func text(_ value: Float) -> String { fixed(Double(value), digits: 3) }
  private func signed(_ value: Float) -> String {
    (text(value).hasPrefix("-") ? "" : "+") + text(value)
  }
}
