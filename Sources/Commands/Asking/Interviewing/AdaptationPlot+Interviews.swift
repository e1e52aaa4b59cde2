import Datasets
import Kernels
import Language
import MetaLearning
import Models
import Reports

extension AdaptationPlot {
  /// The error after so many questions, and against the answers that they brought.
  func interviews(
    by names: [String], _ model: TrainedModel, _ judge: NewUsers, _ session: Session,
    _ data: Dataset, _ tasks: TaskSplit, _ host: any Host
  ) throws -> [Curve] {
    let counts =
      [0, 1, 2, 3, 5, 8, 12, 18, 27, 40, 60, 90, 135].filter { $0 < questions } + [questions]
    var (asked, answered): ([Curve.Series], [Curve.Series]) = ([], [])
    for (number, name) in names.enumerated() {
      try host.checkpoint(
        Progress(
          "plot adaptation", done: Double(number), total: Double(names.count), unit: "policies"))
      guard let policy = try? questionPolicies.make(name).get() else { continue }
      let courses = try courses(
        of: Interviewer(policy, in: session, data, tasks), judge, data, session.threads)
      let points = try counts.map { count in
        let users = courses.map { $0.user(after: count) }
        return (
          answers: Double(courses.reduce(0) { $0 + $1.answered(among: count) })
            / Double(max(1, courses.count)),
          error: try judge.error(of: model, for: users)
        )
      }
      asked.append(.init(name, zip(counts.indices, points).map { .init(Double($0), $1.error) }))
      answered.append(.init(name, points.map { .init($0.answers, $0.error) }))
    }
    let title = "Error of \(model.title) on \(judge.contexts.count) test users who are asked"
    var byQuestions = Curve(
      title, x: "questions", y: judge.unit(of: model), series: asked)
    byQuestions.names = counts.map { "\($0)" }
    return [
      byQuestions,
      Curve(title, x: "answers, in the mean", y: judge.unit(of: model), series: answered),
    ]
  }

  /// The interview of each user; their query ratings are not asked about.
  private func courses(
    of interviewer: Interviewer, _ judge: NewUsers, _ data: Dataset, _ threads: Int
  ) throws -> [Questioning] {
    let items = (0..<Int32(data.items.count)).map { $0 }
    let outcomes = orderedMap(judge.contexts.count, threads: threads) {
      number -> Result<Questioning, ScoreError> in
      let hidden = Set(judge.queries[number].map(\.item))
      let context = judge.contexts[number]
      return Result { () throws(ScoreError) in
        try interviewer.ask(
          questions, of: items.filter { !hidden.contains($0) }, of: context.user,
          answers: context.support, threads: 1)
      }
    }
    return try outcomes.map { outcome throws(ScoreError) in try outcome.get() }
  }
}
