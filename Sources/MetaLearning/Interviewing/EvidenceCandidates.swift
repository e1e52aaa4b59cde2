import Datasets
import Kernels
import Language
import Models

/// Asks about items whose rating moves the weights far and that many know: the evidence candidates of MeLU.
package struct EvidenceCandidates: QuestionPolicy {
  package var raters = 30

  package init() {}

  package static let signature = Signature<Self>(
    "evidence", "Asks about items whose rating moves the adapted weights far and that many know.",
    details: """
      The way from θ₀ to θ₁ in one inner step on a rating of the item alone, in the mean over training users \
      who rated it, times the number of its training ratings, both as a share of the largest. Lee, Im, Jang, \
      Cho and Chung, KDD 2019 (MeLU), section 4.4.
      """,
    [.option("raters", \.raters, in: 1...1_000_000, "how many raters of an item to take at most")],
    examples: [Example("interview new 10 policy=evidence")])

  package var needsInnerSteps: Bool { true }

  package func questions(from basis: InterviewBasis) -> any Recommender {
    let (data, model) = (basis.data, basis.model)
    let raters = chosenRaters(basis)
    let ways = orderedMap(raters.count, threads: basis.threads, abandoned: 0.0) { item in
      let lengths = raters[item].map { row in
        model.map { way(of: row, data.interactions, $0) } ?? 0
      }
      return lengths.isEmpty ? 0 : lengths.reduce(0, +) / Double(lengths.count)
    }
    let counts = TrainingRatings(basis.training, in: data).countsOfItems.map { Double($0) }
    let (longest, most) = (ways.max() ?? 0, counts.max() ?? 0)
    let scale = longest > 0 && most > 0 ? 1 / (longest * most) : 0
    return FixedScores(
      title: Self.name, predictsRatings: false,
      perItem: zip(ways, counts).map { Float($0 * $1 * scale) })
  }

  /// Some of the training rows of each item, drawn by chance.
  private func chosenRaters(_ basis: InterviewBasis) -> [[Int32]] {
    var rows = Array(repeating: [Int32](), count: basis.data.items.count)
    for row in basis.training.whileWanted(asking: 0x100).flatMap(\.rows) {
      rows[Int(basis.data.interactions.items[Int(row)])].append(row)
    }
    let key = basis.key.derived("raters")
    return rows.enumerated().map { item, rows in
      guard rows.count > raters else { return rows }
      var chance = key.derived(item).stream
      return Array(chance.shuffled(rows).prefix(raters))
    }
  }

  /// How far one step on one rating goes.
  private func way(of row: Int32, _ rows: Interactions, _ model: TrainedModel) -> Double {
    let user = UserContext(
      user: rows.users[Int(row)], support: [UserContext.Rating(row: row, of: rows)])
    let points = model.trace(for: user)
    return points.count > 1 ? Double(points[1].point.distance) : 0
  }
}
