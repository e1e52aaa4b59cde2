import Datasets
import Evaluation
import Kernels
import Language
import MetaLearning
import Models
import Reports

/// `explain rules`: a few rules that imitate the scores of all that the adapted user has not rated.
package struct RulesExplanation: Explanation {
  var count = 5
  var conditions = 2

  package init() {}

  package static let signature = Signature<Self>(
    "rules", "A short list of rules that imitates the model for the user it is adapted to.",
    details: """
      The first rule that holds for an item gives its score, the last takes what is left. Rules are made from the model's \
      scores of every second item that the user has not rated, and what is known of these items; how well they imitate is \
      told of the others, which they have not seen: R² is the share of the scores' variance that they tell, and of all pairs \
      of items the share is said that they order as the model does, a pair of one rule counting half: 50 % by chance. A low \
      R² means that what the model does cannot be said in so few words. Each rule is the one that leaves the smallest \
      squared error (Fürnkranz 1999, separate and conquer).
      """,
    [
      .option("count", \.count, in: 1...50, "how many rules at most, the last not counted"),
      .option("conditions", \.conditions, in: 1...4, "how many conditions a rule has at most"),
    ],
    needs: [.data, .adapted],
    examples: [Example("explain rules"), Example("explain rules count=3 conditions=1")])

  package func report(in session: Session, host: any Host) throws -> Report {
    guard let adapted = session.adapted, let data = session.adaptedData else {
      throw CommandFailure("E0402", Noun.adapted.absence)
    }
    let candidates = data.items(
      data.items(in: session.tasks?.testedDomain(of: data)),
      without: adapted.context.support.map(\.item))
    guard candidates.count >= 4 * Self.fewest(0) else {
      throw CommandFailure(
        "E0306",
        "there are \(counted(candidates.count, "item")) to make rules from, which are too few",
        help: ["rules need \(4 * Self.fewest(0)) items that the user has not rated"])
    }
    let scores = try adapted.model.finiteScores(for: adapted.context, items: candidates)
    let known = ItemConditions(data, candidates, training: session.modelTasks?.train ?? [])
    let places = Array(candidates.indices)
    let list = RuleList(
      known.all, imitating: scores, of: places.filter { $0 % 2 == 0 }, rules: count,
      conditions: conditions, fewest: Self.fewest(candidates.count))
    try host.checkpoint(Progress("explain", done: 1, total: 1, unit: "lists"))
    return RuleReport(
      data: data, adapted: adapted, scores: scores, candidates: candidates, list: list,
      judged: places.filter { $0 % 2 == 1 }
    ).report
  }

  /// A rule takes a fiftieth of the items that rules are made from, and ten at least.
  private static func fewest(_ candidates: Int) -> Int { max(10, candidates / 100) }
}

/// What may hold of items, by their features and by how often training users have rated them.
private struct ItemConditions {
  private(set) var all: [RuleList.Condition] = []
  private let items: [Int32]

  /// Categories and numbers that hold of less than this share of the items, or of all but it, say too little.
  private static let least = 0.02
  /// The most frequent categories of a feature alone: a rule is to be short to find, too.
  private static let categories = 60

  init(_ data: Dataset, _ items: [Int32], training: [UserTask]) {
    self.items = items
    for feature in data.items.features {
      switch feature.values {
      case .categories(let vocabulary, let offsets, let codes):
        add(feature.name, vocabulary, offsets, codes)
      case .numbers(let numbers):
        let own = items.map { numbers[Int($0)] }
        add(own) {
          "\(feature.name) ≥ \($0)"
        } below: {
          "\(feature.name) < \($0)"
        }
      }
    }
    guard !training.isEmpty else { return }
    let counts = TrainingRatings(training, in: data).countsOfItems
    add(items.map { Float(counts[Int($0)]) }) {
      "rated \($0) times or more"
    } below: {
      "rated less than \($0) times"
    }
  }

  private mutating func add(_ text: String, _ holds: [Bool]) {
    let share = Double(holds.count { $0 }) / Double(max(1, holds.count))
    guard share >= Self.least, share <= 1 - Self.least else { return }
    all.append(.init(text, holds: holds))
  }

  private mutating func add(
    _ name: String, _ vocabulary: Vocabulary, _ offsets: [Int32], _ codes: [Int32]
  ) {
    var holders = Array(repeating: [Int](), count: vocabulary.count)
    for (place, item) in items.enumerated() {
      for code in codes[Int(offsets[Int(item)])..<Int(offsets[Int(item) + 1])] {
        holders[Int(code)].append(place)
      }
    }
    let frequent = holders.indices.stablySorted(descending: true) { holders[$0].count }
    for code in frequent.prefix(Self.categories) {
      var holds = Array(repeating: false, count: items.count)
      for place in holders[code] { holds[place] = true }
      add("\(name) has \(vocabulary.names[code])", holds)
      add("\(name) has no \(vocabulary.names[code])", holds.map { !$0 })
    }
  }

  /// Numbers are cut where a fifth of the known ones ends. What is unknown is on neither side.
  private mutating func add(
    _ numbers: [Float], _ above: (String) -> String, below: (String) -> String
  ) {
    let known = numbers.filter(\.isFinite).sorted()
    guard !known.isEmpty else { return }
    let cuts = (1...4).map { known[known.count * $0 / 5] }
    for cut in Set(cuts).sorted() {
      let text = short(cut.asWritten)
      add(above(text), numbers.map { $0 >= cut })
      add(below(text), numbers.map { $0 < cut })
    }
  }
}

/// A list of rules as people read it.
private struct RuleReport {
  let data: Dataset
  let adapted: AdaptedModel
  let scores: [Float]
  let candidates: [Int32]
  let list: RuleList
  let judged: [Int]

  /// The mean score of the judged items that a rule takes; nil where it takes none.
  private func means(_ given: [Int]) -> [Double?] {
    list.rules.indices.map { rule in
      let own = zip(judged, given).filter { $1 == rule }.map { Double(scores[$0.0]) }
      return own.isEmpty ? nil : own.reduce(0, +) / Double(own.count)
    }
  }

  var report: Report {
    let given = judged.map { list.rule(of: $0) }
    let all = candidates.indices.map { list.rule(of: $0) }
    let (texts, best) = (list.texts, highest(10, of: scores))
    let fidelity = list.fidelity(to: scores, of: judged)
    let means = means(given)
    var table = Table(
      "What \(adapted.model.title) does for \(data.owner.worded(adapted.name)), in \(counted(list.rules.count, "rule"))",
      columns: [
        .init("#", .right), .init("if"), .init("score", .right), .init("of others", .right),
        .init("items", .right), .init("of the top 10", .right),
      ],
      rows: list.rules.indices.map { rule in
        [
          .count(rule + 1), .text(texts[rule]),
          .number(list.rules[rule].value, digits: 2),
          means[rule].map { .number($0, digits: 2) } ?? .text("–"),
          .count(all.count { $0 == rule }), .count(best.count { all[$0] == rule }),
        ]
      })
    table.footnotes = [
      "score: the mean of the items that the rule was made from; of others: of those it was not made from",
      "of \(counted(judged.count, "item")) that no rule was made from the rules tell "
        + "\(fixed(100 * fidelity.explained, digits: 0)) % of the variance (R²), and order "
        + "\(fixed(100 * fidelity.pairs, digits: 0)) % of the pairs as the model does; by chance 50 %",
    ]
    return Report(
      [.table(table)],
      result: Record([
        .init("rules", .list(texts.map { .text($0) })),
        .init("scores", .list(list.rules.map { .number($0.value) })),
        .init(
          "items",
          .list(list.rules.indices.map { rule in .number(Double(all.count { $0 == rule })) })),
        .init("explained", .number(fidelity.explained)), .init("pairs", .number(fidelity.pairs)),
      ]))
  }
}
