import Datasets
import Language

/// The share of all candidate items that stand in anyone's first places (Ge, Delgado-Battenfeld and
/// Jannach 2010): the expectation where scores tie.
package struct Coverage: CutoffMetric {
  package static let label = "coverage"
  package var cutoff: Int?

  package init() {}

  package static let signature = Signature<Self>(
    "coverage", "Share of the items that are recommended to anyone.",
    [.option("cutoff", \.cutoff, in: 1...1_000_000, "how many places count; also `coverage@5`")],
    examples: [Example("evaluate coverage@5 candidates=all")])

  package var isPooled: Bool { true }
  package func value(of query: JudgedQuery) -> Double? { nil }
  package func chance(of query: JudgedQuery) -> Double? { nil }

  package func total(of queries: [JudgedQuery]) -> Double? {
    var missed: [Int32: Double] = [:]
    for query in queries {
      for item in query.items where missed[item] == nil { missed[item] = 1 }
      for (tie, reached) in query.reachedTies(places(of: query)) {
        let miss = 1 - Double(reached) / Double(tie.count)
        for rank in tie { missed[query.items[query.order[rank]], default: 1] *= miss }
      }
    }
    guard !missed.isEmpty else { return nil }
    // Summed in the order of the items, so that the bits do not depend on hashing.
    let covered = missed.keys.sorted().reduce(0.0) { $0 + 1 - (missed[$1] ?? 1) }
    return covered / Double(missed.count)
  }

  package func totalChance(of queries: [JudgedQuery]) -> Double? {
    total(of: queries.map(\.shuffled))
  }

  package func definition(on scale: RatingScale) -> String {
    "coverage: items in anyone's first places, of all that are candidates for anyone"
  }
}
