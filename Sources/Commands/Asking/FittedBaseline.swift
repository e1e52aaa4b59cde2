import Datasets
import Evaluation
import Kernels
import Language
import MetaLearning
import Models

/// A baseline fitted to the training tasks, under the name it is shown by.
struct FittedBaseline: Recommender {
  let title: String
  /// Which strengths were chosen for it, one after the other, and how; none where nothing was left open.
  let choices: [StrengthChoice]
  /// The baseline with the strengths that were chosen.
  let settled: any Baseline
  private let recommender: any Recommender
  /// What it is made of, where it is a blend.
  var shares: [BlendShare] { (recommender as? Blend)?.shares ?? [] }

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
  /// test tasks are not looked at. Where validation is on items that are held out, these return to training once
  /// the strength is chosen.
  ///
  /// - Parameter part: the tasks that it is to be judged on.
  init(
    _ baseline: any Baseline, titled title: String, in session: Session, _ data: Dataset,
    _ tasks: TaskSplit, for part: JudgedPart
  ) {
    self.title = title
    let key = session.settings.key.derived("baselines").derived(type(of: baseline).name)
    let kernels = session.kernels
    let training = tasks.training(for: part)
    guard let open = baseline as? any TunableBaseline, !tasks.valid.isEmpty,
      tasks.heldOut != nil || open.candidates(on: data.feedback).count > 1
    else {
      choices = []
      settled = baseline
      recommender = baseline.fitted(to: data, training: training, key: key, kernels: kernels)
      return
    }
    var strengths = open.strengths(of: data, training: tasks.train, key: key, kernels: kernels)
    let trial = StrengthChoice.trial(on: tasks, in: data, threads: session.threads)
    var choices: [StrengthChoice] = []
    var best: Best
    repeat {
      best = Best(of: strengths, by: trial)
      if strengths.settings.count > 1 {
        var choice = StrengthChoice(strengths.settings, chosen: best.index, tasks)
        choice.failed = best.failed
        choices.append(choice)
      }
      // What new items are scored by shows on new items alone.
      guard tasks.heldOut != nil, let next = strengths.next(best.index) else { break }
      strengths = next
    } while !Cancellation.isRequested
    self.choices = choices
    settled = strengths.settings[best.index]
    recommender =
      tasks.heldOut == nil || part == .valid
      ? best.recommender
      : strengths.settings[best.index].fitted(
        to: data, training: training, key: key, kernels: kernels)
  }

  /// The strength that does best.
  private struct Best {
    var index = 0
    /// How many settings gave scores that are no finite numbers.
    var failed = 0
    let recommender: any Recommender

    init(of strengths: FittedStrengths, by trial: Trial) {
      let together =
        strengths.areFittedTogether
        ? orderedMap(strengths.settings.count) { strengths.recommender($0) } : []
      var best: (index: Int, value: Double, recommender: any Recommender)?
      for index in strengths.settings.indices where !Cancellation.isRequested {
        let fitted = together.isEmpty ? strengths.recommender(index) : together[index]
        let judgement = try? trial.judgement(of: fitted)
        failed += judgement == nil ? 1 : 0
        let value = judgement?.mean(0)?.mean ?? -1
        // Of equals the first, which is the weakest.
        if value > best?.value ?? -.infinity { best = (index, value, fitted) }
      }
      index = best?.index ?? 0
      recommender = best?.recommender ?? strengths.recommender(0)
    }
  }
}

/// Which of several settings of a baseline did best on validation users.
struct StrengthChoice: Equatable {
  /// The settings that were compared, each as its options are written: `l2=1000`.
  let settings: [String]
  let chosen: Int
  let users: Int
  /// Whether these were asked for items that are held out.
  let isOnNewItems: Bool
  /// How many settings gave scores that are no finite numbers.
  fileprivate(set) var failed = 0

  /// What decides.
  private static var metric: any Metric {
    var metric = NDCG()
    (metric.cutoff, metric.gain, metric.positives) = (20, .binary, .high)
    return metric
  }

  /// The trial that decides: all items that a validation user has not taken, or of items that are held out those.
  static func trial(on tasks: TaskSplit, in data: Dataset, threads: Int) -> Trial {
    Trial(
      dataset: data, tasks: asked(tasks), metrics: [metric], training: tasks.train,
      candidates: tasks.heldOut == nil ? .all : .cold,
      isNew: tasks.heldOut == nil ? [] : tasks.isNewItem(in: data, judgesValidation: true),
      threads: threads)
  }

  /// The validation tasks that decide. Where they are on a few items that are held out, more users tell little more
  /// than a thousand of them, evenly over all.
  private static func asked(_ tasks: TaskSplit) -> [UserTask] {
    guard tasks.heldOut != nil, tasks.valid.count > mostAsked else { return tasks.valid }
    return (0..<mostAsked).map { tasks.valid[$0 * tasks.valid.count / mostAsked] }
  }

  private static let mostAsked = 1000

  init(_ candidates: [any Baseline], chosen: Int, _ tasks: TaskSplit) {
    settings = differingOptions(of: candidates)
    self.chosen = chosen
    users = Self.asked(tasks).count
    isOnNewItems = tasks.heldOut != nil
  }

  /// One line for each baseline, of all the times that it was fitted.
  static func notes(_ choices: [(name: String, choice: StrengthChoice)]) -> [String] {
    var lists: [(name: String, settings: [String])] = []
    for (name, choice) in choices
    where !lists.contains(where: { $0 == (name, choice.settings) }) {
      lists.append((name, choice.settings))
    }
    return lists.compactMap { name, settings in
      let own = choices.filter { $0 == name && $1.settings == settings }.map(\.choice)
      guard let first = own.first else { return nil }
      let taken = first.settings.indices.compactMap { index -> String? in
        let times = own.count { $0.chosen == index }
        guard times > 0 else { return nil }
        return first.settings[index] + (own.count > 1 ? " (\(times) of \(own.count) times)" : "")
      }
      return
        "\(name): \(taken.joined(separator: ", ")), of \(first.offered), by \(metric.title) on "
        + (first.isOnNewItems ? "validation items held out, of " : "")
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
