import Datasets
import Kernels
import Language
import MetaLearning
import Models

/// What the user has made so far. A value: a copy is a snapshot, and assigning one goes back to it.
package struct Session: Sendable {
  package var data: Dataset?
  package var tasks: TaskSplit?
  /// The network that the next training uses.
  package var network: any Network = MLP()
  package var model: TrainedModel? {
    didSet {
      (recipe, stopped) = (nil, nil)
      if let model { models[model.title] = model }
    }
  }
  /// Every model that was trained or opened, by its name; the newest under a name stays.
  package var models: [String: TrainedModel] = [:]
  /// Baselines with options of their own, by the names the user gave them.
  package var namedBaselines: [String: any Baseline] = [:]
  /// How the model was trained, when this session did it: what `evaluate seeds=5` repeats.
  package var recipe: TrainingRecipe?
  /// How far the training of the model came, if it was stopped.
  package var stopped: TrainingStop?
  /// Runs of sweeps by their names: they are not done again, and `best` can take each of them.
  package var runs: [String: SweepRun] = [:]
  package var adapted: AdaptedModel?
  /// What the last training that tried several values came to.
  package var sweep: SweepOutcome?
  /// The checkpoints that trainings were resumed from.
  package var resumed: Set<String> = []
  /// The verbs that `def` has made, for `help`.
  package var procedures: [String: Procedure] = [:]
  package var settings = Settings()
  /// The loops that commands compute with. A run takes those of its host.
  package var kernels: KernelSet
  /// The verbs that are known here, for commands that speak of others: a host may have added some.
  package var catalog: Catalog<any Command> = commands
  /// The statements that succeeded.
  package var log = SessionLog()

  package init(kernels: KernelSet = KernelSet.available[0]) { self.kernels = kernels }

  /// How many threads commands use.
  package var threads: Int {
    [settings.threads, settings.usualThreads].first { $0 > 0 } ?? processorCount
  }
}

extension Session {
  /// The session as a repeated evaluation sees it: with another seed, or with other tasks as well.
  func inRound(_ round: Int, resplit: Bool) throws -> Session {
    guard round > 0 else { return self }
    var session = self
    if resplit, let data, var splitting = tasks?.splitting {
      if let folds = splitting.folds {
        splitting.fold = (splitting.fold - 1 + round) % folds + 1
        session.settings.seed += round / folds
      } else {
        session.settings.seed += round
      }
      session.tasks = try reading {
        try splitting.split(data, key: session.settings.key.derived("split"))
      }
    } else {
      session.settings.seed += round
    }
    return session
  }
}
