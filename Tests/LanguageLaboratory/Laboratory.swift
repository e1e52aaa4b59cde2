import Language

/// A small language in the image of the real one, so that these tests need no real command.
package enum Laboratory {
  package static let data = Noun("data", absence: "no data are loaded", remedy: "load data")
  package static let tasks = Noun(
    "tasks", absence: "the data are not split into tasks", remedy: "split tasks", sources: [data])
  package static let model = Noun(
    "model", absence: "no model has been meta-trained", remedy: "meta-train maml",
    sources: [tasks])
  package static let adapted = Noun(
    "adapted", absence: "no model has been adapted", remedy: "adapt user 42", sources: [model])

  package static let commands = Catalog<any Configurable>(
    "command",
    [
      Load.self, Split.self, MetaTrain.self, Adapt.self, TopK.self, Evaluate.self, Plot.self,
      Keep.self,
    ]
  ).members

  package static let context = CheckContext(
    commands: commands, settings: Settings.self,
    callProperties: { configurable in
      CheckContext.CallProperties(takesInput: configurable is Plot)
    },
    resultFields: { configurable in
      configurable is Evaluate
        ? ["loss", "ndcg@10", "recall@10", "mrr", "users", "seconds"] : nil
    })

  /// The diagnostics of a script in an empty session.
  package static func check(_ text: String) -> [Diagnostic] {
    Language.check(Source(name: "test.mrs", text: text), in: context).diagnostics
  }

  /// The same behind the lines that make everything.
  package static func checkLine(_ text: String) -> [Diagnostic] {
    check("load data; split tasks; meta-train maml; adapt 42\n" + text)
  }
}

protocol Learner: Configurable {}
protocol Measure: Configurable {}
protocol Keepable: Configurable {}

struct MAML: Learner {
  var steps = 5
  var order = 2
  var innerRate = 0.01
  var hidden: [Int] = [64, 64]
  static let signature = Signature<Self>(
    "maml", "Learns weights that a few gradient steps adapt well.",
    [
      .option("steps", \.steps, in: 1...1000, "inner gradient steps"),
      .option("order", \.order, in: 1...2, "2 is exact"),
      .option("inner-rate", \.innerRate, "inner learning rate"),
      .option("hidden", \.hidden, "widths of the layers"),
    ])
}

struct Reptile: Learner {
  var steps = 5
  static let signature = Signature<Self>(
    "reptile", "Moves towards adapted weights.", [.option("steps", \.steps, "inner steps")])
}

struct NDCG: Measure {
  var cutoff = 10
  static let signature = Signature<Self>(
    "ndcg", "Discounted gain.", [.option("cutoff", \.cutoff, in: 1...1000, "how many count")])
}

struct MRR: Measure {
  static let signature = Signature<Self>("mrr", "Reciprocal rank.", [])
}

let learners = Catalog<any Learner>("algorithm", [MAML.self, Reptile.self])
let measures = Catalog<any Measure>("metric", [NDCG.self, MRR.self])
let keepables = Catalog<any Keepable>("thing to save", [KeepModel.self, KeepSession.self])

struct Load: Configurable {
  var path: String?
  static let signature = Signature<Self>(
    "load", "Reads ratings.",
    [
      .filler("data"), .filler("csv"),
      .positional(
        "file", \.path, "where they are", isRequired: false,
        completion: .file(extensions: ["csv"])),
    ], gives: [Laboratory.data])
}

enum Way: String, ArgumentChoice {
  case user, time
  var summary: String { self == .user ? "each user is a task" : "by time" }
}

struct Split: Configurable {
  var by = Way.user
  var query = 10
  static let signature = Signature<Self>(
    "split", "Makes tasks.",
    [
      .filler("tasks"), .option("by", \.by, "what a task is"),
      .option("query", \.query, in: 1...1000, "ratings to be judged on"),
    ], needs: [Laboratory.data], gives: [Laboratory.tasks])
}

struct MetaTrain: Configurable {
  var learner: any Learner = MAML()
  var epochs = 20
  static let signature = Signature<Self>(
    "meta-train", "Learns an initial model.",
    [
      .choice("learner", \.learner, from: learners, "how to learn it"),
      .option("epochs", \.epochs, in: 1...10_000, "passes over the tasks"),
    ], needs: [Laboratory.tasks], gives: [Laboratory.model])
}

struct Adapt: Configurable {
  var user: String?
  var isNew = false
  var ratings: [KeyedValue<Double>] = []
  static let signature = Signature<Self>(
    "adapt", "Adapts the model to a user.",
    [
      .filler("user"), .flag("new", \.isNew, "a user who is not in the data"),
      .positional("id", \.user, "who", isRequired: false, completion: .live("user")),
      .pairs("ratings", \.ratings, "what a new user rated", completion: .live("item")),
    ], needs: [Laboratory.model], gives: [Laboratory.adapted])
}

struct TopK: Configurable {
  var k = 10
  static let signature = Signature<Self>(
    "topk", "Recommends.",
    [
      .positional(
        "k", \.k, "how many", isRequired: false, expects: "a whole number, 1 or more",
        where: { $0 >= 1 })
    ], needs: [Laboratory.adapted])
}

struct Evaluate: Configurable {
  var measures: [any Measure] = []
  static let signature = Signature<Self>(
    "evaluate", "Judges the model on test tasks.",
    [.members("metrics", \.measures, from: LanguageLaboratory.measures, "what to measure")],
    needs: [Laboratory.tasks, Laboratory.model])
}

struct Plot: Configurable {
  static let signature = Signature<Self>("plot", "Draws a result.", [])
}

struct Keep: Configurable {
  var what: any Keepable = KeepSession()
  static let signature = Signature<Self>(
    "save", "Writes something to a file.",
    [.choice("what", \.what, from: keepables, "what to write")])
}

struct KeepModel: Keepable {
  var path = ""
  static let signature = Signature<Self>(
    "model", "The weights.", [.positional("file", \.path, "where to")], needs: [Laboratory.model])
}

struct KeepSession: Keepable {
  var path = ""
  static let signature = Signature<Self>(
    "session", "The commands.", [.positional("file", \.path, "where to")])
}

struct Settings: Configurable {
  var seed = 7
  var threads = 0
  static let signature = Signature<Self>(
    "set", "Sets what later commands use.",
    [.option("seed", \.seed, "chance"), .option("threads", \.threads, in: 0...256, "how many")])
}
