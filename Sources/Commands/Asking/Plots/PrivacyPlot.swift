import Datasets
import Evaluation
import Kernels
import Language
import MetaLearning
import Models
import Reports

/// What hiding users costs: ε against each metric, for the model and for baselines that hide as much.
package struct PrivacyPlot: Plot {
  private var metrics: [any Metric] = []
  private var options = JudgingOptions()
  private var epsilons: [Double] = [1, 2, 4, 8, 16]
  private var delta: Double?
  private var seeds = 1
  /// For a plan: how many epochs a training has at most.
  var mostEpochs: Int?

  package init() {}

  package static let signature = Signature<Self>(
    "privacy", "What hiding users costs: ε against each metric, beside noisy baselines.",
    details: """
      Trains as the model was trained, once for each ε, with as much noise as its epochs need, and once without noise from \
      the same start; noisy-item-mean and noisy-bias spend as much in one release. The noise comes from the session's \
      seed: `help privacy` says what that promises. The session and its model stay as they are.
      """,
    [
      .members(
        "metrics", \.metrics, from: Evaluation.metrics,
        "what to measure, a picture for each; mae if not given")
    ] + JudgingOptions.parameters(\.options) + [
      .option(
        "epsilon", \.epsilons, "which ε: `[1, 4, 16]`", expects: "numbers from 0.001 to 100",
        where: { !$0.isEmpty && $0.allSatisfy { 0.001...100 ~= $0 } }),
      .option(
        "delta", \.delta, in: 1e-12...0.1,
        "δ of all; that of the model, or 1e-5 if it has none"),
      .option("seeds", \.seeds, in: 1...100, "how many trainings each point is the mean of"),
    ],
    needs: [.tasks, .model],
    examples: [
      Example("plot privacy epsilon=[1, 8]"),
      Example("plot privacy mae ndcg@5 epsilon=[2, 8, 32] delta=1e-3 file=\"privacy.svg\""),
    ])

  package func curves(of session: Session, host: any Host) throws -> [Curve] {
    let recipe = try session.repeatableRecipe(for: "drawing it")
    var asked = metrics
    if asked.isEmpty { asked = [MeanAbsoluteError()] }
    var base = recipe.command
    base.epochs = min(base.epochs, mostEpochs ?? .max)
    base.startingWeights = .random
    let delta = delta ?? base.privacy.delta ?? 1e-5
    var rows = Rows(title: type(of: base.learner).name)
    let total = seeds * (epsilons.count + 1)
    for seed in 0..<seeds {
      var own = session
      own.network = recipe.network
      own.settings.seed += seed
      let trial = try options.trial(asked, in: own)
      func train(_ command: MetaTrain, _ number: Int) throws -> [Double] {
        let place = seed * (epsilons.count + 1) + number + 1
        let model = try command.trained(
          in: own, host, caption: "plot privacy, training \(place) of \(total)")
        return try trial.means(of: model)
      }
      var open = base
      open.privacy = PrivacyChoice()
      for (place, epsilon) in epsilons.enumerated() {
        rows.add(try train(base.hiding(epsilon, delta), place), rows.title, at: place)
        for baseline in Self.noisy(epsilon, delta) {
          let fitted = SessionRecommenders(session: own, part: options.part).fitted(
            baseline, type(of: baseline).name, trial.dataset, try own.splitTasks)
          rows.add(try trial.means(of: fitted), fitted.title, at: place)
        }
      }
      let whole = try train(open, epsilons.count)
      for place in epsilons.indices { rows.add(whole, "\(rows.title) without noise", at: place) }
    }
    let trial = try options.trial(asked, in: session)
    return trial.columns.enumerated().map { index, column in
      var curve = Curve(
        "What privacy costs, δ = \(Number.text(delta)), \(options.title(trial))",
        x: "ε", y: column.title, series: rows.series(index))
      curve.names = epsilons.map { Number.text($0) }
      return curve
    }
  }

  private static func noisy(_ epsilon: Double, _ delta: Double) -> [any Baseline] {
    var noise = SumNoise()
    (noise.epsilon, noise.delta) = (epsilon, delta)
    var (means, biases) = (NoisyItemMean(), NoisyBias())
    (means.noise, biases.noise) = (noise, noise)
    return [means, biases]
  }

  /// The sums of what each recommender came to at each place, by metric.
  private struct Rows {
    let title: String
    private var names: [String] = []
    private var sums: [String: [Int: (sums: [Double], count: Int)]] = [:]

    init(title: String) { self.title = title }

    mutating func add(_ values: [Double], _ name: String, at place: Int) {
      if !names.contains(name) { names.append(name) }
      let known = sums[name]?[place]
      sums[name, default: [:]][place] = (
        zip(known?.sums ?? values.map { _ in 0 }, values).map { $0 + $1 }, (known?.count ?? 0) + 1
      )
    }

    func series(_ metric: Int) -> [Curve.Series] {
      names.map { name in
        let points = (sums[name] ?? [:]).sorted { $0.key < $1.key }
        return Curve.Series(
          name,
          points.compactMap { place, known in
            let mean = known.sums[metric] / Double(known.count)
            return mean.isFinite ? .init(Double(place), mean) : nil
          })
      }
    }
  }
}

extension MetaTrain {
  /// The same training with as much noise as an ε asks for over all of its epochs.
  fileprivate func hiding(_ epsilon: Double, _ delta: Double) -> MetaTrain {
    var command = self
    command.privacy.mechanism = .gaussian
    (command.privacy.epsilon, command.privacy.delta) = (epsilon, delta)
    command.privacy.noiseMultiplier = nil
    return command
  }
}

extension Trial {
  /// The mean of each column over the users; NaN where nobody has one.
  fileprivate func means(of recommender: any Recommender) throws -> [Double] {
    let judged = try judgement(of: recommender)
    if Cancellation.isRequested { throw Interrupted() }
    return columns.indices.map { judged.mean($0)?.mean ?? judged.totals[$0] ?? .nan }
  }
}

extension Session {
  fileprivate var splitTasks: TaskSplit {
    get throws(CommandFailure) {
      guard let tasks else {
        throw CommandFailure("E0401", Noun.tasks.absence, help: [Noun.tasks.remedy])
      }
      return tasks
    }
  }
}

extension PrivacyPlot {
  /// The same with one short training, for a plan, and how many times as long the whole takes.
  func reduced(for command: MetaTrain?) -> (small: PrivacyPlot, work: Double) {
    var small = self
    (small.epsilons, small.seeds) = (Array(epsilons.prefix(1)), 1)
    small.mostEpochs = AuditedTraining.tried
    let work = Double(seeds * (epsilons.count + 1)) / 2
    return (small, work * AuditedTraining.length(of: command))
  }
}
