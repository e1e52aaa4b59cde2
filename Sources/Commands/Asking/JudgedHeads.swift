import Datasets
import Evaluation
import Kernels
import Language
import MetaLearning
import Models
import Reports

/// How one head of a model does, beside what is simpler.
struct JudgedHead {
  let kind: HeadKind
  /// The names of the measures as fields and as people read them.
  let fields: [String]
  let titles: [String]
  /// For each measure the values of all users.
  let values: [[Double?]]
  /// The same of simpler rows by their names; chance comes last.
  let rivals: [(name: String, values: [[Double?]])]

  static let accuracy = "accuracy"
  static let majority = "majority"
  static let favourite = "favourite"

  private static func means(_ fields: [String], _ values: [[Double?]]) -> [Record.Field] {
    zip(fields, values).compactMap { field, own in
      MeanInterval(own).map { .init(field, .number($0.mean)) }
    }
  }

  /// Its means, those of its rivals, and each user's values for paired tests.
  func record(_ users: [String]) -> Record {
    var record = Record(Self.means(fields, values))
    for rival in rivals {
      record[rival.name] = .record(Record(Self.means(fields, rival.values)))
    }
    var each = UserValues(users: users)
    for (field, own) in zip(fields, values) { each[field] = own }
    record[UserValues.field] = .record(each.record)
    return record
  }

  /// A line for each measure and each rival but chance.
  var rows: [[Table.Cell]] {
    let chance = rivals.last
    return fields.indices.flatMap { measure in
      rivals.dropLast().enumerated().map { place, rival in
        func cell(_ values: [[Double?]]?) -> Table.Cell {
          values.flatMap { MeanInterval($0[measure]) }.map(Leaderboard.cell) ?? .missing
        }
        return [
          .text(measure == 0 && place == 0 ? kind.rawValue : ""),
          .text(place == 0 ? titles[measure] : ""),
          place == 0 ? cell(values) : .text(""), .text(rival.name), cell(rival.values),
          chance.flatMap { MeanInterval($0.values[measure]) }.map { .number($0.mean, digits: 3) }
            ?? .missing,
        ]
      }
    }
  }
}

/// The heads of a model, judged once or several times: a user counts with the mean over the times.
struct HeadBoard {
  private let title: String
  private let notes: [String]
  private var heads: [(first: JudgedHead, repeats: Repeats)] = []

  /// Nil for a model with one head.
  init?(_ model: TrainedModel?, _ data: Dataset?, footnotes: (TrainedModel, Dataset) -> [String]) {
    guard let model, let data, !model.headKinds.isEmpty else { return nil }
    (title, notes) = (model.title, footnotes(model, data))
  }

  mutating func add(_ judged: [JudgedHead], of tasks: [UserTask]) {
    if heads.isEmpty { heads = judged.map { ($0, Repeats()) } }
    for (place, head) in judged.enumerated() {
      for row in [(name: "", values: head.values)] + head.rivals {
        heads[place].repeats.add(
          Judgement(
            title: row.name, values: row.values, totals: row.values.map { _ in nil }, tieRate: 0,
            flatTasks: 0, taskCount: tasks.count), of: tasks)
      }
    }
  }

  private var means: [JudgedHead] {
    heads.map { first, repeats in
      let rows = repeats.means
      return JudgedHead(
        kind: first.kind, fields: first.fields, titles: first.titles, values: rows[0].values,
        rivals: rows.dropFirst().map { ($0.title, $0.values) })
    }
  }

  var table: Table {
    var table = Table(
      "Heads of \(title)",
      columns: [
        .init("head"), .init("measure"), .init(title, .right), .init("baseline"),
        .init("", .right), .init(Trial.chanceTitle, .right),
      ], footnotes: notes)
    table.rows = means.flatMap(\.rows)
    return table
  }

  func record(_ names: Vocabulary) -> Record {
    Record(
      zip(heads, means).map { head, mean in
        let users = head.repeats.tasks.map { names.names[Int($0.user)] }
        return .init(mean.kind.rawValue, .record(mean.record(users)))
      })
  }
}

extension Evaluate {
  /// The field of the result that holds a record for each head.
  static let heads = "heads"

  /// The fields of that record, where a model has all heads.
  var headFields: ResultField {
    func fields(_ measures: [String], _ rivals: [String]) -> ResultField.Kind {
      let means = measures.map { ResultField($0) }
      let each = (["users"] + measures).map { ResultField($0, .list) }
      return .record(
        means + (rivals + [Trial.chanceTitle]).map { ResultField($0, .record(means)) }
          + [ResultField(UserValues.field, .record(each))])
    }
    func names(_ kind: HeadKind) -> [String] { measures(of: kind).map(\.field) }
    return ResultField(
      Self.heads,
      .record([
        ResultField(
          HeadKind.rating.rawValue, fields(names(.rating), [Bias.name]), needs: [.heads, .scale]),
        ResultField(HeadKind.click.rawValue, fields(names(.click), [Popularity.name])),
        ResultField(
          HeadKind.category.rawValue,
          fields([JudgedHead.accuracy], [JudgedHead.majority, JudgedHead.favourite])),
      ]), needs: [.heads])
  }

  /// What a head that scores items is judged by.
  private func measures(of kind: HeadKind) -> [any Metric] {
    var usual = JudgingOptions()
    usual.k = options.k
    return switch kind {
    case .rating: usual.completed([MeanAbsoluteError(), NDCG()], .ratings)
    case .click: usual.completed([NDCG(), Recall()], .interactions)
    case .category: []
    }
  }

  /// Where the heads of the session's model are judged; nil without several.
  func headBoard(of session: Session) -> HeadBoard? {
    options.part == .phases
      ? nil : HeadBoard(session.model, session.taskData, footnotes: Self.footnotes)
  }

  /// Judges the heads of a model beside what is simpler.
  func judgeHeads(
    of model: TrainedModel, into board: inout HeadBoard?, in session: Session, _ host: any Host
  ) throws {
    guard board != nil, let data = session.taskData, let tasks = session.tasks else { return }
    let judged = try tasks.tasks(of: options.part)
    let training = tasks.training(for: options.part)
    let heads = try model.headKinds.enumerated().map { number, kind in
      try host.checkpoint(
        Progress(
          "evaluate heads", done: Double(number), total: Double(model.headKinds.count),
          unit: "heads", detail: kind.rawValue))
      let own = HeadTrial(
        model: model, head: number, data: data, judged: judged, training: training,
        metrics: measures(of: kind), session: session)
      return try own.outcome()
    }
    board?.add(heads, of: judged)
  }

  private static func footnotes(_ model: TrainedModel, _ data: Dataset) -> [String] {
    let taken = data.feedback == .ratings ? "rated" : "taken"
    return model.headKinds.map { kind in
      switch kind {
      case .rating: "rating: the query items of each user"
      case .click:
        "click: those, each with gain 1, and all that the user never \(taken)"
      case .category:
        "category (\(model.categoryFeature)): the share of query items that have the one foretold; "
          + "majority is the most frequent one of training, favourite that of the support"
      }
    }
  }
}

/// One head of a model, on the users that it is judged on.
private struct HeadTrial {
  let model: TrainedModel
  let head: Int
  let data: Dataset
  let judged: [UserTask]
  let training: [UserTask]
  let metrics: [any Metric]
  let session: Session

  func outcome() throws -> JudgedHead {
    switch model.headKinds[head] {
    case .rating: try scored(data, .query, beside: Bias())
    case .click: try scored(clicks, .all, beside: Popularity())
    case .category: try categories()
    }
  }

  /// The data as if all that is rated were taken, and nothing else known.
  private var clicks: Dataset {
    var clicks = data
    clicks.feedback = .interactions
    clicks.scale = RatingScale(0, 1)
    clicks.interactions.ratings = data.interactions.ratings.map { _ in 1 }
    return clicks
  }

  private func scored(
    _ dataset: Dataset, _ candidates: Candidates, beside baseline: any Baseline
  ) throws -> JudgedHead {
    let trial = Trial(
      dataset: dataset, tasks: judged, metrics: metrics, training: training,
      candidates: candidates, key: session.settings.key.derived("candidates"),
      threads: session.threads)
    let own = HeadRecommender(
      model, head: head, users: judged.map { UserContext($0, in: data.interactions) })
    let name = type(of: baseline).name
    let fitted = baseline.fitted(
      to: dataset, training: training, key: session.settings.key.derived("heads"),
      kernels: session.kernels)
    return JudgedHead(
      kind: model.headKinds[head], fields: metrics.map(\.field), titles: metrics.map(\.title),
      values: try trial.judgement(of: own).values,
      rivals: [
        (name, try trial.judgement(of: fitted).values), (Trial.chanceTitle, trial.chance().values),
      ])
  }

  // MARK: Categories

  private func categories() throws -> JudgedHead {
    guard let known = ItemCategories(model, data) else {
      throw CommandFailure("E0521", "items have no categories `\(model.categoryFeature)`")
    }
    let foretelling = Foretelling(model: model, tasks: judged, table: data.interactions)
    let outcomes = orderedMap(
      judged.count, threads: session.threads, abandoned: Result<Int?, ScoreError>.success(nil)
    ) { foretelling.category(of: $0) }
    let usual = known.counts(of: training.flatMap(\.rows), usual: [])
    let majority = known.first(usual, usual: usual)
    var values: [[Double?]] = [[], [], [], []]
    for (task, outcome) in zip(judged, outcomes) {
      let favourite = known.first(known.counts(of: task.support, usual: usual), usual: usual)
      values[0].append(known.share(try outcome.get().map { known.codes[$0] }, task.query))
      values[1].append(known.share(majority, task.query))
      values[2].append(known.share(favourite, task.query))
      values[3].append(known.chance(task.query, among: model.categoryNames.count))
    }
    return JudgedHead(
      kind: .category, fields: [JudgedHead.accuracy], titles: [JudgedHead.accuracy],
      values: [values[0]],
      rivals: [
        (JudgedHead.majority, [values[1]]), (JudgedHead.favourite, [values[2]]),
        (Trial.chanceTitle, [values[3]]),
      ])
  }
}

/// What a model foretells for some users.
private struct Foretelling: Sendable {
  let model: TrainedModel
  let tasks: [UserTask]
  let table: Interactions

  /// The category that it foretells, by its place among the model's.
  func category(of number: Int) -> Result<Int?, ScoreError> {
    do throws(ScoreError) {
      let scores = try model.categoryScores(for: UserContext(tasks[number], in: table))
      return .success(highest(1, of: scores).first)
    } catch { return .failure(error) }
  }
}

/// The categories of items that a model tells apart.
private struct ItemCategories {
  private let items: [Int32]
  private let offsets: [Int32]
  private let values: [Int32]
  private let size: Int
  /// For each of the model's categories its number in the data; -1 where these lack it.
  let codes: [Int32]

  init?(_ model: TrainedModel, _ data: Dataset) {
    guard let feature = data.items.features.first(where: { $0.name == model.categoryFeature }),
      case .categories(let vocabulary, let offsets, let values) = feature.values
    else { return nil }
    (items, self.offsets, self.values) = (data.interactions.items, offsets, values)
    size = vocabulary.count
    codes = model.categoryNames.map { name in vocabulary[name].map { Int32($0) } ?? -1 }
  }

  /// The categories of the item of a row.
  private func categories(_ row: Int32) -> ArraySlice<Int32> {
    let item = Int(items[Int(row)])
    return values[Int(offsets[item])..<Int(offsets[item + 1])]
  }

  /// How many of some rows have each category; what is usual where none is known.
  func counts(of rows: [Int32], usual: [Int]) -> [Int] {
    var counts = [Int](repeating: 0, count: size)
    for row in rows {
      for value in categories(row) { counts[Int(value)] += 1 }
    }
    return usual.isEmpty || counts.contains { $0 > 0 } ? counts : usual
  }

  /// The most frequent category; of equal ones the more usual one, or the first.
  func first(_ counts: [Int], usual: [Int]) -> Int32? {
    var best: Int?
    for place in counts.indices {
      guard let known = best else {
        best = place
        continue
      }
      if (counts[place], usual[place]) > (counts[known], usual[known]) { best = place }
    }
    return best.map { Int32($0) }
  }

  /// The share of the rows with known categories that have this one; nil without any.
  func share(_ category: Int32?, _ rows: [Int32]) -> Double? {
    var (known, right) = (0, 0)
    for row in rows where !categories(row).isEmpty {
      known += 1
      if let category, categories(row).contains(category) { right += 1 }
    }
    return known == 0 ? nil : Double(right) / Double(known)
  }

  /// The same for a category that is drawn from so many.
  func chance(_ rows: [Int32], among count: Int) -> Double? {
    let known = rows.map { categories($0).count }.filter { $0 > 0 }
    return known.isEmpty
      ? nil : Double(known.reduce(0, +)) / Double(known.count * max(1, count))
  }
}
