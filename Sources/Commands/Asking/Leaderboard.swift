import Datasets
import Evaluation
import Language
import MetaLearning
import Models
import Reports

/// The metrics of several recommenders on the same tasks, as one table and one result.
struct Leaderboard {
  let trial: Trial
  private let chance: Judgement
  /// Published numbers of others, shown below the rows that are judged here.
  private let references: ReferenceTable?
  private(set) var rows: [Judgement] = []
  /// What else one must know of the rows, for the footnotes.
  var remarks: [String] = []
  /// The row that the result's own fields are of.
  private(set) var subject: Int?

  init(trial: Trial, chance: Judgement? = nil, references: ReferenceTable? = nil) {
    self.trial = trial
    self.chance = chance ?? trial.chance()
    self.references = references
  }

  /// Adds a row; the subject is the one the user asked about.
  mutating func add(_ row: Judgement, isSubject: Bool = false) {
    rows.append(row)
    if isSubject { subject = rows.count - 1 }
  }

  func report(title: String) -> Report {
    var report = Report([.table(table(title))], result: result)
    for row in rows {
      if let collapse = row.collapse {
        report.blocks.append(
          row.title == subject.map { rows[$0].title }
            ? .warning("\(collapse): the order of equal scores says nothing") : .note(collapse))
      }
    }
    if let caution = trial.candidates.caution { report.blocks.append(.note(caution)) }
    if subject == nil {
      report.blocks.append(.note("there is no model yet: these are the rows it will have to beat"))
    }
    return report
  }

  func table(_ title: String) -> Table {
    let metrics = trial.columns
    let columns =
      [Table.Column("model")] + metrics.map { Table.Column($0.title, .right) }
    let chanceRow =
      [Table.Cell.text(chance.title)]
      + metrics.indices.map { index in
        chance.mean(index).map { .number($0.mean, digits: 3) } ?? .missing
      }
    let others = rows.map { row in
      [Table.Cell.text(row.title)]
        + metrics.indices.map { row.mean($0).map(Leaderboard.cell) ?? .missing }
    }
    let printed = referenceRows
    return Table(
      title, columns: columns, rows: [chanceRow] + printed + others,
      emphasis: subject.map { $0 + 1 + printed.count }, footnotes: footnotes)
  }

  /// The numbers of others under the metrics that they name.
  private var referenceRows: [[Table.Cell]] {
    guard let references else { return [] }
    return references.rows.map { row in
      [Table.Cell.text(row.name)]
        + trial.columns.map { metric in
          guard let column = references.columns.firstIndex(of: metric.field),
            let value = row.values[column]
          else { return .missing }
          return .number(value, digits: 3)
        }
    }
  }

  static func cell(_ interval: MeanInterval) -> Table.Cell {
    interval.halfWidth.map { .interval(interval.mean, halfWidth: $0, digits: 3) }
      ?? .number(interval.mean, digits: 3)
  }

  /// All that one must know to compare the numbers with others.
  private var footnotes: [String] {
    var notes = [
      "mean over users ± 95 % interval (Student's t); candidates: " + trial.candidatesDefinition
    ]
    let pooled = trial.metrics.filter(\.isPooled).map(\.title)
    if pooled.count == trial.metrics.count {
      notes = ["candidates: " + trial.candidatesDefinition]
    }
    if !pooled.isEmpty {
      notes.append(
        "over all users at once, without an interval: " + pooled.joined(separator: ", "))
    }
    if let references {
      notes.append(
        "as printed by others, not judged here: "
          + references.rows.map(\.name).joined(separator: ", "))
    }
    let lower = trial.metrics.filter { !$0.higherIsBetter }.map(\.title)
    if !lower.isEmpty { notes.append("lower is better: " + lower.joined(separator: ", ")) }
    for metric in trial.metrics {
      let own =
        trial.dataset.feedback == .interactions ? metric.definitionOfInteractions : nil
      let note = own ?? metric.definition(on: trial.dataset.scale)
      if !notes.contains(note) { notes.append(note) }
    }
    notes += partialMetrics + remarks
    let tied = rows.filter { $0.tieRate > 0 }
      .map { "\($0.title) \(Int(($0.tieRate * 100).rounded(.up))) %" }
    notes.append(
      "ties: mean over all orders of equal scores; candidates that tie: "
        + (tied.isEmpty ? "none" : tied.joined(separator: ", ")))
    return notes
  }

  /// Which metrics have no value for some users, or for many of them one that no order changes.
  private var partialMetrics: [String] {
    // The queries of all phases are the same.
    let columns = trial.columns.enumerated().filter {
      $0.element.isFirst && !$0.element.metric.isPooled
    }
    return columns.flatMap { index, column -> [String] in
      let title = column.metric.title
      let values = chance.values[index].compactMap(\.self)
      let all = counted(trial.tasks.count, "user")
      // What no order changes is at its best by chance, too.
      let settled = column.metric is any CutoffMetric ? values.count { $0 > 1 - 1e-9 } : 0
      return
        (values.count < trial.tasks.count ? ["\(title): \(grouped(values.count)) of \(all)"] : [])
        + (settled * 10 > trial.tasks.count
          ? ["\(title): 1 whatever the order for \(grouped(settled)) of \(all)"] : [])
    }
  }

  /// The fields of the result as far as they are known before judging. Metrics of the subject come
  /// first; they are there when it is.
  static func fields(
    _ metrics: [Known<any Metric>], rows: [Known<String>], subjectNeeds: Noun? = nil
  ) -> [ResultField] {
    let means = metrics.map { ResultField($0.value.field, needs: $0.needs) }
    func perUser(_ means: [ResultField]) -> ResultField {
      ResultField(
        UserValues.field,
        .record(
          [ResultField("users", .list)]
            + means.map { ResultField($0.name, .list, needs: $0.needs) }))
    }
    let errors = Set(metrics.filter(\.value.needsRatings).map(\.value.field))
    let own = (means + ["tie-rate", perUser(means)]).map { field in
      ResultField(
        field.name, field.kind,
        needs: field.needs
          + (subjectNeeds.map { [errors.contains(field.name) ? .ratings : $0] } ?? []))
    }
    /// The fields of a row, whose errors are there where it predicts ratings.
    func row(_ name: String) -> ResultField.Kind {
      .record(
        means.map { field in
          ResultField(
            field.name, field.kind,
            needs: field.needs + (errors.contains(field.name) ? [.predictions(of: name)] : []))
        } + [perUser(means)])
    }
    // A row that only orders has no errors.
    let ranked = means.filter { !errors.contains($0.name) }
    let orders = ResultField.Kind.record(ranked + [perUser(ranked)])
    return own + ["users", ResultField(Trial.chanceTitle, .record(means))]
      + rows.map {
        ResultField(
          $0.value, orderingRows.contains($0.value) ? orders : row($0.value), needs: $0.needs)
      }
  }

  /// The rows that only put items in order.
  static let orderingRows = Set(
    baselines.types.filter { ($0.init() as? any Baseline)?.predictsRatings == false }
      .map { $0.name })

  var result: Record {
    var result = Record()
    if let subject {
      let row = rows[subject]
      result = means(row)
      result["tie-rate"] = .number(row.tieRate)
    }
    result["users"] = .number(Double(trial.tasks.count))
    result[chance.title] = .record(means(chance))
    for row in rows {
      var record = means(row)
      record[UserValues.field] = .record(userValues(row))
      result[row.title] = .record(record)
    }
    if let subject { result[UserValues.field] = .record(userValues(rows[subject])) }
    return result
  }

  /// The mean of every metric by its field, where it has one.
  private func means(_ row: Judgement) -> Record {
    Record(
      trial.columns.enumerated().compactMap { index, column in
        row.mean(index).map { Record.Field(column.field, .number($0.mean)) }
      })
  }

  /// Every user's values, for paired tests of two results.
  private func userValues(_ row: Judgement) -> Record {
    let users = trial.dataset.users.ids
    var values = UserValues(users: trial.tasks.map { users.names[Int($0.user)] })
    for (metric, column) in zip(trial.columns, row.values) { values[metric.field] = column }
    return values.record
  }
}
