import Datasets
import Evaluation
import Kernels
import Language
import Reports

/// `bandit thompson`: how a policy that chooses what to show, and learns from that alone, does on a log.
struct Bandit: Command {
  enum Context: String, ArgumentChoice {
    case features, nothing = "none"

    var summary: String {
      switch self {
      case .features: "the features of users, an item's reward linear in them"
      case .nothing: "nothing: each item has one mean"
      }
    }
  }

  var policy: any BanditPolicy = ThompsonSampling()
  var context = Context.features
  var ridge = 1.0
  var seeds = 5

  init() {}

  static let signature = Signature<Self>(
    "bandit", "Compares ways of choosing what to show, each learning from what it showed.",
    details: """
      The policy goes through a log of items that chance alone had shown, in the order of time. By replay an impression counts, \
      and is learnt from, where the policy would have shown the same item: the mean over these is what it would bring, \
      without bias (Li, Chu, Langford and Wang 2011). Of a generated log the chances of clicks are known, too: there the policy \
      also chooses for every visitor, and its regret is what the best item would have brought more. Where users chose what \
      they rated, as on MovieLens, replay would tell of them and not of the policy: such data are refused. Beside it \
      stand chance (`random`), choosing without exploration (`greedy`) and, where it is known, the best.
      """,
    [
      .choice("policy", \.policy, from: banditPolicies, "what decides which item is shown"),
      .option("context", \.context, "what a policy knows of the users it shows something to"),
      .option(
        "ridge", \.ridge, in: 1e-6...1e6,
        "how strongly coefficients are drawn to 0: LinUCB's identity, scaled"),
      .option(
        "seeds", \.seeds, in: 1...100,
        "how often a policy goes through the log, with draws of its own"),
    ],
    needs: [.data, .scale, .randomShowings],
    examples: [
      Example("bandit thompson"),
      Example("bandit ucb exploration=1 context=none"),
      Example(
        "load csv \"shown.csv\" shown=random; bandit thompson",
        "a log of one's own, by replay alone"),
    ])

  var resultFields: [ResultField]? {
    let row: [ResultField] = [
      "replayed", "matches", ResultField("played", .number), ResultField("regret", .number),
      ResultField("regrets", .list),
    ]
    return row
      + [
        "impressions", "users", ResultField("ends", .list),
        ResultField("random", .record(row)), ResultField("greedy", .record(row)),
        ResultField("best", .record(row.filter { !["replayed", "matches"].contains($0.name) })),
      ]
  }

  func run(in session: inout Session, host: any Host) throws -> Report {
    guard let data = session.data else { throw CommandFailure("E0401", Noun.data.absence) }
    try data.requireRatings(for: "bandit")
    guard data.showings != nil else {
      throw CommandFailure(
        "E0412", "`bandit` has no meaning here: \(Noun.randomShowings.absence)",
        help: [Noun.randomShowings.advice].compactMap(\.self))
    }
    let stream = ImpressionStream(data, features: try features(of: data))
    let key = session.settings.key.derived("bandit")
    let policies = beside + [policy]
    var rows: [BanditRow] = []
    func checkpoint() throws {
      try host.checkpoint(
        Progress(
          "bandit", done: Double(rows.count), total: Double(policies.count), unit: "policies"))
    }
    for policy in policies {
      try checkpoint()
      rows.append(
        BanditRow(policy, on: stream, ridge: ridge, key: key, seeds: seeds, session.threads))
    }
    try checkpoint()
    if stream.knowsTruth { rows.append(BanditRow(bestOn: stream)) }
    return BanditReport(
      data: data, stream: stream, rows: rows, own: type(of: policy).name, seeds: seeds
    ).report
  }

  /// The trivial policies, but for the one that is asked about.
  private var beside: [any BanditPolicy] {
    let trivial: [any BanditPolicy] = [RandomChoice(), GreedyChoice()]
    return trivial.filter { type(of: $0).name != type(of: policy).name }
  }

  /// More numbers than this make a context that little data can tell anything from, and take long.
  private static let widest = 200

  private func features(of data: Dataset) throws -> [Feature] {
    guard context == .features else { return [] }
    let width = data.users.features.reduce(1) { $0 + $1.contextWidth }
    guard width <= Self.widest else {
      throw CommandFailure(
        "E0306",
        "the users' features make a context of \(grouped(width)) numbers, more than \(Self.widest)",
        help: ["context=none"], argument: "context")
    }
    return data.users.features
  }
}

extension Bandit {
  package var reads: [Slot] { [.seed] }
}
