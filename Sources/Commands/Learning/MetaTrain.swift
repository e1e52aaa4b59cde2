import Datasets
import Kernels
import Language
import MetaLearning
import Models
import Reports

/// `meta-train maml steps=5`: learns from the training tasks how to learn a new one.
package struct MetaTrain: Command {
  package var learner: any MetaLearner = MAML()
  /// The network of this training alone; the session's if nil.
  package var ownNetwork: (any Network)?
  package var epochs = 30
  package var stopAfter: Int?
  package var batch = 32
  package var rate: Double?
  private var chosenOptimizer: (any Optimizer)?
  package var schedule = RateSchedule.cosine
  /// The loss that was asked for.
  var chosenLoss: (any Loss)?
  package var sampling = NegativeSampling()
  package var decay = 0.0
  package var lookupDecay: Double?
  package var linearDecay = 0.0
  package var hiddenItems = 0.0
  package var startingWeights = StartingWeights.factors
  package var clip: Double?
  package var patience = 8
  package var resample = true
  package var checkpoint = ""
  /// The model to start from, by its name or that of its file; random weights if empty.
  package var start = ""
  /// What is learned at once; one thing if none.
  package var heads: [HeadKind] = []
  package var headWeights: HeadWeights?
  package var category = ""
  package var embedsDomain = true
  package var hiddenDomains = 0.0
  /// The validation loss that is low enough to stop.
  package var targetLoss: Double?
  package var adversary: Double?
  /// How it hides what training users gave.
  package var privacy = PrivacyChoice()
  /// Where the data lie.
  package var federated = FederatedChoice()

  package init() {}

  /// The outer optimiser; the algorithm's default until one is chosen.
  package var optimizer: any Optimizer {
    get { chosenOptimizer ?? learner.outerDefault.optimizer }
    set { chosenOptimizer = newValue }
  }

  /// The loss; the squared error until one is chosen.
  package var loss: any Loss {
    get { chosenLoss ?? SquaredError() }
    set { chosenLoss = newValue }
  }

  /// The same with the loss that it has on such data. Interactions have no ratings to come near to.
  package func fitted(to data: Dataset) throws(CommandFailure) -> MetaTrain {
    guard data.feedback == .interactions else {
      return heads.isEmpty || heads.contains(.rating) ? self : try withClickLoss()
    }
    var command = self
    if chosenLoss == nil {
      // What no step makes smaller only says how well items are put in order.
      command.loss = learner is any ClosedFormLearner ? PairwiseRanking() : CrossEntropy()
    }
    if var settling = learner as? any SettlingLearner {
      settling.settleForInteractions()
      command.learner = settling
    }
    try command.requireLossOfClicks()
    return command
  }

  /// The same with the loss of clicks, where no head learns ratings.
  private func withClickLoss() throws(CommandFailure) -> MetaTrain {
    var command = self
    command.loss = chosenLoss ?? CrossEntropy()
    try command.requireLossOfClicks()
    return command
  }

  private func requireLossOfClicks() throws(CommandFailure) {
    guard !loss.comparesWithNegatives else { return }
    throw CommandFailure(
      "E0412",
      "`loss=\(type(of: loss).name)` comes near to ratings, and interactions have none",
      help: ["losses for interactions: bce, bpr, softmax", "leave loss= out for bce"],
      argument: type(of: loss).name)
  }

  /// Nouns of its signature that it does not give with these options.
  var withheld: [Noun] {
    (loss.predictsRatings && heads.first != .click ? [] : [.ratings])
      + (heads.isEmpty ? [.heads] : [])
  }

  /// The network that it trains in that session.
  func network(in session: Session) -> any Network {
    ownNetwork ?? (start.isEmpty ? nil : session.models[start]?.problem.network) ?? session.network
  }

  package static let signature = Signature<Self>(
    "meta-train", "Learns from many tasks how to learn a new one from a few ratings.",
    details: """
      Each epoch goes through the training tasks in batches. The model with the lowest loss on the \
      validation tasks is kept, the state before training counting as epoch 0; Ctrl-C stops and keeps the best finished epoch. With `checkpoint` the \
      training is also in a file after every epoch: `resume` goes on with it to the same bits, and so does \
      the same command again. A training that Ctrl-C stopped is written down with `stop-after`, so that a \
      script comes to the same model. With `from` it starts from the weights of a trained model and takes its \
      network; items and other values that are new start where the model's unknown one is, and features have to \
      be the same. Interactions are learnt against items that are drawn from those a user \
      did not take, anew in each epoch; then loss= is bce if not given. What is judged on never says what \
      is drawn.

      With `heads` one body learns several things at once, each with a head (outputs of the last layer) and a \
      loss of its own: the rating, whether an item is taken at all (of ratings: rated, against drawn items), and \
      of which category= the items are that a user takes. All heads adapt to the support, and the inner steps \
      lower the same sum of losses as the outer ones. head-weights=learned weighs each by an uncertainty e^s that \
      is learned: Σ e^(−s)·L + s/2 (Kendall, Gal and Cipolla 2018); balanced lets all pull alike on the last \
      layer that they share, harder those that have learned less (GradNorm, Chen et al. 2018). Both go through \
      the tape and take longer than fixed ones. A weight of 0 leaves a head out. `evaluate` judges every head.

      With `adversary=0.05` each step learns at two places, the weights and embeddings that are moved by that \
      length against the model, L(Θ) + L(Θ + Δ) with Δ = ε Γ/‖Γ‖ for each embedding (He et al. 2018, APR); a step takes \
      twice as long.

      With `privacy=gaussian` the model tells next to nothing of any one training user: users are drawn for each \
      step, a user's whole gradient is clipped to user-clip=, and their sum gets noise, of which epsilon= and \
      delta= say how much there has to be. `help privacy` says what is promised. Then `clip=` limits the noisy mean.

      With `over=federated` training users are dealt among clients, whose ratings stay with them: in each round \
      per-round= of them get the weights, and send what they have learned; batch= has no say. `help federated` says what that \
      hides.
      """,
    [
      .choice("algorithm", \.learner, from: metaLearners, "how to learn it"),
      .choice(
        "model", \.ownNetwork, from: networks,
        "the network of this training; what the command `model` chose if not given"),
      .option("epochs", \.epochs, in: 0...100_000, "passes over the training tasks"),
      TrainingStop.parameter(\.stopAfter),
      .option("batch", \.batch, in: 1...100_000, "tasks in one outer step"),
      .option("lr", \.rate, in: 0...100, "outer learning rate; the algorithm's own if not given"),
      .choice(
        "outer", \.optimizer, from: optimizers,
        "outer optimiser; the algorithm's own if not given", place: .option),
      .option("schedule", \.schedule, "how the outer rate changes"),
      .choice(
        "loss", \.chosenLoss, from: losses,
        "what is made small; mse if not given, of interactions bce"),
      .option("weight-decay", \.decay, in: 0...100, "decay of dense weights"),
      .option(
        "embed-decay", \.lookupDecay, in: 0...100,
        "decay of embeddings; the optimiser's own if not given"),
      .option(
        "linear-decay", \.linearDecay, in: 0...100,
        "decay of the linear weights of feature values"),
      .option(
        "hide-items", \.hiddenItems, in: 0...1,
        "share of training tasks whose items are known by their features alone, as new ones are"),
      .option("start", \.startingWeights, "what the weights know before training")
        .absent("biases"),
      .option("clip", \.clip, in: 1e-9...1e9, "longest gradient; not limited if not given"),
      .option(
        "patience", \.patience, in: 0...100_000,
        "epochs without a better validation loss before stopping; 0 never stops early"),
      .option(
        "target-loss", \.targetLoss, in: 1e-9...1e9,
        "stops after the first epoch with a validation loss as low as that"),
      .option(
        "adversary", \.adversary, in: 1e-6...10,
        "learns at embeddings that are moved so far to where the loss is worse, too; nowhere else if not given"
      ),
      .option("resample", \.resample, "draw support and query anew each epoch"),
      .option(
        "negatives", \.sampling.count, in: NegativeSampling.counts,
        "of interactions: items drawn as not taken, for each that was taken"),
      .option(
        "sampling", \.sampling.distribution, "of interactions: how likely each item is drawn"),
      .option(
        "power", \.sampling.power, in: NegativeSampling.powers,
        "of interactions: what popularity is raised to, for sampling=popularity"),
      .option(
        "checkpoint", \.checkpoint, "a file to keep the training in, for `resume`",
        expects: "the name of a file", completion: .writtenFile(extensions: ["checkpoint"]),
        where: { !$0.isEmpty }),
      .option(
        "from", \.start, "a trained model to start from; `open model` takes one from a file",
        expects: "the name of a trained model", completion: .live("trained"),
        where: { !$0.isEmpty && !$0.contains(" ") }),
    ] + headParameters + PrivacyChoice.parameters + FederatedChoice.parameters,
    needs: [.tasks], gives: [.model, .ratings, .heads],
    examples: [
      Example("meta-train maml steps=2 epochs=1", "second order, two inner steps"),
      Example("meta-train maml order=1 epochs=1", "FOMAML"),
      Example(
        "meta-train pretrain epochs=1; meta-train maml epochs=1 from=pretrain", "a warm start"),
      Example(
        "meta-train maml epochs=1 privacy=gaussian epsilon=8 delta=1e-5 user-clip=1",
        "hides what any one user gave; simulated"),
      Example(
        "meta-train maml epochs=1 over=federated per-round=8 drop-out=10% secure-aggregation=yes",
        "only masked updates leave a user"),
      Example("meta-train maml epochs=1 adversary=0.05", "embeddings that stand small changes"),
      Example(
        "meta-train maml heads=rating,click,category category=category epochs=1",
        "one body, three heads"),
      Example(
        "meta-train maml epochs=2 checkpoint=\"maml.checkpoint\"", "`resume` can go on with it"),
    ])

  package var resultFields: [ResultField]? {
    ["loss", "epochs", "seconds", "steps", "weights"]
      + (privacy.mechanism == nil ? [] : ["epsilon", "noise-multiplier"])
      + (federated.over == .central ? [] : ["mb-down", "mb-up", "rounds", "lost-rounds"])
  }

  package func run(in session: inout Session, host: any Host) throws -> Report {
    try train(in: &session, host: host, from: try cutOff(session, host))
  }

  /// The checkpoint in the file, if it belongs to this very training and that was interrupted.
  func cutOff(_ session: Session, _ host: any Host) throws -> TrainingCheckpoint? {
    guard session.resumed[checkpoint] == nil else {
      throw CommandFailure(
        "E0516", "`\(checkpoint)` was resumed from, and this would overwrite it",
        help: ["write to another file"], argument: checkpoint)
    }
    guard !checkpoint.isEmpty, host.kind(of: checkpoint) == .file else { return nil }
    do {
      let found = try TrainingCheckpoint(reading: checkpoint, host: host)
      return TrainingIdentity(self, session).differences(from: found.words).isEmpty ? found : nil
    } catch let failure as CommandFailure where failure.code == "E0503" {
      throw CommandFailure(
        "E0508", "`\(checkpoint)` holds something else, which a checkpoint would replace",
        help: [failure.message, "name another file, or delete this one"], argument: checkpoint)
    }
  }

  /// Trains from the beginning, or on from a checkpoint of the same training.
  func train(
    in session: inout Session, host: any Host, from saved: TrainingCheckpoint?
  ) throws -> Report {
    let start = host.now()
    var course = try RunningTraining(self, in: session, host)
    try saved.map { try course.restore($0) }
    let isPartial = try course.follow(host)
    session.model = course.model(isPartial: isPartial)
    // Training it again would spend as much once more.
    if session.model?.privacy?.isSimulated ?? true {
      session.recipe = TrainingRecipe(command: self, network: network(in: session))
    }
    session.adapted = nil
    if isPartial { session.stopped = TrainingStop(after: course.history.count) }
    return course.report(seconds: host.now() - start, isPartial: isPartial)
  }

  /// The algorithm, with its teacher if it learns from one.
  func taughtLearner(_ session: Session) throws(CommandFailure) -> any MetaLearner {
    guard let student = learner as? any Student else { return learner }
    return student.taught(by: try session.teacher(named: student.teacherName))
  }

  func options(_ session: Session) -> TrainingOptions {
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
    options.hiddenDomains = hiddenDomains
    options.start = startingWeights
    options.clip = clip
    options.patience = patience
    options.targetLoss = targetLoss
    options.adversary = adversary
    options.resample = resample
    options.key = session.settings.key.derived("meta-train")
    options.threads = session.threads
    return options
  }
}
