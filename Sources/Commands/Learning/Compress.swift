import Evaluation
import Kernels
import Language
import MetaLearning
import Models
import Reports

/// `compress int8`: the model in fewer bytes, and what that costs.
package struct Compress: Command {
  package var compression = WeightCompression()
  package var epochs = 0
  package var options: JudgingOptions = {
    var options = JudgingOptions()
    options.part = .valid
    return options
  }()

  package init() {}

  package static let signature = Signature<Self>(
    "compress", "Makes the model smaller, and says what that costs.",
    details: """
      int8 keeps a byte for each weight of a matrix, and for each column the scale with the least squared error; \
      prune=50% makes the smaller half of each matrix zero (Han et al. 2015), and epochs= trains the others on, \
      keeping what is best in validation; rank=8 puts the nearest product of two thin matrices in the place of one \
      (Eckart and Young 1936). Several of them together are done in the order rank, prune, int8. Biases and what an \
      algorithm learns beside the network stay as they are. The model then computes with the weights that are left, \
      and `save model` writes them in their small form; adapting to a user changes them in memory only. Before and \
      after are judged on the same users, in pairs, and timed in turns: validation users, unless part= says otherwise, for how much to \
      compress is a choice. `keep model full` before keeps the whole one for `compare`.
      """,
    [
      .positional(
        "precision", \.compression.precision, "what a weight is kept as", isRequired: false),
      .option(
        "prune", \.compression.pruned, in: 0...0.999,
        "the share of each matrix that becomes zero, such as 50%"),
      .option(
        "rank", \.compression.rank, in: 1...10_000,
        "the rank of the two factors of each matrix, where they are smaller than it"),
      .option(
        "epochs", \.epochs, in: 0...10_000, "with prune=, epochs of training what is left"),
    ] + JudgingOptions.parameters(\.options),
    needs: [.tasks, .model], gives: [.model, .ratings, .heads],
    examples: [
      Example("compress int8"),
      Example("compress prune=50% epochs=1", "half of the weights, the others trained on"),
      Example("keep model full; compress rank=2 int8; compare maml full by=mae"),
    ])

  package var resultFields: [ResultField]? {
    if options.part == .phases { return nil }
    let means = options.known([]).map { metric in
      ResultField(
        metric.value.field, needs: metric.needs + [metric.value.needsRatings ? .ratings : .model])
    }
    let tests = means.map { ResultField($0.name, Difference.kind, needs: $0.needs) }
    return ["bytes", "bytes-before", "weights", "weights-before"]
      + ["ranking-seconds", "ranking-seconds-before"] + means
      + [ResultField("before", .record(means)), ResultField("tests", .record(tests))]
  }

  package func run(in session: inout Session, host: any Host) throws -> Report {
    guard let tasks = session.tasks else {
      throw CommandFailure("E0401", Noun.tasks.absence, help: [Noun.tasks.remedy])
    }
    guard let model = session.model else {
      throw CommandFailure("E0402", Noun.model.absence, help: [Noun.model.remedy])
    }
    guard !compression.words.isEmpty else {
      throw CommandFailure(
        "E0306", "nothing says how the model is to become smaller",
        help: ["compress int8", "compress prune=50%", "compress rank=8"])
    }
    let recommenders = SessionRecommenders(session: session, part: options.part)
    try recommenders.refuseLeak(model, tasks)
    let trial = try options.trial([], in: session)
    let smaller = try trainedOn(model, session, host).compressed(compression)
    guard smaller.weights.isFinite else {
      throw CommandFailure("E0601", "the smaller weights are not all numbers")
    }
    let judged = try [(model, "before"), (smaller, "after")].enumerated().map { done, row in
      try host.checkpoint(
        Progress("compress", done: Double(done), total: 2, unit: "models", detail: row.1))
      return try trial.judgement(of: Renamed(recommender: row.0, title: row.1))
    }
    let ranking = try RankingTime(of: [model, smaller], trial, host)
    session.model = smaller
    session.adapted = nil
    return report(
      Sizes(model, smaller, ranking), judged, trial, session.settings.key.derived("compress"))
  }

  // MARK: Training on

  /// The pruned model after some epochs in which what is zero stays so; the model itself without any.
  private func trainedOn(
    _ model: TrainedModel, _ session: Session, _ host: any Host
  ) throws -> TrainedModel {
    guard epochs > 0, let data = session.taskData, let tasks = session.tasks else { return model }
    guard model.privacy == nil else {
      throw CommandFailure(
        "E0306", "epochs= would train a private model on without noise",
        help: ["leave out epochs="],
        argument: "epochs")
    }
    guard compression.pruned > 0, compression.rank == nil else {
      throw CommandFailure(
        "E0306", "epochs= trains what prune= leaves of whole matrices",
        help: ["compress prune=50% epochs=\(epochs)"], argument: "epochs")
    }
    let start = WarmStart(model.compressed(pruningAlone))
    if let obstacle = start.obstacle(to: model.problem, of: model.learner) {
      throw CommandFailure(
        "E0306", "this model cannot be trained on: \(obstacle)", help: ["leave out epochs="],
        argument: "epochs")
    }
    var options = TrainingOptions()
    options.epochs = epochs
    options.key = session.settings.key.derived("compress")
    options.threads = session.threads
    var training = Training(
      model.problem, data, tasks, learner: model.learner, options: options, start: start,
      zeros: start.model.prunedWeights)
    while let step = training.next() {
      try host.checkpoint(
        Progress(
          "compress", done: Double(step.step), total: Double(step.totalSteps), unit: "steps",
          detail: "epoch \(step.epoch) · loss \(fixed(Double(step.loss), digits: 4))"))
    }
    if let step = training.divergedAt {
      throw CommandFailure(
        "E0601", "training what is left diverged: the loss is not a number at step \(step)",
        help: ["leave out epochs=", "the session is as it was before this command"])
    }
    return model.copy(weights: training.best)
  }

  private var pruningAlone: WeightCompression {
    var pruning = compression
    pruning.precision = .float32
    return pruning
  }

  // MARK: Saying

  private struct Sizes {
    let title: String
    let before: Size
    let after: Size

    let ranking: RankingTime

    init(_ model: TrainedModel, _ smaller: TrainedModel, _ ranking: RankingTime) {
      title = model.title
      (before, after) = (Size(model), Size(smaller))
      self.ranking = ranking
    }
  }

  private struct Size {
    let weights: Int
    let bytes: Int

    init(_ model: TrainedModel) {
      weights = model.nonzeroWeights
      bytes = ModelFile.encoded(model).sealed().count
    }
  }

  private func report(
    _ sizes: Sizes, _ judged: [Judgement], _ trial: Trial, _ key: RandomKey
  ) -> Report {
    var board = Leaderboard(trial: trial)
    board.add(judged[0])
    board.add(judged[1], isSubject: true)
    let users = counted(trial.tasks.count, "\(options.part.name) user")
    let differences = trial.columns.enumerated().compactMap { index, column in
      Difference(
        column.field, (judged[1].values[index], judged[0].values[index]),
        key: key.derived(column.field))
    }
    var blocks: [Report.Block] = [.table(table(sizes)), .table(board.table(users))]
    if !differences.isEmpty {
      blocks.append(.table(Difference.table("after − before, \(users)", "metric", differences)))
    }
    return Report(blocks, result: result(sizes, board, differences))
  }

  private func table(_ sizes: Sizes) -> Table {
    func row(_ title: String, _ before: Int, _ after: Int) -> [Table.Cell] {
      [
        .text(title), .text(grouped(before)), .text(grouped(after)),
        .text("\(fixed(Double(after) / Double(max(1, before)) * 100, digits: 1)) %"),
      ]
    }
    return Table(
      "\(sizes.title), \(compression.words)",
      columns: [
        .init("what"), .init("before", .right), .init("after", .right), .init("left", .right),
      ],
      rows: [
        row("weights other than zero", sizes.before.weights, sizes.after.weights),
        row("bytes of the file", sizes.before.bytes, sizes.after.bytes),
        sizes.ranking.row,
      ],
      footnotes: [sizes.ranking.footnote])
  }

  private func result(
    _ sizes: Sizes, _ board: Leaderboard, _ differences: [Difference]
  ) -> Record {
    let judged = board.result
    func means(_ record: Record?) -> [Record.Field] {
      board.trial.columns.compactMap { column in
        record?[column.field].map { Record.Field(column.field, $0) }
      }
    }
    func row(_ title: String) -> Record? {
      if case .record(let record)? = judged[title] { record } else { nil }
    }
    return Record(
      [
        .init("bytes", .number(Double(sizes.after.bytes))),
        .init("bytes-before", .number(Double(sizes.before.bytes))),
        .init("weights", .number(Double(sizes.after.weights))),
        .init("weights-before", .number(Double(sizes.before.weights))),
        .init("ranking-seconds", .number(sizes.ranking.seconds[1])),
        .init("ranking-seconds-before", .number(sizes.ranking.seconds[0])),
      ] + means(row("after")) + [
        .init("before", .record(Record(means(row("before"))))),
        .init("tests", .record(Difference.records(differences))),
      ])
  }
}
