import Datasets
import Kernels
import Language
import MetaLearning
import Models
import Reports

/// `similar item 50`: the items that the model cannot tell far apart.
package struct Similar: Command {
  var said = SaidNoun()
  var item = ""
  var count = 10
  var measure = Measure.cosine

  package init() {}

  package static let signature = Signature<Self>(
    "similar", "Lists the items nearest to one, as the model represents them.",
    details: """
      The representation is what the network makes of an item below its head, for a user of whom nothing \
      is known. `by=cosine` compares directions (0 the same, 1 at right angles, 2 opposite), \
      `by=euclidean` places.
      """,
    [
      .noun("item", noting: \.said.item), .noun("user", noting: \.said.user),
      .positional(
        "id", \.item, "the item's id, or its title in quotes",
        expects: "the id or title of an item", completion: .live("other")),
      .positional(
        "k", \.count, "how many", isRequired: false, expects: "a whole number of 1 or more",
        where: { $0 >= 1 }),
      .option("by", \.measure, "what counts as near"),
    ],
    needs: [.data, .model],
    examples: [Example("similar item 50"), Example("similar item 50 k=3 by=euclidean")])

  package enum Measure: String, ArgumentChoice {
    case cosine, euclidean

    package var summary: String {
      switch self {
      case .cosine: "1 − the cosine of the angle between two items"
      case .euclidean: "the length of the way from one to the other"
      }
    }

    fileprivate func distance(_ a: [Float], _ b: [Float]) -> Double {
      var (product, ofA, ofB, way) = (0.0, 0.0, 0.0, 0.0)
      for (x, y) in zip(a, b) {
        product += Double(x) * Double(y)
        ofA += Double(x) * Double(x)
        ofB += Double(y) * Double(y)
        way += Double(x - y) * Double(x - y)
      }
      guard self == .cosine else { return way.squareRoot() }
      let lengths = (ofA * ofB).squareRoot()
      return lengths > 0 ? max(0, 1 - product / lengths) : 1
    }
  }

  package var resultFields: [ResultField]? {
    ["items", "titles", "distances"].map { ResultField($0, .list) }
  }

  package func run(in session: inout Session, host: any Host) throws -> Report {
    guard let data = session.modelData, let model = session.model else {
      throw CommandFailure("E0402", Noun.model.absence)
    }
    try said.require("item", model, "similar item \(item)")
    let item = try data.itemNumber(item)
    guard count < data.items.count else {
      throw CommandFailure(
        "E0302", "k=\(count) is more than the \(counted(data.items.count - 1, "other item"))",
        help: ["allowed: 1 to \(data.items.count - 1)"], argument: "\(count)")
    }
    let places = try model.representations(of: (0..<Int32(data.items.count)).map { $0 })
    let distances = places.map { measure.distance(places[item], $0) }
    guard distances.allSatisfy(\.isFinite) else {
      throw ScoreError(title: model.title, item: Int32(item))
    }
    let nearest = highest(count + 1, of: distances.map { Float(-$0) }).filter { $0 != item }
    return report(data, item, nearest.prefix(count).map { ($0, distances[$0]) }, model)
  }

  private func report(
    _ data: Dataset, _ item: Int, _ nearest: [(item: Int, distance: Double)],
    _ model: TrainedModel
  ) -> Report {
    let table = Table(
      "Nearest to \(data.items.label(item)), as \(model.title) sees items",
      columns: [
        .init("#", .right), .init("item", .right), .init("title"), .init("distance", .right),
        .init("in common"),
      ],
      rows: nearest.enumerated().map { place, other in
        [
          .count(place + 1), .text(data.items.ids.names[other.item]),
          .text(data.items.label(other.item)), .number(other.distance, digits: 4),
          .text(data.items.shared(item, other.item).joined(separator: ", ")),
        ]
      },
      footnotes: ["distance: \(measure.summary)"])
    return Report(
      [.table(table)],
      result: Record([
        .init("items", .list(nearest.map { .text(data.items.ids.names[$0.item]) })),
        .init("titles", .list(nearest.map { .text(data.items.label($0.item)) })),
        .init("distances", .list(nearest.map { .number($0.distance) })),
      ]))
  }
}

extension Entities {
  /// The categories that two entities share.
  fileprivate func shared(_ a: Int, _ b: Int) -> [String] {
    features.flatMap { feature -> [String] in
      let others = Set(feature.categoryNames(of: b))
      return feature.categoryNames(of: a).filter { others.contains($0) }
    }
  }
}
