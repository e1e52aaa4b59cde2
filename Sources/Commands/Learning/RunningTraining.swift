import Datasets
import Kernels
import Language
import MetaLearning
import Models
import Reports

/// A training under way: its steps, its checkpoint file, progress and stopping.
struct RunningTraining {
  let command: MetaTrain
  private let split: TaskSplit
  let interactions: Interactions
  private let identity: TrainingIdentity
  let threads: Int
  private let data: Dataset
  /// How it hides what training users gave, where it does.
  private let privacy: PrivacyPlan?
  /// Whose the data are, where they stay with clients.
  private let federated: FederatedPlan?
  private var training: Training
  /// What it started from, if that is a model.
  private let beginning: [Report.Block]
  /// How many epochs were done by another process.
  private var resumed = 0
  /// The version of the arithmetic that computed those, if it is not the present one.
  private var otherArithmetic: Int?
  /// A note for the report about the checkpoint file.
  private var remark: String?
  private(set) var keeping = CheckpointKeeping()
  /// Whether this process has taken a step.
  private var hasGoneOn = false

  /// - Parameter host: says whether there is memory enough; not asked if nil.
  init(_ command: MetaTrain, in session: Session, _ host: (any Host)? = nil) throws {
    guard let data = session.taskData, var split = session.tasks else {
      throw CommandFailure("E0402", Noun.tasks.absence)
    }
    let command = try command.fitted(to: data)
    if command.learner is any FeedForwardLearner || command.learner is any ClosedFormLearner,
      command.loss.outputs(data.scale) > 1
    {
      throw CommandFailure(
        "E0306", "`\(type(of: command.learner).name)` needs a loss with one score for each item",
        help: ["losses with one: mse, bce, bpr"], argument: type(of: command.loss).name)
    }
    self.command = command
    self.data = data
    interactions = data.interactions
    threads = session.threads
    let learner = try command.taughtLearner(session)
    let start = try session.start(of: command)
    let network = command.network(in: session)
    federated = try command.federatedPlan(for: split, data, network, session)
    privacy = try command.privacyPlan(for: split, data, network, federated, session, host)
    if privacy != nil, !command.privacy.publishesValidation { split.valid = [] }
    self.split = split
    let problem = LearningProblem(
      data, split, learner: learner, network: network, loss: command.loss,
      sampling: command.sampling, key: session.settings.key.derived("negatives"), start: start,
      heads: try command.headChoice(on: data, network), leavesOutDomain: !command.embedsDomain,
      encoder: privacy == nil && federated == nil ? nil : FeatureEncoder(publicFieldsOf: data),
      kernels: session.kernels)
    if let obstacle = start?.obstacle(to: problem, of: learner) {
      throw CommandFailure(
        "E0306", "training cannot start from `\(command.start)`: \(obstacle)",
        help: ["leave from= out to start from random weights"], argument: command.start)
    }
    beginning = start.map { $0.remarks(problem, split, named: command.start) } ?? []
    if let host {
      // The largest task of each owner is another.
      try data.owners == nil
        ? command.requireMemory(for: problem, in: session, host)
        : Ranks.own { try command.requireMemory(for: problem, in: session, host) }
    }
    var options = command.options(session)
    (options.privacy, options.federated) = (privacy, federated)
    training = Training(problem, data, split, learner: learner, options: options, start: start)
    identity = TrainingIdentity(command, session)
  }

  mutating func restore(_ saved: TrainingCheckpoint) throws {
    try saved.restore(&training)
    resumed = training.history.count
    otherArithmetic = saved.arithmetic == Arithmetic.version ? nil : saved.arithmetic
    remark = saved.remark
  }

  mutating func restore(_ state: TrainingState) { training.restore(state) }

  /// Its state as bytes, with the seconds that it took so far.
  func snapshot(after seconds: Double) -> [UInt8] {
    CheckpointFile.encoded(training.state, words: ["seconds": "\(seconds)"]).encoded()
  }

  /// Restores a state of the same training; returns the seconds that it had taken.
  mutating func restore(snapshot: [UInt8]) throws -> Double {
    let file = try snapshot.withUnsafeBytes { bytes in try Safetensors(bytes) }
    training.restore(
      try CheckpointFile.state(
        file, layout: training.problem.layout, memories: training.memories))
    return file.metadata["seconds"].flatMap { Double(decimal: $0) } ?? 0
  }

  var history: [EpochSummary] { training.history }
  var validation: [UserTask] { split.valid }

  /// Its state; nil when it is complete.
  var state: TrainingState? { training.isOver ? nil : training.state }

  /// Takes all steps, or those up to the end of an epoch; true when it was stopped before.
  ///
  /// - Parameter caption: what is shown meanwhile.
  mutating func follow(
    _ host: any Host, caption: String? = nil, until epoch: Int = .max
  ) throws -> Bool {
    // A file that may not be written is found before the first epoch.
    if !command.checkpoint.isEmpty, let obstacle = host.obstacle(writing: command.checkpoint) {
      throw obstacle
    }
    keep(host)
    let title = caption ?? "meta-train \(type(of: command.learner).name)"
    let end = min(epoch, command.stopAfter ?? .max)
    while training.history.count < end {
      guard let next = Cancellation.attempt({ training.next() }) else { return try cutShort() }
      guard let step = next else { break }
      hasGoneOn = true
      var progress = Progress(
        title, done: Double(step.step), total: Double(step.totalSteps), unit: "steps")
      progress.recent = training.history.map { Double($0.validLoss) }
      let valid = training.history.last.map { Double($0.validLoss) }.flatMap {
        $0.isFinite ? $0 : nil
      }
      progress.detail =
        [
          valid.map { "valid \(fixed($0, digits: 4))" }, "epoch \(step.epoch)",
          step.loss.isFinite ? "loss \(fixed(Double(step.loss), digits: 4))" : nil,
          keeping.isFailing ? "checkpoint not written" : nil,
        ].compactMap(\.self).joined(separator: " · ")
      if step.epochEnd != nil, training.divergedAt == nil { keep(host) }
      do { try host.checkpoint(progress) } catch { return try cutShort() }
    }
    if let step = training.divergedAt { throw divergence(step) }
    return end < epoch && !training.isOver
  }

  /// When the user stops it: whether epochs are left to train. Throws before the first finished epoch, so
  /// that nothing is kept.
  private func cutShort() throws -> Bool {
    if training.history.isEmpty { throw Interrupted() }
    return !training.isOver
  }

  private mutating func keep(_ host: any Host) {
    guard !command.checkpoint.isEmpty else { return }
    let outcome = Result { () throws(CommandFailure) in
      try TrainingCheckpoint.write(training, identity, to: command.checkpoint, host: host)
    }
    keeping.note(outcome, epoch: training.history.count)
  }

  func model(isPartial: Bool) -> TrainedModel {
    var model = TrainedModel(
      learner: command.learner, problem: training.problem, weights: training.best,
      fingerprint: split.fingerprint, history: training.history, isPartial: isPartial)
    model.privacy = statement
    model.federated = federated
    model.stepsPerEpoch = training.stepsPerEpoch
    return model
  }

  /// What went between server and clients by now.
  private var traffic: FederatedTraffic? {
    federated?.traffic(rounds: training.stepsTaken, weights: training.problem.layout.count)
  }

  /// What holds of its users by now.
  private var statement: PrivacyStatement? {
    privacy?.statement(command.privacy, steps: training.stepsTaken)
  }

  /// The model of the same training, from a file that holds its last state.
  func model(finishedIn file: Safetensors) throws -> TrainedModel {
    let state = try CheckpointFile.state(file, layout: training.problem.layout, memories: 0)
    return TrainedModel(
      learner: command.learner, problem: training.problem, weights: state.best,
      fingerprint: split.fingerprint, history: state.history)
  }

  private func divergence(_ step: Int) -> CommandFailure {
    var remedies = ["a smaller lr (now \(Number.text(training.rate)))"]
    if let stepping = command.learner as? any SteppingLearner, stepping.steps > 0 {
      let inner = "a smaller inner-lr (now \(Number.text(stepping.innerRate)))"
      // Before the first outer step only inner steps can have diverged.
      remedies = step == 1 ? [inner] : [inner] + remedies
    }
    if command.clip == nil, step > 1 { remedies.append("clip=1") }
    return CommandFailure(
      "E0601", "training diverged: the loss is not a number at step \(step)",
      help: [
        "try " + remedies.joined(separator: ", or "),
        "the session is as it was before this command",
      ])
  }
}

extension RunningTraining {
  /// The epoch whose weights are kept; nil for the state before training.
  private var kept: EpochSummary? { history.last { $0.isBest } }

  /// The validation loss of what is kept.
  private var loss: Double { Double(kept?.validLoss ?? initialLoss) }

  /// The validation loss before training, which counts as that of epoch 0.
  var initialLoss: Float { training.initialLoss }

  /// What is said when no epoch was better than the start.
  var fruitless: String? {
    guard kept == nil, !history.isEmpty, training.validationTasks > 0 else { return nil }
    // Where nothing came of all rounds, that is said already.
    if let traffic, traffic.lost == traffic.rounds { return nil }
    let rate = "`lr` (\(Number.text(training.rate)) here)"
    // Where the last epoch is the best one, more of them may come below the start.
    let isFalling = training.lowest?.epoch == history.count
    // What is hardly worse has hardly moved.
    let hasMoved = training.lowest.map { $0.validLoss > initialLoss * 1.02 } ?? true
    let stop = history.count < command.epochs ? " with patience=0" : ""
    let remedy =
      training.rate <= 0
      ? ""
      : hasMoved
        ? (isFalling ? "more epochs, or " : "") + "a smaller \(rate)"
        : "more epochs\(stop), or a larger \(rate)"
    return "No epoch was better than the start, so the state before training is kept"
      + (remedy.isEmpty ? "." : "; try \(remedy).")
  }

  /// Its results, as fields of a record.
  func result(seconds: Double) -> Record {
    Record(
      [
        .init("loss", .number(loss)), .init("epochs", .number(Double(history.count))),
        .init("seconds", .number(seconds)),
        .init(
          "steps", .number(Double(min(training.stepsTaken, history.count * training.stepsPerEpoch)))
        ),
        .init("weights", .number(Double(training.problem.layout.count))),
      ]
        + (statement.map {
          [
            .init("epsilon", .number($0.epsilon)),
            .init("noise-multiplier", .number($0.noiseMultiplier)),
          ]
        } ?? [])
        + (traffic.map {
          [
            .init("mb-down", .number(FederatedReport.megabytes($0.down))),
            .init("mb-up", .number(FederatedReport.megabytes($0.up))),
            .init("rounds", .number(Double($0.rounds))),
            .init("lost-rounds", .number(Double($0.lost))),
          ]
        } ?? []))
  }

  func report(seconds: Double, isPartial: Bool) -> Report {
    let tasks = federated?.owners?.clients.total ?? split.train.count
    var text =
      "Trained \(described(command.learner)) on \(counted(tasks, "task")) for "
      + "\(counted(history.count, "epoch")) in \(fixed(seconds, digits: 2)) s"
    let before = fixed(Double(initialLoss), digits: 4)
    if let kept, training.validationTasks > 0 {
      text +=
        "; kept epoch \(kept.epoch): validation loss \(fixed(loss, digits: 4))"
        + (initialLoss.isFinite ? ", \(before) before training" : "")
    } else if let lowest = training.lowest {
      text +=
        "; kept epoch 0, the state before training: validation loss \(before), "
        + "at best \(fixed(Double(lowest.validLoss), digits: 4)) after it"
    }
    var blocks: [Report.Block] = [.text(text + ".")] + beginning
    if let choice = training.choice { blocks.append(.note(choice)) }
    if let federated, let traffic {
      blocks +=
        FederatedReport(
          plan: federated, traffic: traffic, cutNumbers: training.cutNumbers,
          weights: training.problem.layout.count
        ).blocks
    }
    if let statement {
      blocks +=
        PrivacyReport(
          statement: statement, choice: command.privacy, data: data, users: split.train.count,
          planned: command.epochs * training.stepsPerEpoch
        ).blocks
    }
    if let fruitless { blocks.append(.warning(fruitless)) }
    if resumed > 0, hasGoneOn {
      blocks.append(.note("Went on after epoch \(resumed), from \(command.checkpoint)."))
    }
    if let otherArithmetic {
      blocks.append(
        .note(
          "The checkpoint was made by another arithmetic (version \(otherArithmetic), here "
            + "\(Arithmetic.version)): numbers may differ in the last digits from those of a training "
            + "that was not cut off."))
    }
    if let remark { blocks.append(.note(remark)) }
    if let warning = keeping.warning { blocks.append(.warning(warning)) }
    if isPartial {
      let file = command.checkpoint
      let remedy = file.isEmpty || keeping.isFailing ? "" : " `resume \"\(file)\"` goes on with it."
      blocks.append(.warning("Stopped early: the model is partial." + remedy))
    }
    if let heads = Cancellation.attempt({ headTable }) ?? nil { blocks.append(heads) }
    // Of a private training no loss is told.
    if history.count > 1, !curve.series.isEmpty { blocks.append(.curve(curve)) }
    if let warning = Cancellation.attempt({ effect }) ?? nil { blocks.append(warning) }
    return Report(blocks, result: result(seconds: seconds))
  }

  /// A warning when adapting does nothing for many tasks.
  private var effect: Report.Block? {
    // Training tasks are not looked at where they are hidden, or with clients.
    if privacy != nil || federated != nil, split.valid.isEmpty { return nil }
    // Nor is what adapting does for users of other owners.
    if data.owners != nil { return nil }
    let (tasks, name) =
      split.valid.isEmpty ? (split.train, "training tasks") : (split.valid, "validation tasks")
    return model(isPartial: false)
      .effect(on: Array(tasks.prefix(100)), interactions, threads: threads)?.warning(about: name)
  }

  private var curve: Curve {
    func series(_ name: String, _ value: (EpochSummary) -> Float) -> Curve.Series {
      Curve.Series(
        name,
        history.compactMap {
          value($0).isFinite ? Curve.Point(Double($0.epoch), Double(value($0))) : nil
        })
    }
    let lines = [series("training", \.trainLoss), series("validation", \.validLoss)]
    return Curve(
      "Loss", x: "epoch",
      y: command.heads.isEmpty ? type(of: command.loss).name : "of all heads",
      series: lines.filter { !$0.points.isEmpty })
  }
}

extension WarmStart {
  /// What is new to the model, and whether it may know users that are to be new to it.
  fileprivate func remarks(
    _ problem: LearningProblem, _ split: TaskSplit, named name: String
  ) -> [Report.Block] {
    let growth = growth(in: problem)
    let parts = growth.filter { $0.name == "item" || $0.new > 0 }.map {
      "\(grouped($0.known)) values of \($0.name) known, \($0.new == 0 ? "none" : grouped($0.new)) new"
    }
    var blocks: [Report.Block] = [
      .note("Started from \(name): \(parts.joined(separator: "; ")).")
    ]
    if model.fingerprint != split.fingerprint {
      blocks.append(
        .warning(
          "\(name) was trained on another split: users to be judged on may be among those that it has "
            + "learnt from."))
    }
    return blocks
  }
}
