import Commands
import Datasets
import Evaluation
import Kernels
import Language
import MetaLearning
import Models
import Reports
import Testing

/// Short runs on a small table, each a line with the digest of what it came to.
struct DigestRuns {
  private let host: RecordingHost
  /// Data and tasks.
  private let basis: Interpreter

  /// - Parameter change: what is added to the first rating.
  init(_ kernels: KernelSet?, threads: Int, seed: Int = 3, change: Int = 0) throws {
    host = RecordingHost(Self.files(change))
    host.kernels = try #require(kernels)
    var interpreter = Interpreter()
    let source = """
      set seed=\(seed) threads=\(threads)
      load csv "ratings.csv"
      attach items "items.csv"
      attach users "users.csv"
      split tasks query=4
      """
    try #require(interpreter.run(Source(name: "basis", text: source), host: host) == .completed)
    basis = interpreter
  }

  /// 40 users with 12 ratings of 24 items each, and features of all kinds.
  private static func files(_ change: Int) -> [String: String] {
    var stream = RandomKey(seed: 5).derived("digests").stream
    var ratings = "user,item,rating,time\n"
    for user in 0..<40 {
      for item in stream.shuffled(Array(0..<24)).prefix(12) {
        let rating = 1 + stream.below(4) + (ratings.utf8.count < 25 ? change : 0)
        ratings += "\(user),\(item),\(rating),\(100_000 * user + item)\n"
      }
    }
    let kinds = ["wood", "tin", "clay"]
    let items = (0..<24).map { "\($0),\(kinds[$0 % 3]),\($0 * 7 % 11).5\n" }.joined()
    let users = (0..<40).map { "\($0),\($0 % 2 == 0 ? "young" : "old")\n" }.joined()
    return [
      "ratings.csv": ratings, "items.csv": "item,kind,price\n" + items,
      "users.csv": "user,age\n" + users,
      "trust.csv": "truster,trusted,weight\n"
        + (0..<40).map { "\($0),\(($0 * 7 + 3) % 40),0.\(1 + $0 % 9)\n" }.joined(),
    ]
  }

  /// A line for each run whose name is wanted.
  func lines(_ isWanted: (String) -> Bool = { _ in true }) -> [String] {
    Self.runs.filter { isWanted($0.name) }.map { "\($0.name)  \(outcome(of: $0.text))" }
  }

  /// The digest of what a script prints, of the files it writes and of its last model; what is wrong with it
  /// where it is refused.
  private func outcome(of text: String) -> String {
    var interpreter = basis
    var said: [String] = []
    (host.files["picture.svg"], host.files["c"]) = (nil, nil)
    let result = interpreter.run(Source(name: "digest", text: text), host: host) { outcome in
      said += outcome.report.map { recordLines($0).map(withoutTimes) } ?? []
    }
    switch result {
    case .completed: break
    case .failed(let fault), .expectationFailed(let fault):
      return "refused: \(fault.code) \(fault.message)"
    case .invalid(let faults):
      return faults.first.map { "refused: \($0.code) \($0.message)" } ?? "refused"
    case .interrupted: return "interrupted"
    }
    let model = interpreter.session.model
    var words = [
      digest(model?.weights.all.array ?? []), digest(Array(said.joined(separator: "\n").utf8)),
      digest(host.files["picture.svg"] ?? []),
    ]
    // A model that stayed as it was tells nothing of its training, whose state does.
    if let history = model?.history, !history.isEmpty, !history.contains(where: { $0.isBest }) {
      words.append(digest(numbers(of: host.files["c"] ?? [])))
    }
    return hexadecimal(digest(words))
  }

  /// What a file of tensors holds behind its header, whose words are no arithmetic.
  private func numbers(of file: [UInt8]) -> [UInt8] {
    let length = file.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    return Array(file.dropFirst(8 + length))
  }
}

extension DigestRuns {
  private typealias Run = (name: String, text: String)

  /// Everything that has a name in a catalog and computes.
  private static let runs: [Run] =
    [trainings, variants, shapes, heads, hidden, fitted, judged, searches, pictures, ofClicks]
    .flatMap { $0 }

  private static let small = [
    "mlp": "mlp hidden=8 embed=4", "factor": "factor embed=4", "mixture": "mixture embed=4",
    "attention": "attention embed=4", "graph": "graph embed=4",
    "transformer": "transformer width=8 embed=4", "memory": "memory width=8 embed=4",
  ]

  /// Students need a teacher before them.
  private static func trained(_ algorithm: String, model: String, _ options: String) -> String {
    let isStudent = (try? metaLearners.make(algorithm).get()) is any Student
    let teacher = "model factor embed=4; meta-train ridge epochs=1; keep model t\n"
    return (isStudent ? teacher : "") + "model \(model)\n"
      + "meta-train \(algorithm)\(isStudent ? " teacher=t" : "") epochs=2 checkpoint=\"c\" \(options)\n"
      + "adapt user 7; topk 5"
  }

  private static let trainings: [Run] = metaLearners.members.names.flatMap { algorithm in
    networks.members.names.flatMap { network in
      losses.members.names.map { loss in
        (
          "training \(algorithm) \(network) \(loss)",
          trained(algorithm, model: small[network] ?? network, "loss=\(loss)")
        )
      }
    }
  }

  private static let variants: [Run] =
    [
      ("maml", "order=1"), ("maml", "steps=3 adapt=all"), ("fomaml", "steps=2 adapt=all"),
      ("reptile", "steps=2"), ("maml", "outer=sgd schedule=linear"),
      ("maml", "outer=adam schedule=constant"), ("maml", "outer=adamw weight-decay=0.1"),
      ("ridge", "embed-decay=0.1 linear-decay=0.1"), ("ridge", "clip=0.1 hide-items=0.5"),
      ("melu", "batch=7 resample=no"), ("maml", "adversary=0.05"),
    ].map { ("variant \($0) \($1)", trained($0, model: "mlp hidden=8 embed=4", $1)) }

  private static let shapes: [Run] = [
    "mlp hidden=8,5 embed=3", "mlp hidden=17 embed=4 dropout=0.2", "factor embed=19",
  ].map { ("variant \($0)", trained("maml", model: $0, "")) }

  /// Several things at once, each judged.
  private static let heads: [Run] =
    ["fixed", "learned", "balanced", "1,0.5,0.1"].flatMap { weights in
      ["maml", "reptile", "meta-sgd"].filter { $0 == "maml" || weights == "fixed" }.map { learner in
        (
          "heads \(learner) \(weights)",
          trained(
            learner, model: small["mlp"] ?? "mlp",
            "heads=rating,click,category category=kind head-weights=\(weights)")
            + "; evaluate mae k=3"
        )
      }
    }

  /// Trainings whose noise comes from the seed, and what looks at them.
  private static let hidden: [Run] = [
    ("maml pld", "maml steps=2", ""), ("reptile rdp", "reptile", "accountant=rdp"),
    ("audited", "maml steps=1", "; audit privacy canaries=20 shadows=1"),
  ].map { name, learner, more in
    let options = "epochs=2 privacy=gaussian epsilon=4 delta=1e-3 user-clip=0.5 "
    return (
      "private \(name)",
      "\(network)meta-train \(learner) \(options)\(more)\nadapt user 7; topk 5"
    )
  }

  private static let network = "model mlp hidden=8 embed=4\n"

  private static let fitted: [Run] = names(of: .ratings).map { name in
    let before = name == FriendsMean.name ? "attach trust \"trust.csv\"; split tasks query=4\n" : ""
    return (
      "baseline \(name)", before + "compare \(name) \(name == "bias" ? "item-mean" : "bias") k=3"
    )
  }

  /// The baselines of one kind of data.
  private static func names(of feedback: Feedback) -> [String] {
    baselines.types.filter {
      ($0.init() as? any Baseline)?.feedback.contains(feedback) ?? false
    }.map { $0.name }
  }

  private static let clicks =
    "binarize threshold=3 keep=likes; split tasks query=2 min=5 valid=20% test=20%\n"

  /// The same of interactions, on which other losses and baselines have a meaning.
  private static let ofClicks: [Run] =
    metaLearners.members.names.flatMap { algorithm in
      ["bce", "bpr", "softmax"].map { loss in
        (
          "clicks \(algorithm) \(loss)",
          clicks + trained(algorithm, model: small["mlp"] ?? "mlp", "loss=\(loss)")
        )
      }
    }
    + ["sampling=popularity", "sampling=in-batch", "negatives=1"].map {
      ("clicks maml \($0)", clicks + trained("maml", model: small["mlp"] ?? "mlp", $0))
    }
    + names(of: .interactions).map {
      ("clicks baseline \($0)", clicks + "compare \($0) popularity k=3")
    }

  private static let judged: [Run] =
    [
      ("all metrics", "evaluate \(metricNames) k=3 with=[bias, item-knn]"),
      ("groups", "evaluate ndcg mae k=3 by=kind"),
      ("all candidates", "evaluate ndcg hit coverage k=3 candidates=all"),
      ("significance", "let r = evaluate ndcg mae k=3; significance $r.bias $r.item-mean"),
      ("prequential", "evaluate mae rmse protocol=prequential window=20 refits=3 recency=2d"),
      (
        "prequential lists",
        "evaluate ndcg@5 protocol=prequential window=20 refits=2 candidates=sampled:8"
      ),
      ("forgetting", "evaluate mae recency=2s"), ("abtest", "abtest ridge bias runs=20 k=3"),
      ("trace", "trace user 7"),
      ("similar", "similar 5 k=4"), ("explanation", "explain user 7 item 5"),
    ].map { ("table \($0)", "\(network)meta-train ridge epochs=1\n\($1)") }

  private static let metricNames = Evaluation.metrics.members.names.filter { $0 != "log-loss" }
    .joined(separator: " ")

  private static let searches: [Run] = [
    (
      "sweep",
      network + "meta-train ridge epochs=2 lr=[0.001, 0.01] ridge=[1, 3]; best by=mae"
    ),
    (
      "search random",
      network + "search random ridge epochs=2 n=3 lr=[0.001, 0.003, 0.01]"
    ),
    (
      "search successive-halving",
      network + "search successive-halving ridge epochs=4 n=4 lr=[0.001, 0.003, 0.01, 0.03]"
    ),
  ]

  private static let pictures: [Run] = plots.members.names.map { name in
    let lr = name == "sweep" ? "[0.001, 0.01]" : "0.01"
    let place = name == "federated" ? " over=federated" : ""
    return (
      "plot \(name)",
      (name == "attention" ? "model transformer width=8 layers=2 embed=4\n" : network)
        + "meta-train maml steps=2 epochs=2 lr=\(lr)\(place); plot \(name) file=\"picture.svg\""
    )
  }
}
