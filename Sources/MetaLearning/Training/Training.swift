import Datasets
import Kernels
import Models

/// The element of the sequence `Training`: one outer step.
package struct TrainingStep: Sendable {
  package var epoch: Int
  /// The step within all epochs, from 1 on.
  package var step: Int
  package var totalSteps: Int
  /// The mean loss of the batch.
  package var loss: Float
  /// The summary of the epoch, at its last step; nil at others.
  package var epochEnd: EpochSummary?
}

/// The losses of one epoch.
package struct EpochSummary: Sendable, Equatable {
  package var epoch: Int
  /// The mean loss over the training tasks, each at the weights of its own step.
  package var trainLoss: Float
  /// The mean query loss over the validation tasks; NaN when there are none.
  package var validLoss: Float
  /// Whether its weights were kept: the loss is lower than before training and in all epochs before.
  package var isBest: Bool
}

/// Meta-training as a sequence of outer steps. Whoever iterates sees progress in its elements, and stops by
/// not asking for the next. A step that is cancelled midway ends the sequence; finished epochs keep their
/// results.
///
/// `best` holds, after every epoch, the weights with the lowest validation loss so far, those before training
/// counting as epoch 0 (or the newest, when there are no validation tasks).
package struct Training: Sequence, IteratorProtocol {
  package let problem: LearningProblem
  package let learner: any MetaLearner
  package let options: TrainingOptions
  package private(set) var best: Weights
  /// The mean validation loss of the weights before any training; NaN without validation tasks.
  package private(set) var initialLoss = Float.nan
  package private(set) var history: [EpochSummary] = []
  /// The step at which the loss became NaN or infinite.
  package private(set) var divergedAt: Int?
  let outer: OuterLoop
  let split: TaskSplit
  private let data: Dataset
  /// Which strengths a solution in closed form has, and by what they were chosen.
  package private(set) var choice: String?
  /// Draws episodes of interactions; nil for ratings.
  private let negatives: EpisodeNegatives?
  /// The outer rate at the start.
  package let rate: Double
  private var order: [Int] = []
  private var position = 0
  private(set) var epoch = 0
  /// Where clients compute, if the data are theirs.
  let clientPool: ClientPool
  /// How many numbers of clients were too large for fixed point, in this process.
  package internal(set) var cutNumbers = 0
  private var lossSum: Float = 0
  /// Of how many tasks, or rounds, that is the sum.
  private var learned = 0
  private var isFinished = false

  package init(
    _ data: Dataset, _ split: TaskSplit, learner: any MetaLearner, network: any Network,
    loss: any Loss, options: TrainingOptions, kernels: KernelSet
  ) {
    let problem = LearningProblem(
      data, split, learner: learner, network: network, loss: loss, kernels: kernels)
    self.init(problem, data, split, learner: learner, options: options)
  }

  /// - Parameters:
  ///   - problem: what is learned from these tasks.
  ///   - start: the model to start from, which nothing keeps from that.
  ///   - zeros: for each weight whether it is pruned and stays zero; none if empty.
  package init(
    _ problem: LearningProblem, _ data: Dataset, _ split: TaskSplit, learner: any MetaLearner,
    options: TrainingOptions, start: WarmStart? = nil, zeros: [Bool] = []
  ) {
    let rows = Cancellation.isRequested ? [] : split.train.flatMap(\.rows)
    let key = options.key.derived("weights")
    var initial =
      options.privacy == nil && options.federated == nil
      ? problem.initialWeights(
        learner: learner, data: data, training: rows,
        // What a warm start takes over needs no fit to begin with.
        start: start == nil ? options.start : .random, key: key)
      : problem.publicWeights(learner: learner, key: key)
    start?.give(&initial, problem)
    if let first = problem.layout.index(of: Heads.first) {
      let untrained = TrainedModel(
        learner: learner, problem: problem, weights: initial, fingerprint: split.fingerprint)
      let losses = untrained.headLosses(
        of: Array(split.train.prefix(Self.firstTasks)), data.interactions, threads: options.threads)
      initial.mutableView(first).copy(from: losses.map { $0.isFinite ? $0 : 1 })
    }
    let fallback = learner.outerDefault
    rate = options.rate ?? fallback.rate
    let optimizer = options.optimizer ?? fallback.optimizer
    let outerOptions = OuterOptions(
      optimizer: optimizer,
      lookupDecay: Float(options.lookupDecay ?? optimizer.usualLookupDecay),
      denseDecay: Float(options.denseDecay), linearDecay: Float(options.linearDecay),
      clip: options.clip.map { Float($0) },
      noisy: options.privacy?.sum(users: split.train.count),
      adversary: options.adversary.map { Adversary(radius: Float($0)) })
    outer = OuterLoop(
      problem, weights: initial, options: outerOptions, threads: options.threads,
      takesSteps: !(learner is any ClosedFormLearner), zeros: zeros)
    clientPool = ClientPool(problem)
    self.problem = problem
    self.learner = learner
    self.options = options
    self.split = split
    self.data = data
    negatives = problem.drawing.map {
      EpisodeNegatives(
        $0, split.train, in: data.interactions, key: options.key.derived("negatives"))
    }
    best = outer.seen
    // What is solved at once has no state before that could be kept.
    initialLoss = learner is any ClosedFormLearner ? .nan : validLoss(of: best)
    isFinished = isOver
  }

  /// How many tasks say what the losses of heads are before training.
  private static let firstTasks = 256

  // MARK: Checkpoints

  /// The state to write into a checkpoint, from which any process goes on with the same bits.
  ///
  /// Precondition: taken between two epochs.
  package var state: TrainingState {
    precondition(position == 0, "a training has a state between epochs only")
    return TrainingState(
      weights: outer.weights, best: best, memory: outer.memory.map(\.array), step: outer.step,
      history: history)
  }

  /// The number of moments that the optimiser keeps for each weight.
  package var memories: Int { outer.memory.count }

  /// Goes on from a state of the same training.
  package mutating func restore(_ state: TrainingState) {
    outer.restore(weights: state.weights, memory: state.memory, step: state.step)
    best = state.best
    history = state.history
    epoch = history.count
    isFinished = isOver
  }

  /// Whether all epochs are done, or early stopping or a loss that was low enough ended them.
  package var isOver: Bool {
    let done = history.count
    let epochs = learner is any ClosedFormLearner ? Swift.min(1, options.epochs) : options.epochs
    if (owners?.clients.total ?? split.train.count) == 0 || done >= epochs || isSpent {
      return true
    }
    if let target = options.targetLoss, let lowest, Double(lowest.validLoss) <= target {
      return true
    }
    return options.patience > 0 && done - (lowest?.epoch ?? done) >= options.patience
  }

  /// The epoch with the lowest validation loss so far, the first of equals; nil without any that is a number.
  /// It may be higher than before training, and still falling.
  package var lowest: EpochSummary? {
    history.filter { $0.validLoss.isFinite }
      .min { ($0.validLoss, $0.epoch) < ($1.validLoss, $1.epoch) }
  }

  /// Whether another step would spend more than a private training may.
  private var isSpent: Bool { options.privacy.map { outer.step >= $0.steps } ?? false }

  /// How many outer steps were taken.
  package var stepsTaken: Int { outer.step }

  package var stepsPerEpoch: Int {
    if learner is any ClosedFormLearner { return 1 }
    return options.federated?.roundsPerEpoch
      ?? (split.train.count + options.batch - 1) / options.batch
  }

  package mutating func next() -> TrainingStep? {
    guard !isFinished, divergedAt == nil else { return nil }
    if let solver = learner as? any ClosedFormLearner { return solve(by: solver) }
    if position == 0 { beginEpoch() }
    let width = options.federated == nil ? options.batch : 1
    let planned = order[position..<Swift.min(position + width, order.count)]
    let totalSteps = Swift.min(
      options.epochs * stepsPerEpoch, options.privacy?.steps ?? .max)
    let progress = Double(outer.step) / Double(Swift.max(1, totalSteps))
    let moment = Float(rate * options.schedule.factor(at: progress))
    var (loss, weight) = (Float.nan, 1)
    if let federated = options.federated {
      loss = takeRound(federated, rate: moment)
    } else {
      let batch = options.privacy?.sample(of: order.count, step: outer.step) ?? Array(planned)
      (loss, weight) = (take(batch, rate: moment), batch.count)
    }
    if Cancellation.isRequested { return nil }
    position += planned.count
    // What the loss was is told by the ratings, not by the noisy weights; of a round clients tell it, or nobody does.
    let isTold = options.privacy == nil && options.federated == nil
    if isTold || loss.isFinite {
      lossSum += loss * Float(weight)
      learned += weight
    }
    var step = TrainingStep(
      epoch: epoch, step: outer.step, totalSteps: totalSteps,
      loss: options.privacy == nil ? loss : .nan,
      epochEnd: nil)
    if isTold, !loss.isFinite {
      divergedAt = outer.step
      return step
    }
    if position >= order.count || isSpent {
      guard let end = endEpoch() else { return nil }
      step.epochEnd = end
    }
    // A loss is computed before its step: of weights that the last step broke, no loss has told yet.
    if step.epochEnd != nil, !outer.weights.isFinite { divergedAt = outer.step }
    return step
  }

  /// The only epoch of an algorithm in closed form; nil when the work is cancelled.
  private mutating func solve(by solver: any ClosedFormLearner) -> TrainingStep? {
    let solution = solver.solution(of: problem, for: split, in: data)
    if Cancellation.isRequested { return nil }
    outer.restore(weights: solution.weights, memory: [], step: 1)
    choice = solution.choice
    epoch = 1
    let loss = loss(of: split.train, at: solution.weights)
    (order, lossSum, learned) = ([0], loss, 1)
    guard let end = endEpoch() else { return nil }
    if !loss.isFinite || !solution.weights.isFinite { divergedAt = 1 }
    return TrainingStep(epoch: 1, step: 1, totalSteps: 1, loss: loss, epochEnd: end)
  }

  private mutating func beginEpoch() {
    epoch += 1
    (lossSum, learned) = (0, 0)
    if let federated = options.federated {
      order = Array(0..<federated.roundsPerEpoch)
      return
    }
    var stream = options.key.derived("order").derived(epoch).stream
    order = stream.shuffled(Array(split.train.indices))
  }

  /// How episodes are drawn and learned from.
  var episodes: EpisodeLearning {
    EpisodeLearning(
      interactions: data.interactions, supports: split.knownCounts, learner: learner,
      options: options, negatives: negatives)
  }

  private func take(_ batch: [Int], rate: Float) -> Float {
    let tasks = split.train
    return outer.take(
      tasks: batch.count, rate: rate,
      learn: episodes.learning(from: batch.map { tasks[$0] }, epoch: epoch))
  }

  /// Nil when the work is cancelled before the validation loss is known.
  private mutating func endEpoch() -> EpochSummary? {
    let seen = outer.seen
    let valid = validLoss(of: seen)
    if Cancellation.isRequested { return nil }
    position = 0
    let least =
      [initialLoss, lowest?.validLoss ?? .infinity].filter { $0.isFinite }.min() ?? .infinity
    let isBest = validationTasks == 0 || valid < least
    if isBest { best = seen }
    let summary = EpochSummary(
      epoch: epoch, trainLoss: options.privacy == nil ? lossSum / Float(learned) : .nan,
      validLoss: valid, isBest: isBest)
    history.append(summary)
    isFinished = isOver
    return summary
  }

  /// Who has what, if ranks are the owners of data.
  private var owners: ClientOwners? { options.federated?.owners }

  /// How many tasks the model is chosen by, those of other owners among them.
  package var validationTasks: Int { owners?.validation.total ?? split.valid.count }

  private func validLoss(of weights: Weights) -> Float {
    guard owners != nil else { return loss(of: split.valid, at: weights) }
    return Self.ownersMean(of: Ranks.alone { losses(of: split.valid, at: weights) })
  }

  /// The mean query loss; NaN when there are no tasks.
  private func loss(of tasks: [UserTask], at weights: Weights) -> Float {
    guard !tasks.isEmpty else { return .nan }
    return losses(of: tasks, at: weights).reduce(0, +) / Float(tasks.count)
  }

  private func losses(of tasks: [UserTask], at weights: Weights) -> [Float] {
    let model = TrainedModel(
      learner: learner, problem: problem, weights: weights, fingerprint: split.fingerprint)
    let interactions = data.interactions
    return spreadMap(tasks.count, threads: options.threads, abandoned: Float.nan) { number in
      model.queryLoss(of: tasks[number], interactions)
    }
  }
}
