import Datasets
import Language
import MetaLearning
import Models

/// A policy that has learnt from the training tasks of a session, ready to ask.
struct Interviewer: Sendable {
  let policy: any QuestionPolicy
  private let recommender: any Recommender
  private let assumed: Float
  private let threads: Int

  init(
    _ policy: any QuestionPolicy, in session: Session, _ data: Dataset, _ tasks: TaskSplit
  ) throws(CommandFailure) {
    let name = type(of: policy).name
    guard policy.feedback.contains(data.feedback) else {
      throw CommandFailure(
        "E0412", "`policy=\(name)` is made for ratings, and the data are interactions",
        help: ["try policy=\(PopularQuestions.name)"], argument: name)
    }
    let model = policy.needsInnerSteps ? session.model : nil
    if policy.needsInnerSteps {
      guard let model else {
        throw CommandFailure("E0402", Noun.model.absence, help: [Noun.model.remedy])
      }
      guard model.learner is any GradientLearner else {
        throw CommandFailure(
          "E0305", "`\(model.title)` takes no inner steps, and policy=\(name) measures them",
          help: ["try policy=\(PopularQuestions.name), or `meta-train maml` first"], argument: name)
      }
    }
    self.policy = policy
    threads = session.threads
    assumed = (data.scale.lowest + data.scale.highest) / 2
    recommender = policy.questions(
      from: InterviewBasis(
        data, training: tasks.train, model: model,
        key: session.settings.key.derived("interview").derived(name), kernels: session.kernels,
        threads: session.threads))
  }

  /// Asks one user about `count` items of a pool.
  ///
  /// - Parameter assumesAnswers: whether they are taken to answer every question, for a list made in advance.
  func ask(
    _ count: Int, of pool: [Int32], of user: Int32?, answers: [UserContext.Rating],
    assumesAnswers: Bool = false, threads: Int? = nil
  ) throws(ScoreError) -> Questioning {
    try Questioning(
      count, of: pool, to: UserContext(user: user, support: []),
      answers: Dictionary(answers.map { ($0.item, $0) }, uniquingKeysWith: { $1 }),
      assumed: assumesAnswers ? assumed : nil, by: policy, recommender,
      threads: threads ?? self.threads)
  }
}

extension TaskSplit {
  /// For each of some items the share of training users who have it.
  func shareOfRaters(of items: [Int32], in rows: Interactions) -> [Double] {
    var counts = Dictionary(items.map { ($0, 0) }, uniquingKeysWith: { $1 })
    for row in train.lazy.flatMap(\.rows) {
      counts[rows.items[Int(row)]]? += 1
    }
    return items.map { Double(counts[$0] ?? 0) / Double(max(1, train.count)) }
  }
}
