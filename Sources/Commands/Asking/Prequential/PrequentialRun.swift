import Datasets
import Evaluation
import Kernels
import Language
import MetaLearning
import Models
import Reports

/// A prequential evaluation of a session's model and of baselines.
struct PrequentialRun {
  let session: Session
  let data: Dataset
  let tasks: TaskSplit
  let training: [UserTask]
  let trial: PrequentialTrial
  /// Over how many events a sliding mean is.
  let window: Int
  private let part: JudgedPart
  private(set) var courses: [PrequentialCourse] = []
  private(set) var remarks = BaselineRemarks()
  /// The names of those that are fitted anew now and then.
  private(set) var refitted: [String] = []

  init(
    _ asked: [any Metric], _ options: JudgingOptions, _ streaming: PrequentialOptions,
    recency: HalfLife?, in session: Session
  ) throws {
    guard let data = session.taskData, let tasks = session.tasks else {
      throw CommandFailure("E0401", Noun.tasks.absence, help: [Noun.tasks.remedy])
    }
    guard data.interactions.hasTimes else {
      throw CommandFailure.untimed("protocol=prequential", of: data)
    }
    (self.session, self.data, self.tasks, part) = (session, data, tasks, options.part)
    training = tasks.training(for: part)
    let metrics = asked.isEmpty ? Self.usual(data.feedback) : asked
    // Tasks that may not be judged are refused as for any other protocol.
    let judged = try options.trial(metrics, in: session)
    let stream = EventStream(judged.tasks, after: training, in: data.interactions)
    guard stream.count > 1 else {
      throw CommandFailure.untimed("protocol=prequential", of: data)
    }
    window = try streaming.window(of: stream.count)
    let orders = judged.metrics.contains { !$0.needsRatings }
    trial = PrequentialTrial(
      data, stream, metrics: judged.metrics,
      candidates: options.candidates ?? (orders ? .all : .query),
      forgetting: try session.forgetting(recency), refits: streaming.refits,
      key: session.settings.key.derived("candidates"), threads: session.threads)
    let chance = trial.chance()
    if let place = trial.metrics.indices.first(where: { chance.mean($0) == nil }) {
      let name = trial.metrics[place].field
      throw CommandFailure(
        "E0306",
        "`\(name)` has no value on one rating alone, and prequential judges each by itself",
        help: [
          "`evaluate mae rmse protocol=prequential` measures errors, `ndcg@10` and `hit@10` lists"
        ],
        argument: name)
    }
    courses = [chance]
  }

  /// What is measured when nothing is asked for.
  static func usual(_ feedback: Feedback) -> [any Metric] {
    feedback == .ratings ? [MeanAbsoluteError(), RootMeanSquaredError()] : [NDCG(), HitRate()]
  }

  /// Judges the baselines of these names, and the model if there is one.
  mutating func judge(_ names: [String], _ host: any Host) throws {
    let recommenders = SessionRecommenders(session: session, part: part)
    let onlyErrors = trial.metrics.allSatisfy(\.needsRatings)
    for (done, name) in names.enumerated() {
      try host.checkpoint(
        Progress(
          "prequential", done: Double(done), total: Double(names.count + 1), unit: "rows",
          detail: name))
      guard let baseline = recommenders.baseline(name) else { throw recommenders.unknown(name) }
      try recommenders.refuse(baseline, name, on: data)
      if onlyErrors, !baseline.predictsRatings { continue }
      if let shortage = recommenders.shortage(of: baseline, name, data, host) {
        remarks.leaveOut(name, shortage)
        continue
      }
      try judge(baseline, name)
    }
    guard let model = session.model else { return }
    try recommenders.refuseLeak(model, tasks)
    try host.checkpoint(
      Progress(
        "prequential", done: Double(names.count), total: Double(names.count + 1), unit: "rows",
        detail: model.title))
    courses.append(
      try trial.course(of: .fixed(model), titled: model.title, weighs: model.weighsSupport))
  }

  private mutating func judge(_ baseline: any Baseline, _ name: String) throws {
    let key = session.settings.key.derived("baselines").derived(type(of: baseline).name)
    let fitted = FittedBaseline(baseline, titled: name, in: session, data, tasks, for: part)
    remarks.note(fitted)
    let settled = fitted.settled
    let (data, training, kernels) = (data, training, session.kernels)
    var way: SequentialRecommender
    if let online = settled.online(to: data, training: training, key: key, kernels: kernels) {
      way = .online(online)
    } else {
      refitted.append(name)
      way = .refitted { rows in
        settled.fitted(
          to: data, training: training.learning(rows, of: data.interactions), key: key,
          kernels: kernels)
      }
    }
    courses.append(try trial.course(of: way, titled: name, weighs: settled.weighsSupport))
  }

  /// The ends of the stretches that sliding means are over, evenly over the stream, the last at its end.
  func ends(_ most: Int) -> [Int] {
    let count = trial.stream.count
    let places = min(most, count - window + 1)
    guard places > 1 else { return [count] }
    return (0..<places).map { window + $0 * (count - window) / (places - 1) }
  }

  /// The mean of a metric over the events before `end` that a window has room for.
  func sliding(_ course: PrequentialCourse, _ metric: Int, to end: Int) -> ClusteredMean? {
    course.mean(metric, over: end - window..<end)
  }

  /// The day of an event; empty where the times are no dates.
  func day(_ event: Int) -> String {
    data.interactions.seconds(of: Int(trial.stream.rows[event]))
      .map { CivilDate(secondsSince1970: $0).text } ?? ""
  }
}

extension [UserTask] {
  /// The same tasks with further rows, each with its user.
  fileprivate func learning(_ rows: [Int32], of data: Interactions) -> [UserTask] {
    var tasks = self
    var places = Dictionary(
      tasks.enumerated().map { ($1.user, $0) }, uniquingKeysWith: { first, _ in first })
    for row in rows {
      let user = data.users[Int(row)]
      if let place = places[user] {
        tasks[place].spare.append(row)
      } else {
        places[user] = tasks.count
        tasks.append(UserTask(user: user, support: [row], query: []))
      }
    }
    return tasks
  }
}
