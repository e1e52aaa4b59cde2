import Datasets
import Kernels
import Language
import MetaLearning
import Models
import Reports

/// `meta-train maml steps=5`: learns from the training tasks how to learn a new one.
package struct MetaTrain: Command {
  package var learner: any MetaLearner = MAML()
  package var epochs = 30
  package var batch = 32
  package var rate: Double?
  private var chosenOptimizer: (any Optimizer)?
  package var schedule = RateSchedule.cosine
  package var loss: any Loss = SquaredError()
  package var decay = 0.0
  package var lookupDecay: Double?
  package var linearDecay = 0.0
  package var hiddenItems = 0.0
  package var clip: Double?
  package var patience = 8
  package var resample = true
  package var checkpoint = ""

  package init() {}

  /// The algorithm's own until another is chosen.
  package var optimizer: any Optimizer {
    get { chosenOptimizer ?? learner.outerDefault.optimizer }
    set { chosenOptimizer = newValue }
  }

  package static let signature = Signature<Self>(
    "meta-train", "Learns from many tasks how to learn a new one from a few ratings.",
    details: """
      Each epoch goes through the training tasks in batches. The model with the lowest loss on the \
      validation tasks is kept; Ctrl-C stops and keeps the best finished epoch. With `checkpoint` the \
      training is also in a file after every epoch: `resume` goes on with it to the same bits, and so does \
      the same command again.
      """,
    [
      .choice("algorithm", \.learner, from: metaLearners, "how to learn it"),
      .option("epochs", \.epochs, in: 0...100_000, "passes over the training tasks"),
      .option("batch", \.batch, in: 1...100_000, "tasks in one outer step"),
      .option("lr", \.rate, in: 0...100, "outer learning rate; the algorithm's own if not given"),
      .choice(
        "outer", \.optimizer, from: optimizers,
        "outer optimiser; the algorithm's own if not given", place: .option),
      .option("schedule", \.schedule, "how the outer rate changes"),
      .choice("loss", \.loss, from: losses, "what is made small", place: .option),
      .option("decay", \.decay, in: 0...100, "weight decay of dense weights"),
      .option(
        "embed-decay", \.lookupDecay, in: 0...100,
        "weight decay of embeddings; the algorithm's own if not given"),
      .option(
        "linear-decay", \.linearDecay, in: 0...100,
        "weight decay of the linear weights of feature values"),
      .option(
        "hide-items", \.hiddenItems, in: 0...1,
        "share of training tasks whose items are known by their features alone, as new ones are"),
      .option("clip", \.clip, in: 1e-9...1e9, "longest gradient; not limited if not given"),
      .option(
        "patience", \.patience, in: 0...100_000,
        "epochs without a better validation loss before stopping; 0 never stops early"),
      .option("resample", \.resample, "draw support and query anew each epoch"),
      .option(
        "checkpoint", \.checkpoint, "a file to keep the training in, for `resume`",
        expects: "the name of a file", completion: .writtenFile(extensions: ["checkpoint"]),
        where: { !$0.isEmpty }),
    ],
    needs: [.tasks], gives: [.model],
    examples: [
      Example("meta-train maml steps=2 epochs=1", "second order, two inner steps"),
      Example("meta-train maml order=1 epochs=1", "FOMAML"),
      Example(
        "meta-train maml epochs=2 checkpoint=\"maml.checkpoint\"", "`resume` can go on with it"),
    ])

  package var resultFields: [String]? { ["loss", "epochs", "seconds", "steps"] }

  package func run(in session: inout Session, host: any Host) throws -> Report {
    try train(in: &session, host: host, from: try cutOff(session, host))
  }

  /// What the checkpoint's file holds of this very training, if it was cut off.
  private func cutOff(_ session: Session, _ host: any Host) throws -> TrainingCheckpoint? {
    guard !checkpoint.isEmpty, host.kind(of: checkpoint) == .file else { return nil }
    do {
      let found = try TrainingCheckpoint(reading: checkpoint, host: host)
      return TrainingIdentity(self, session).differences(from: found.words).isEmpty ? found : nil
    } catch let failure as CommandFailure where failure.code == "E0503" {
      throw CommandFailure(
        "E0508", "`\(checkpoint)` holds something else, which a checkpoint would replace",
        help: ["name another file"], argument: checkpoint)
    }
  }

  /// Trains from the beginning, or from where a checkpoint of this training stands.
  func train(
    in session: inout Session, host: any Host, from saved: TrainingCheckpoint?
  ) throws -> Report {
    guard let data = session.data, let split = session.tasks else {
      throw CommandFailure("E0402", Noun.tasks.absence)
    }
    if learner is any DirectLearner, loss.outputs(data.scale) > 1 {
      throw CommandFailure(
        "E0306", "`\(type(of: learner).name)` needs a loss with one score for each item",
        help: ["losses with one: mse, bce, bpr"], argument: type(of: loss).name)
    }
    let start = host.now()
    var training = Training(
      data, split, learner: try taughtLearner(session), network: session.network, loss: loss,
      options: options(session))
    let before = training.initialValidLoss()
    try saved?.restore(&training)
    let resumed = training.history.count
    let identity = TrainingIdentity(self, session)
    let isPartial = try follow(&training, identity, host)
    if let step = training.divergedAt { throw divergence(step, training) }
    if isPartial && training.history.isEmpty { throw Interrupted() }
    session.model = TrainedModel(
      learner: learner, problem: training.problem, weights: training.best,
      fingerprint: split.fingerprint, history: training.history, isPartial: isPartial)
    session.recipe = TrainingRecipe(command: self, network: session.network)
    session.adapted = nil
    var report = report(training, split, before: before, seconds: host.now() - start, isPartial)
    if let warning = effect(of: session.model, data, split, session.threads) {
      report.blocks.append(warning)
    }
    if saved != nil, resumed > 0 {
      report.blocks.insert(.note("Went on after epoch \(resumed), from \(checkpoint)."), at: 1)
    }
    return report
  }

  /// The algorithm, with its teacher if it learns from one.
  private func taughtLearner(_ session: Session) throws(CommandFailure) -> any MetaLearner {
    guard let student = learner as? any Student else { return learner }
    return student.taught(by: try session.teacher(named: student.teacherName))
  }

  private func options(_ session: Session) -> TrainingOptions {
    var options = TrainingOptions()
    options.epochs = epochs
    options.batch = batch
    options.rate = rate
    options.optimizer = optimizer
    options.schedule = schedule
    options.denseDecay = decay
    options.lookupDecay = lookupDecay
    options.linearDecay = linearDecay
    options.hiddenItems = hiddenItems
    options.clip = clip
    options.patience = patience
    options.resample = resample
    options.key = session.settings.key.derived("meta-train")
    options.threads = session.threads
    return options
  }

  /// Takes all steps; true when the user stopped them.
  private func follow(
    _ training: inout Training, _ identity: TrainingIdentity, _ host: any Host
  ) throws -> Bool {
    func keep() throws {
      guard !checkpoint.isEmpty else { return }
      try TrainingCheckpoint.write(training, identity, to: checkpoint, host: host)
    }
    // A file that cannot be written is found before the first epoch is lost.
    try keep()
    let title = "meta-train \(type(of: learner).name)"
    while let step = training.next() {
      var progress = Progress(
        title, done: Double(step.step), total: Double(step.totalSteps), unit: "steps")
      progress.recent = training.history.map { Double($0.validLoss) }
      let valid = training.history.last.map { Double($0.validLoss) }.flatMap {
        $0.isFinite ? $0 : nil
      }
      progress.detail =
        [
          valid.map { "valid \(fixed($0, digits: 4))" }, "epoch \(step.epoch)",
          "loss \(fixed(Double(step.loss), digits: 4))",
        ].compactMap(\.self).joined(separator: " · ")
      if step.epochEnd != nil, training.divergedAt == nil { try keep() }
      do { try host.checkpoint(progress) } catch { return true }
    }
    return false
  }

  /// A warning when adapting does nothing for many tasks.
  private func effect(
    of model: TrainedModel?, _ data: Dataset, _ split: TaskSplit, _ threads: Int
  ) -> Report.Block? {
    let (tasks, name) =
      split.valid.isEmpty ? (split.train, "training tasks") : (split.valid, "validation tasks")
    return model?.effect(on: Array(tasks.prefix(100)), data.interactions, threads: threads)?
      .warning(about: name)
  }

  private func divergence(_ step: Int, _ training: Training) -> CommandFailure {
    var remedies = ["a smaller lr (now \(Number.text(training.rate)))"]
    if let stepping = learner as? any SteppingLearner, stepping.steps > 0 {
      let inner = "a smaller inner-lr (now \(Number.text(stepping.innerRate)))"
      // Before the first outer step only the inner ones can have gone astray.
      remedies = step == 1 ? [inner] : [inner] + remedies
    }
    if clip == nil, step > 1 { remedies.append("clip=1") }
    return CommandFailure(
      "E0601", "training diverged: the loss is not a number at step \(step)",
      help: [
        "try " + remedies.joined(separator: ", or "),
        "the session is as it was before this command",
      ])
  }

  private func report(
    _ training: Training, _ split: TaskSplit, before: Float, seconds: Double, _ isPartial: Bool
  ) -> Report {
    let history = training.history
    let best = history.last { $0.isBest }
    var blocks: [Report.Block] = []
    let name = described(learner)
    let valid = best.map { Double($0.validLoss) } ?? Double(before)
    var text =
      "Trained \(name) on \(split.train.count) tasks for \(history.count) \(history.count == 1 ? "epoch" : "epochs") in "
      + "\(fixed(seconds, digits: 2)) s"
    if let best, !split.valid.isEmpty {
      text +=
        "; kept epoch \(best.epoch): validation loss \(fixed(valid, digits: 4)), "
        + "\(fixed(Double(before), digits: 4)) before training"
    }
    blocks.append(.text(text + "."))
    if isPartial {
      let remedy = checkpoint.isEmpty ? "" : " `resume \"\(checkpoint)\"` goes on with it."
      blocks.append(.warning("Stopped early: the model is partial." + remedy))
    }
    if history.count > 1 { blocks.append(.curve(curve(history))) }
    return Report(
      blocks,
      result: Record([
        .init("loss", .number(valid)), .init("epochs", .number(Double(history.count))),
        .init("seconds", .number(seconds)),
        .init("steps", .number(Double(history.count * training.stepsPerEpoch))),
      ]))
  }

  private func curve(_ history: [EpochSummary]) -> Curve {
    func series(_ name: String, _ value: (EpochSummary) -> Float) -> Curve.Series {
      Curve.Series(
        name,
        history.compactMap {
          value($0).isFinite ? Curve.Point(Double($0.epoch), Double(value($0))) : nil
        })
    }
    let lines = [series("training", \.trainLoss), series("validation", \.validLoss)]
    return Curve(
      "Loss", x: "epoch", y: type(of: loss).name, series: lines.filter { !$0.points.isEmpty })
  }
}
