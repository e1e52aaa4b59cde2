import Datasets
import Kernels
import Language
import MetaLearning
import Models
import Reports

/// The items as the model represents them, in the two directions in which they differ most.
package struct EmbeddingPlot: Plot {
  var colour: String?
  var items = 1000

  package init() {}

  package static let signature = Signature<Self>(
    "embedding", "Items as the model represents them, in two dimensions, coloured by a feature.",
    details: """
      The principal components of what the network makes of items below its head. Items near each other \
      get nearly the same scores from any head; `similar` lists them.
      """,
    [
      .option(
        "colour", \.colour, "a feature of items; the first with categories if not given",
        expects: "the name of a feature of items", completion: .live("column")),
      .option(
        "items", \.items, in: 3...100_000, "how many items, those with the most ratings first"),
    ],
    needs: [.data, .model], examples: [Example("plot embedding")])

  package func curves(of session: Session, host: any Host) throws -> [Curve] {
    guard let data = session.modelData, let model = session.model else {
      throw CommandFailure("E0402", Noun.model.absence)
    }
    let feature = try feature(of: data)
    let shown = mostRated(data)
    let places = try model.representations(of: shown)
    let components = PrincipalComponents(of: places, count: 2)
    let groups = ItemGroups(of: shown, by: feature)
    let series = groups.names.enumerated().map { number, name in
      Curve.Series(
        name,
        shown.indices.filter { groups.of[$0] == number }.map {
          Curve.Point(components.scores[$0][0], components.scores[$0][1])
        })
    }
    func axis(_ number: Int) -> String {
      "component \(number + 1) (\(fixed(100 * components.shares[number], digits: 0)) % of variance)"
    }
    let by = feature.map { " by \($0.name)" } ?? ""
    var curve = Curve(
      "\(counted(shown.count, "item")) as \(model.title) sees them\(by)", x: axis(0), y: axis(1),
      series: series)
    curve.mark = .point
    return [curve]
  }

  /// The feature that colours; nil when the items have none with categories.
  private func feature(of data: Dataset) throws -> Feature? {
    guard let colour else {
      return data.items.features.first { if case .categories = $0.values { true } else { false } }
    }
    if let named = data.items.features.first(where: { $0.name == colour }) { return named }
    let names = data.items.features.map(\.name)
    throw CommandFailure(
      "E0502", "items have no feature `\(colour)`",
      help: [
        names.isEmpty ? "nothing is known of them" : "features: " + names.joined(separator: ", ")
      ],
      suggestions: suggestions(for: colour, among: names), argument: "colour")
  }

  private func mostRated(_ data: Dataset) -> [Int32] {
    var counts = [Float](repeating: 0, count: data.items.count)
    for item in data.interactions.items { counts[Int(item)] += 1 }
    return highest(min(items, data.items.count), of: counts).map { Int32($0) }
  }
}

/// Items in a few groups by the value of a feature: the commonest categories, or quarters of a number.
private struct ItemGroups {
  private(set) var names: [String] = ["items"]
  /// The group of each item.
  private(set) var of: [Int]

  /// More colours than this cannot be told apart.
  private static let most = 6

  init(of items: [Int32], by feature: Feature?) {
    of = Array(repeating: 0, count: items.count)
    guard let feature else { return }
    let values: [String?]
    switch feature.values {
    case .categories:
      values = items.map { feature.categoryNames(of: Int($0)).first }
      var counts: [String: Int] = [:]
      for value in values { if let value { counts[value, default: 0] += 1 } }
      let common = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
      names = Array(common.prefix(Self.most))
    case .numbers(let numbers):
      (names, values) = Self.quarters(items.map { numbers[Int($0)] })
    }
    let hasOthers = values.contains { $0.map { !names.contains($0) } ?? true }
    of = values.map { value in value.flatMap { names.firstIndex(of: $0) } ?? names.count }
    if hasOthers { names.append("others") }
  }

  /// Quarters named by their bounds, from the lowest on, and for each number the one it lies in.
  private static func quarters(_ numbers: [Float]) -> (names: [String], values: [String?]) {
    let sorted = numbers.filter(\.isFinite).sorted()
    guard let low = sorted.first, let high = sorted.last else {
      return ([], numbers.map { _ in nil })
    }
    let bounds = [low] + (1...3).map { sorted[sorted.count * $0 / 4] } + [high]
    let names = (0..<4).map {
      "\(short(Double(bounds[$0]))) to \(short(Double(bounds[$0 + 1])))"
    }
    let values = numbers.map { number in
      number.isFinite ? names[(1...3).count { number >= bounds[$0] }] : nil
    }
    return (names.filter { values.contains($0) }, values)
  }
}
