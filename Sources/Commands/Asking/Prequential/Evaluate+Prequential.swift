import Datasets
import Evaluation
import Language
import Reports

extension Evaluate {
  package var contradiction: CommandFailure? {
    guard way == .prequential else {
      let usual = PrequentialOptions()
      let odd =
        streaming.window != nil ? "window" : streaming.refits != usual.refits ? "refits" : nil
      return odd.map {
        CommandFailure(
          "E0306", "\($0)= is for protocol=prequential",
          help: ["evaluate mae protocol=prequential"], argument: $0)
      }
    }
    let decided: [(name: String, isGiven: Bool, why: String)] = [
      ("seeds", seeds > 1, "one stream is judged once"),
      ("resplit", resplit, "one stream is judged once"),
      ("by", by != nil, "all ratings are one stream"),
      ("beside", beside != nil, "others' numbers are on held-out ratings"),
      ("pooled", options.pooled, "each rating is judged by itself"),
      ("part", options.part == .phases, "phases are judged on the same ratings"),
      ("candidates", options.candidates == .cold, "items become known on the way"),
      (
        "candidates", options.candidates == .query && metrics.contains { !$0.needsRatings },
        "one rating alone has no order: candidates=all"
      ),
    ]
    return decided.first(where: \.isGiven).map {
      CommandFailure(
        "E0306", "\($0.name)= has no meaning for protocol=prequential: \($0.why)",
        help: ["evaluate mae protocol=prequential"], argument: $0.name)
    }
  }

  /// The fields of the result of a prequential evaluation.
  var prequentialFields: [ResultField] {
    let measured = Known.all(own(.ratings), own(.interactions)) { $0.field }
    // A row that only orders has no errors, and is left out where nothing else is measured.
    let onlyErrors = own(.ratings).allSatisfy(\.needsRatings)
    let rated = shown(.ratings).filter { !onlyErrors || !Leaderboard.orderingRows.contains($0) }
    let rows = Known.all(rated, shown(.interactions)) { $0 }
    let means = measured.map { ResultField($0.value.field, needs: $0.needs) }
    let errors = Set(measured.filter(\.value.needsRatings).map(\.value.field))
    let sliding = [ResultField("sliding", .list)]
    let row = ResultField.Kind.record(means + sliding)
    let orders = ResultField.Kind.record(means.filter { !errors.contains($0.name) } + sliding)
    return means.map { ResultField($0.name, needs: $0.needs + [.model]) }
      + ["events", "users", ResultField("ends", .list), ResultField("chance", .record(means))]
      + rows.map {
        ResultField(
          $0.value, Leaderboard.orderingRows.contains($0.value) ? orders : row, needs: $0.needs)
      }
  }

  private func own(_ feedback: Feedback) -> [any Metric] {
    options.completed(metrics.isEmpty ? PrequentialRun.usual(feedback) : metrics, feedback)
  }

  func prequential(in session: Session, host: any Host) throws -> Report {
    var run = try PrequentialRun(metrics, options, streaming, recency: recency, in: session)
    try run.judge(shown(run.data.feedback), host)
    var report = Report(
      [.table(run.table), .table(run.slidingTable)], result: run.result)
    report.blocks += run.notes.map { .note($0) } + run.remarks.leftOut
    if let recency {
      report.blocks.append(
        .note(recency.remark(on: run.courses.dropFirst().map(\.title), in: session)))
    }
    return report
  }
}

extension PrequentialRun {
  private var subject: Int? {
    session.model.flatMap { model in courses.lastIndex { $0.title == model.title } }
  }

  /// The means over all events.
  var table: Table {
    let users = Set(trial.stream.rows.map { data.interactions.users[Int($0)] }).count
    return Table(
      "\(counted(trial.stream.count, data.noun)) of \(counted(users, "user")) in the order of time, "
        + "\(day(0)) to \(day(trial.stream.count - 1))",
      columns: [.init("model")] + trial.metrics.map { .init($0.title, .right) },
      rows: courses.enumerated().map { place, course in
        [.text(course.title)]
          + trial.metrics.indices.map { metric in
            place == 0
              ? course.mean(metric).map { .number($0.mean, digits: 3) } ?? .missing
              : .mean(course.mean(metric), digits: 3)
          }
      },
      emphasis: subject, footnotes: footnotes)
  }

  /// The first metric, over the last events at some places of the stream.
  var slidingTable: Table {
    Table(
      "\(trial.metrics[0].title) over the last \(counted(window, data.noun))",
      columns: [.init("up to"), .init("day")]
        + courses.dropFirst().map { .init($0.title, .right) },
      rows: ends(8).map { end in
        [.count(end), .text(day(end - 1))]
          + courses.dropFirst().map { .mean(sliding($0, 0, to: end), digits: 3) }
      })
  }

  private var footnotes: [String] {
    let noun = data.noun
    var notes = [
      "each \(noun) is predicted from those before it, then learnt from; of one time, all together",
      "mean over \(noun)s ± 95 % interval over users (cluster-robust, Student's t)",
    ]
    let online = courses.dropFirst().map(\.title).filter {
      !refitted.contains($0) && $0 != session.model?.title
    }
    if !online.isEmpty {
      notes.append("learn from every \(noun): \(online.joined(separator: ", "))")
    }
    if !refitted.isEmpty {
      notes.append(
        "fitted anew \(trial.refits) times on the way, and given every earlier \(noun) of the user: "
          + refitted.joined(separator: ", "))
    }
    if let model = session.model {
      notes.append(
        "\(model.title): as trained, adapted to every earlier \(noun) of the user")
    }
    if trial.metrics.contains(where: { !$0.needsRatings }) {
      let verb = data.feedback == .ratings ? "rated" : "taken"
      let which =
        if case .sampled(let count) = trial.candidates {
          "\(count) drawn from those"
        } else {
          "all"
        }
      notes.append("candidates: the item and \(which) that its user had not \(verb) by then")
    }
    for metric in trial.metrics {
      let own = data.feedback == .interactions ? metric.definitionOfInteractions : nil
      let note = own ?? metric.definition(on: data.scale)
      if !notes.contains(note) { notes.append(note) }
    }
    return notes + remarks.choices
  }

  /// What one must know of the stream.
  var notes: [String] {
    let growth = trial.stream.growth
    var notes = [
      "of a user \(fixed(growth.first, digits: 1)) \(data.noun)s are known in the first tenth of the stream, "
        + "\(fixed(growth.last, digits: 1)) in the last (means)"
    ]
    let firsts = trial.stream.firsts(training, in: data)
    if firsts > 0 {
      let of = session.model.map { "; \($0.title) knows them by their features alone" } ?? ""
      notes.append(
        "\(counted(firsts, "\(data.noun) is", "\(data.noun)s are")) the first of an item\(of)")
    }
    if trial.stream.untimed > 0 {
      notes.append(
        "\(counted(trial.stream.untimed, data.noun)) without a time left out")
    }
    let (later, all) = trial.stream.foreknown(training, in: data.interactions)
    if later > 0 {
      notes.append(
        "\(grouped(later)) of \(counted(all, "training \(data.noun)")) are later than the first of the stream: "
          + "what others will say is known beforehand; `split tasks by=time` trains on the past alone"
      )
    }
    return notes
  }

  var result: Record {
    let ends = ends(60)
    func means(_ course: PrequentialCourse) -> Record {
      Record(
        trial.metrics.enumerated().compactMap { place, metric in
          course.mean(place).map { .init(metric.field, .number($0.mean)) }
        })
    }
    var result = subject.map { means(courses[$0]) } ?? Record()
    result["events"] = .number(Double(trial.stream.count))
    result["users"] = .number(
      Double(Set(trial.stream.rows.map { data.interactions.users[Int($0)] }).count))
    result["ends"] = .list(ends.map { .number(Double($0)) })
    for (place, course) in courses.enumerated() {
      var record = means(course)
      if place > 0 {
        record["sliding"] = .list(
          ends.map { end in
            sliding(course, 0, to: end).map { .number($0.mean) } ?? .missing
          })
      }
      result[course.title] = .record(record)
    }
    return result
  }
}
