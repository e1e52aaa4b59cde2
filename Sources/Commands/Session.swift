import Datasets
import Kernels
import Language
import MetaLearning
import Models

/// What the user has made so far, in slots. A value: a copy is a snapshot, and assigning one goes back to it.
///
/// While a trace is given, reading a slot is noted in it, and which slots are written is known; see `Slot`.
package struct Session: Sendable {
  @Recorded(.data) package var data: Dataset? = nil {
    didSet { foundationBeforeStream = nil }
  }
  /// What tasks and models are made from, where ratings of a stream came to the data afterwards.
  private var foundationBeforeStream: String?
  @Recorded(.tasks) package var tasks: TaskSplit? = nil
  /// The network that the next training uses.
  @Recorded(.network) package var network: any Network = MLP()
  @Recorded(.currentModel) private var currentModel: TrainedModel? = nil
  /// Every model that was trained or opened, by its name; the newest under a name stays.
  package var models = NamedSlots<TrainedModel>(names: .modelNames) { .model($0) }
  /// Baselines with options of their own, by the names the user gave them.
  package var namedBaselines = NamedSlots<any Baseline>(names: .baselineNames) { .baseline($0) }
  /// How the model was trained, when this session did it: what `evaluate seeds=5` repeats.
  @Recorded(.recipe) package var recipe: TrainingRecipe? = nil
  /// How far the training of the model came, if it was stopped.
  @Recorded(.stopped) package var stopped: TrainingStop? = nil
  /// Runs of sweeps by their names: they are not done again, and `best` can take each of them.
  package var runs = NamedSlots<SweepRun> { .run($0) }
  @Recorded(.currentAdapted) private var currentAdapted: AdaptedModel? = nil
  /// What the last training that tried several values came to.
  @Recorded(.sweep) package var sweep: SweepOutcome? = nil
  /// The checkpoints that trainings were resumed from.
  package var resumed = NamedSlots<Bool> { .resumed($0) }
  @Recorded(.seed) package var settings = Settings()
  /// The verbs that `def` has made, for `help`.
  package var procedures: [String: Procedure] = [:]
  /// The loops that commands compute with. A run takes those of its host.
  package var kernels: KernelSet
  /// How what is in the slots came about.
  package internal(set) var stamps: [Slot: Stamp] = [:]
  /// The highest order of a stamp.
  var lastOrder = 0
  /// The verbs that are known here, for commands that speak of others: a host may have added some.
  package var catalog: Catalog<any Command> = commands
  /// The statements that succeeded.
  package var log = SessionLog()
  private var trace: SlotTrace?

  package init(kernels: KernelSet = KernelSet.available[0]) { self.kernels = kernels }

  package var model: TrainedModel? {
    get {
      let model = currentModel
      if let model { _ = models[model.title] }
      return model
    }
    set {
      currentModel = newValue
      (recipe, stopped) = (nil, nil)
      if let newValue { models[newValue.title] = newValue }
    }
  }

  package var adapted: AdaptedModel? {
    get {
      let adapted = currentAdapted
      if let adapted { trace?.note(.adapted(adapted.name)) }
      return adapted
    }
    set { currentAdapted = newValue }
  }

  /// What the data say of items; ratings until some are loaded.
  var feedback: Feedback { data?.feedback ?? .ratings }

  /// The data as the owners of the present tasks see them.
  package var taskData: Dataset? { data?.seen(by: tasks?.owner ?? .users) }

  /// The data as the owners of those tasks see them that the present model was trained on.
  package var modelData: Dataset? { data?.seen(by: model?.owner ?? .users) }

  /// The same of the model that is adapted.
  package var adaptedData: Dataset? { data?.seen(by: adapted?.model.owner ?? .users) }

  /// The present tasks, if they are of the same owners as those of the model.
  package var modelTasks: TaskSplit? {
    tasks.flatMap { $0.owner == model?.owner ?? .users ? $0 : nil }
  }

  /// Takes data with further ratings behind those that are there: what was made from the others stays good.
  mutating func grow(to data: Dataset) {
    let foundation = foundation(of: .data)
    self.data = data
    foundationBeforeStream = foundation
  }

  /// Tells models of items that have come; what they make of the others stays as it is.
  mutating func redescribeModels(by data: Dataset) {
    _currentModel.refine { $0?.describing(data) }
    models.refine { $0.describing(data) }
    runs.refine { run in
      var run = run
      run.model = run.model?.describing(data)
      return run
    }
    _currentAdapted.refine { $0?.describing(data) }
  }

  /// The names of the present model and of whom it is adapted to, looked at without a note.
  var presentModel: String? { _currentModel.quiet?.title }
  var presentAdapted: String? { _currentAdapted.quiet?.name }

  /// How many threads commands use.
  package var threads: Int {
    trace?.note(.threads)
    let settings = _settings.quiet
    return [settings.threads, settings.usualThreads].first { $0 > 0 } ?? processorCount
  }
}

extension Session {
  /// Notes from here on in a trace what is read, and anew what is written; nil ends it.
  mutating func record(_ trace: SlotTrace?) {
    self.trace = trace
    _data.record(trace)
    _tasks.record(trace)
    _network.record(trace)
    _currentModel.record(trace)
    models.record(trace)
    namedBaselines.record(trace)
    _recipe.record(trace)
    _stopped.record(trace)
    runs.record(trace)
    _currentAdapted.record(trace)
    _sweep.record(trace)
    resumed.record(trace)
    _settings.record(trace)
  }

  /// The same session for whoever looks at it without reading for the command.
  var unrecorded: Session {
    var copy = self
    copy.record(nil)
    return copy
  }

  /// Notes a slot as read.
  func note(_ slot: Slot) { trace?.note(slot) }

  /// What was read since the recording began.
  var noted: Set<Slot> { trace?.slots ?? [] }

  /// The slots written since the recording began.
  var written: [Slot] {
    var written: [Slot] = []
    func add(_ slot: Slot, _ isWritten: Bool) { if isWritten { written.append(slot) } }
    add(.data, _data.isWritten)
    add(.tasks, _tasks.isWritten)
    add(.network, _network.isWritten)
    add(.currentModel, _currentModel.isWritten)
    add(.recipe, _recipe.isWritten)
    add(.stopped, _stopped.isWritten)
    add(.currentAdapted, _currentAdapted.isWritten)
    add(.sweep, _sweep.isWritten)
    add(.seed, _settings.isWritten)
    add(.threads, _settings.isWritten)
    if _currentAdapted.isWritten, let adapted = _currentAdapted.quiet {
      written.append(.adapted(adapted.name))
    }
    return written + models.writtenSlots + namedBaselines.writtenSlots + runs.writtenSlots
      + resumed.writtenSlots
  }

  /// What a slot holds, in a digest or in words; nil when it is empty. Lengths of time are no part of it.
  ///
  /// Computed from the value: `content(of:)` knows it without that where it was stamped.
  func computedContent(of slot: Slot) -> String? {
    switch slot {
    case .data: _data.quiet.map { $0.content(foundation: foundationBeforeStream) }
    case .tasks: _tasks.quiet.map(\.content)
    case .network: described(_network.quiet)
    case .seed: "\(_settings.quiet.seed) \(_settings.quiet.draw)"
    case .threads: "\(_settings.quiet.threads)"
    case .currentModel: _currentModel.quiet.map(\.content)
    case .model(let name): models.quiet[name].map(\.content)
    case .modelNames: models.quiet.keys.sorted().joined(separator: " ")
    case .currentAdapted: _currentAdapted.quiet.map(\.content)
    case .adapted(let name):
      _currentAdapted.quiet.flatMap { $0.name == name ? $0.content : nil }
    case .baseline(let name): content(ofBaseline: name)
    case .baselineNames: namedBaselines.quiet.keys.sorted().joined(separator: " ")
    case .recipe: _recipe.quiet.map { "\($0.command) \(described($0.network))" }
    case .run(let name): runs.quiet[name].map { "\($0.history.count) epochs" }
    case .sweep: _sweep.quiet.map { "\($0)" }
    case .stopped: _stopped.quiet.map { "\($0.count)" }
    case .resumed(let path): resumed.quiet[path].map { "\($0)" }
    case .procedure(let name):
      procedures[name].map { "\($0.source.slice($0.definition.name.range)) \($0.source.text)" }
    case .parameter, .variable, .file: nil
    }
  }

  /// One that nobody has given options is what its name says.
  private func content(ofBaseline name: String) -> String? {
    (namedBaselines.quiet[name] ?? (try? baselines.make(name).get())).map { described($0) }
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
