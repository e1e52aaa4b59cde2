import Datasets
import Evaluation
import Kernels
import Language
import MetaLearning
import Models

/// A baseline fitted to the training tasks, under the name it is shown by.
struct FittedBaseline: Recommender {
  let title: String
  /// Which strength was chosen for it, and how; nil where nothing was left open.
  let choice: StrengthChoice?
  private let recommender: any Recommender

  var predictsRatings: Bool { recommender.predictsRatings }

  func scores(for user: UserContext, items: [Int32]) -> [Float] {
    recommender.scores(for: user, items: items)
  }

  func best(
    _ count: Int, of items: [Int32], for user: UserContext, threads: Int
  ) throws(ScoreError) -> [(item: Int32, score: Float)] {
    try recommender.best(count, of: items, for: user, threads: threads)
  }

  func best(
    _ count: Int, notTakenBy users: [UserContext], threads: Int
  ) throws(ScoreError) -> [[(item: Int32, score: Float)]]? {
    try recommender.best(count, notTakenBy: users, threads: threads)
  }

  /// Fits it. Strengths that are left open are those that do best on the validation tasks of the same split;
  /// test tasks are not looked at.
  init(
    _ baseline: any Baseline, titled title: String, in session: Session, _ data: Dataset,
    _ tasks: TaskSplit
  ) {
    self.title = title
    let key = session.settings.key.derived("baselines").derived(type(of: baseline).name)
    let kernels = session.kernels
    guard let open = baseline as? any TunableBaseline, open.candidates(on: data.feedback).count > 1,
      !tasks.valid.isEmpty
    else {
      choice = nil
      recommender = baseline.fitted(to: data, training: tasks.train, key: key, kernels: kernels)
      return
    }
    let strengths = open.strengths(of: data, training: tasks.train, key: key, kernels: kernels)
    let trial = StrengthChoice.trial(on: tasks, in: data, threads: session.threads)
    let together =
      strengths.areFittedTogether
      ? orderedMap(strengths.settings.count) { strengths.recommender($0) } : []
    var best: (index: Int, value: Double, recommender: any Recommender)?
    var failed = 0
    for index in strengths.settings.indices where !Cancellation.isRequested {
      let fitted = together.isEmpty ? strengths.recommender(index) : together[index]
      let judgement = try? trial.judgement(of: fitted)
      failed += judgement == nil ? 1 : 0
      let value = judgement?.mean(0)?.mean ?? -1
      // Of equals the first, which is the weakest.
      if value > best?.value ?? -.infinity { best = (index, value, fitted) }
    }
    var choice = best.map {
      StrengthChoice(strengths.settings, chosen: $0.index, users: tasks.valid.count)
    }
    choice?.failed = failed
    self.choice = choice
    recommender = best?.recommender ?? strengths.recommender(0)
  }
}

/// Which of several settings of a baseline did best on validation users.
struct StrengthChoice: Equatable {
  /// The settings that were compared, each as its options are written: `l2=1000`.
  let settings: [String]
  let chosen: Int
  let users: Int
  /// How many settings gave scores that are no finite numbers.
  fileprivate(set) var failed = 0

  /// What decides.
  private static var metric: any Metric {
    var metric = NDCG()
    (metric.cutoff, metric.gain, metric.positives) = (20, .binary, .high)
    return metric
  }

  /// The trial that decides: all items that a validation user has not taken.
  static func trial(on tasks: TaskSplit, in data: Dataset, threads: Int) -> Trial {
    Trial(
      dataset: data, tasks: tasks.valid, metrics: [metric], training: tasks.train,
      candidates: .all, threads: threads)
  }

  init(_ candidates: [any Baseline], chosen: Int, users: Int) {
    let options = candidates.map {
      described($0).split(separator: " ").dropFirst().map(String.init)
    }
    // Only what differs is shown.
    settings = options.map { own in
      own.filter { option in !options.allSatisfy { $0.contains(option) } }.joined(separator: " ")
    }
    self.chosen = chosen
    self.users = users
  }

  /// One line for each baseline, of all the times that it was fitted.
  static func notes(_ choices: [(name: String, choice: StrengthChoice)]) -> [String] {
    var names: [String] = []
    for (name, _) in choices where !names.contains(name) { names.append(name) }
    return names.compactMap { name in
      let own = choices.filter { $0.name == name }.map(\.choice)
      guard let first = own.first else { return nil }
      let taken = first.settings.indices.compactMap { index -> String? in
        let times = own.count { $0.chosen == index }
        guard times > 0 else { return nil }
        return first.settings[index] + (own.count > 1 ? " (\(times) of \(own.count) times)" : "")
      }
      return
        "\(name): \(taken.joined(separator: ", ")), of \(first.offered), by \(metric.title) on "
        + counted(first.users, "validation user") + first.failures
    }
  }

  /// What is to be said of settings that cannot be compared.
  private var failures: String {
    failed == 0 ? "" : "; scores of \(failed) of them are no finite numbers"
  }

  /// All settings; where one option makes the difference, its name stands once.
  private var offered: String {
    let parts = settings.map { $0.split(separator: "=", maxSplits: 1).map(String.init) }
    let isOneOption =
      settings.allSatisfy { !$0.contains(" ") } && Set(parts.map { $0[0] }).count == 1
    guard isOneOption else { return settings.map { "(\($0))" }.joined(separator: ", ") }
    return parts.map { $0.count > 1 ? $0[1] : $0[0] }.joined(separator: ", ")
  }
}
