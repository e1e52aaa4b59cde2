import Datasets
import Language
import MetaLearning
import Models

/// One training of a sweep, which may be complete, under way or not begun.
package struct SweepRun: Sendable {
  /// Equal for trainings that give the same model.
  package let name: String
  package let command: MetaTrain
  /// What it tried: "steps=3 inner-lr=0.05".
  package var label: String
  package let network: any Network
  package private(set) var history: [EpochSummary] = []
  /// Nil before it has begun.
  package private(set) var result: Record?
  /// Nil where there was no room to keep it; it can be trained again.
  package var model: TrainedModel?
  /// The state of its training until it is complete.
  private var state: TrainingState?
  private(set) var failure: CommandFailure?
  private var seconds = 0.0
  /// The validation loss before training; NaN before it has begun.
  private var initialLoss = Float.nan
  /// Notes for the report about its checkpoint.
  private(set) var warning: String?
  /// What is said when no epoch was better than the start.
  private(set) var fruitless: String?
  /// Whether it was taken from an earlier replay.
  var isTaken = false

  init(_ command: MetaTrain, _ label: String, in session: Session) {
    self.label = label
    name = TrainingIdentity(command, session).name
    self.command = command
    network = command.network(in: session)
  }

  /// The number of epochs that a share of all is.
  func epochs(share: Double) -> Int {
    share >= 1 ? command.epochs : max(1, Int((Double(command.epochs) * share).rounded()))
  }

  /// Sets the results of a scaled-down training, for a plan.
  mutating func estimate(_ model: TrainedModel?, _ result: Record) {
    self.model = model
    self.result = result
    history = model?.history ?? []
  }

  /// Whether it has trained up to that epoch, or is complete.
  func isDone(until epoch: Int) -> Bool {
    result != nil && (state == nil || history.count >= epoch) || failure != nil
  }

  /// The validation loss of what is kept after that epoch: the lowest of the epochs up to it and of the state
  /// before training, NaN left out.
  func loss(until epoch: Int) -> Double {
    guard failure == nil else { return .infinity }
    return min(
      lowest(until: epoch), initialLoss.isNaN ? .infinity : Double(initialLoss))
  }

  /// The lowest validation loss of the epochs up to that one alone, NaN left out: how far the training of a
  /// run has come that is not yet better than its start.
  func lowest(until epoch: Int) -> Double {
    history.prefix(epoch).map { Double($0.validLoss) }.filter { !$0.isNaN }.min() ?? .infinity
  }

  /// The code of failures, for instance by divergence, that end a run but not the sweep.
  static let endsRunAlone = "E0601"

  /// Trains on up to the end of an epoch; true when the user stopped it, which leaves it as it was.
  ///
  /// - Parameter finished: gets the training when it has come that far, and the seconds that it took.
  mutating func advance(
    until epoch: Int, in session: Session, host: any Host, caption: String,
    finished: (RunningTraining, Double) -> Void = { _, _ in }
  ) throws -> Bool {
    let start = host.now()
    var session = session
    session.network = network
    do {
      var course = try RunningTraining(command, in: session, host)
      if let state {
        course.restore(state)
      } else if let saved = try command.cutOff(session, host) {
        try course.restore(saved)
      }
      if try course.follow(host, caption: caption, until: epoch) { return true }
      seconds += host.now() - start
      note(course)
      finished(course, seconds)
    } catch let failure as CommandFailure where failure.code == Self.endsRunAlone {
      self.failure = failure
    } catch is Interrupted {
      return true
    }
    return false
  }

  /// Keeps the state of its training.
  private mutating func note(_ course: RunningTraining) {
    history = course.history
    initialLoss = course.initialLoss
    fruitless = course.fruitless
    warning = course.keeping.warning ?? warning
    state = course.state
    model = course.model(isPartial: state != nil)
    result = course.result(seconds: seconds)
  }

  /// Restores the state of its training from an earlier replay.
  mutating func restore(_ snapshot: [UInt8], in basis: Session) throws {
    var course = try RunningTraining(command, in: basis)
    seconds = try course.restore(snapshot: snapshot)
    note(course)
  }
}

extension TrainingIdentity {
  /// A short name that no other training has.
  var name: String {
    let words = self.words.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    let bytes = words.joined(separator: "\n").utf8.map { UInt64($0) }
    return String(hexadecimal(digest(bytes)).prefix(12))
  }
}

extension Session {
  /// The most bytes that the models of runs may take in a session.
  private static let room = 256 << 20

  /// Keeps a run, so that it is not trained again. Above the limit the models of the worst runs are dropped;
  /// of equally bad ones, the last by name.
  mutating func keep(_ run: SweepRun) {
    runs[run.name] = run
    let kept = runs.quiet.values.compactMap { run in
      run.model.map { (run.name, bytes: 4 * $0.weights.count, loss: run.loss(until: .max)) }
    }
    var total = kept.reduce(0) { $0 + $1.bytes }
    let worst = kept.sorted { ($1.loss, $1.0) < ($0.loss, $0.0) }
    for (name, bytes, _) in worst where total > Self.room {
      runs[name]?.model = nil
      total -= bytes
    }
  }

  /// Makes a run's model the session's.
  mutating func adopt(_ run: SweepRun, host: any Host) throws {
    let before = network
    defer { network = before }
    network = run.network
    if let model = run.model {
      self.model = model
    } else {
      _ = try run.command.run(in: &self, host: host)
    }
    recipe = TrainingRecipe(command: run.command, network: run.network)
    adapted = nil
    models[Best.name] = model
  }
}
