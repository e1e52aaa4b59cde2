import Datasets
import Kernels
import Language
import MetaLearning
import Models
import Reports

/// How the error on new users falls with what is known of them, and with the inner steps.
package struct AdaptationPlot: Plot {
  var users = 100
  var against: Against?
  var steps: Int?
  var policies: [String] = []
  var questions = 30

  package init() {}

  package enum Against: String, ArgumentChoice {
    case ratings, steps

    package var summary: String {
      switch self {
      case .ratings: "how many ratings are known of a user"
      case .steps: "how many inner steps are taken"
      }
    }
  }

  package static let signature = Signature<Self>(
    "adaptation", "The error on test users against ratings known of them, and against inner steps.",
    details: """
      Each test user adapts on the first support ratings and is judged on the query ratings. The inner \
      steps go on beyond those of the training, to twice as many: more steps than were trained for help \
      or harm. With `policy=` each user is interviewed instead: asked about items of the support and \
      items without a rating, never about the query, which is the same for every policy; an item that the user \
      has not rated is a question without an answer, and counts.
      """,
    [
      .option("users", \.users, in: 1...100_000, "how many test users to take"),
      .option("against", \.against, "one of the two; both if not given"),
      .option("steps", \.steps, in: 1...1000, "how many inner steps at most"),
      .option(
        "policy", \.policies, "what decides about the questions: `[variance, popularity]`",
        expects: "names of policies: \(questionPolicies.members.names.joined(separator: ", "))",
        where: { $0.allSatisfy { (try? questionPolicies.make($0).get()) != nil } }),
      .option("questions", \.questions, in: 1...1000, "how many questions at most, with policy="),
    ],
    needs: [.tasks, .model],
    examples: [Example("plot adaptation"), Example("plot adaptation policy=[popularity, random]")])

  package func curves(of session: Session, host: any Host) throws -> [Curve] {
    guard let data = session.taskData, let tasks = session.tasks, let model = session.model else {
      throw CommandFailure("E0402", Noun.model.absence)
    }
    let chosen = Array(tasks.test.prefix(users))
    guard !chosen.isEmpty else { throw CommandFailure("E0403", "there are no test users") }
    let judge = NewUsers(chosen, data, threads: session.threads)
    guard policies.isEmpty else {
      return try interviews(by: policies, model, judge, session, data, tasks, host)
    }
    var curves: [Curve] = []
    if against != .steps { curves.append(try againstRatings(model, judge, host)) }
    if against != .ratings {
      if let curve = try againstSteps(model, judge, host) {
        curves.append(curve)
      } else if against == .steps {
        throw CommandFailure(
          "E0305", "`\(model.title)` takes no inner steps",
          help: ["`plot adaptation against=ratings` shows what it makes of ratings"],
          argument: "against")
      }
    }
    return curves
  }

  private func againstRatings(
    _ model: TrainedModel, _ judge: NewUsers, _ host: any Host
  ) throws -> Curve {
    let longest = judge.contexts.map(\.support.count).max() ?? 0
    var counts = [0, 1, 2, 3, 5, 8, 12, 18, 27, 40, 60, 90, 135].filter { $0 < longest }
    counts.append(longest)
    var points: [Curve.Point] = []
    // At equal distances: most happens with the first few.
    for (index, count) in counts.enumerated() {
      try host.checkpoint(
        Progress("plot adaptation", done: Double(index), total: Double(counts.count), unit: "sizes")
      )
      points.append(.init(Double(index), try judge.error(of: model, knowing: count)))
    }
    var curve = Curve(
      "Error of \(model.title) on \(judge.contexts.count) test users", x: "ratings known of a user",
      y: judge.unit(of: model), series: [.init(model.title, points)])
    curve.names = counts.map { "\($0)" }
    return curve
  }

  /// Nil for an algorithm without inner steps.
  private func againstSteps(
    _ model: TrainedModel, _ judge: NewUsers, _ host: any Host
  ) throws -> Curve? {
    guard model.learner is any GradientLearner,
      let trained = optionText("steps", of: model.learner).flatMap({ Int($0) })
    else { return nil }
    var learner: any Configurable = model.learner
    let most = steps ?? max(10, 2 * trained)
    guard set(option: "steps", to: .number(Double(most)), of: &learner) == nil,
      let longer = (learner as? any MetaLearner).map({ model.adapting(by: $0) })
    else { return nil }
    try host.checkpoint(
      Progress("plot adaptation", done: 0, total: Double(most), unit: "steps"))
    let errors = try judge.errors(of: longer)
    return Curve(
      "Error of \(model.title), trained with \(counted(trained, "step")), on \(counted(judge.contexts.count, "test user"))",
      x: "inner steps", y: judge.unit(of: model),
      series: [.init(model.title, errors.enumerated().map { .init(Double($0), $1) })])
  }
}
