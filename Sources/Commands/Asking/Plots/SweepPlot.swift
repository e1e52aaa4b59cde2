import Language
import Reports

/// What the runs of the last sweep came to.
package struct SweepPlot: Plot {
  package init() {}

  package static let signature = Signature<Self>(
    "sweep", "What each run of the last sweep came to, by the values it tried.",
    details: """
      `meta-train maml steps=1..5 inner-lr=[0.01, 0.05]` is a sweep. The option with the most values \
      runs along the axis, the values of the others are lines of their own.
      """,
    needs: [.model],
    examples: [
      Example("meta-train maml steps=1..3 epochs=1; plot sweep", "validation loss by steps")
    ])

  package func curves(of session: Session, host: any Host) throws -> [Curve] {
    guard let sweep = session.sweep else {
      throw CommandFailure(
        "E0402", "no training of this session tried several values",
        help: ["meta-train maml steps=1..5 inner-lr=[0.01, 0.05]"])
    }
    return [sweep.curve]
  }
}

/// The runs of a sweep: what was tried and how low the objective came.
package struct SweepOutcome: Sendable {
  package var title: String
  package var keys: [String]
  package var objective: String
  /// One value for each key; NaN for a run that failed.
  package var runs: [(values: [String], objective: Double)]
  /// What the session keeps each run by.
  package var names: [String]

  var curve: Curve {
    let choices = keys.indices.map { key in
      let names = runs.reduce(into: [String]()) { known, run in
        if !known.contains(run.values[key]) { known.append(run.values[key]) }
      }
      // Drawn numbers come in any order.
      let numbers = names.compactMap { Double(decimal: $0) }
      guard numbers.count == names.count else { return names }
      return zip(numbers, names).stablySorted { $0.0 }.map(\.1)
    }
    // The first of those with the most values.
    let axis = keys.indices.reduce(0) { choices[$1].count > choices[$0].count ? $1 : $0 }
    var series: [Curve.Series] = []
    for run in runs {
      let others = keys.indices.filter { $0 != axis }.map { "\(keys[$0])=\(run.values[$0])" }
      let name = others.isEmpty ? objective : others.joined(separator: " ")
      let place = choices[axis].firstIndex(of: run.values[axis]) ?? 0
      let point = Curve.Point(Double(place), run.objective)
      if let known = series.firstIndex(where: { $0.name == name }) {
        series[known].points.append(point)
      } else {
        series.append(.init(name, [point]))
      }
    }
    for index in series.indices {
      series[index].points = series[index].points.stablySorted { $0.x }
    }
    var curve = Curve(title, x: keys[axis], y: objective, series: series)
    curve.names = choices[axis]
    return curve
  }
}
