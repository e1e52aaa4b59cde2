import Datasets
import Language
import Reports

/// The long tail: how many ratings each item has, from the most rated to the least.
package struct PopularityPlot: Plot {
  package init() {}

  package static let signature = Signature<Self>(
    "popularity", "How many ratings each item has, from the most rated to the least.",
    needs: [.data], examples: [Example("plot popularity")])

  package func curves(of session: Session, host: any Host) throws -> [Curve] {
    guard let data = session.data else { throw CommandFailure("E0401", Noun.data.absence) }
    var counts = [Int](repeating: 0, count: data.items.count)
    for item in data.interactions.items { counts[Int(item)] += 1 }
    counts.sort(by: >)
    // A picture has no room for more points than this.
    let step = max(1, counts.count / 500)
    let points = stride(from: 0, to: counts.count, by: step).map {
      Curve.Point(Double($0 + 1), Double(counts[$0]))
    }
    return [
      Curve(
        "Popularity of the items of \(data.name)", x: "rank of the item", y: "ratings",
        series: [.init("ratings", points)])
    ]
  }
}
