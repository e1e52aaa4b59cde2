import Datasets
import Language
import MetaLearning
import Models
import Reports

extension MetaTrain {
  /// Trainings below this size, in bytes, are not checked.
  private static let negligible = 64e6

  /// About how many bytes it will hold; nil without tasks.
  package func memory(in session: Session) -> Double? {
    guard let data = session.taskData, let tasks = session.tasks else { return nil }
    let (loss, network) = ((try? fitted(to: data))?.loss ?? loss, network(in: session))
    let problem = LearningProblem(
      data, tasks, learner: learner, network: network, loss: loss, sampling: sampling,
      heads: (try? headChoice(on: data, network)) ?? nil, kernels: session.kernels)
    return TrainingMemory(
      problem, learner, options(session), rows: largest(tasks, problem),
      answers: federated.heldAnswers
    ).total
  }

  /// The rows of the largest training task, those that are drawn among them.
  private func largest(_ tasks: TaskSplit, _ problem: LearningProblem) -> Int {
    tasks.largest * (1 + (problem.drawing?.sampling.count ?? 0))
      + (problem.heads?.categoryNames.count ?? 0)
  }

  /// Refuses a training that there is no memory for, before it begins.
  func requireMemory(
    for problem: LearningProblem, in session: Session, _ host: any Host
  ) throws(CommandFailure) {
    let (options, rows) = (options(session), session.tasks.map { largest($0, problem) } ?? 0)
    let answers = federated.heldAnswers
    let needed = TrainingMemory(problem, learner, options, rows: rows, answers: answers)
    guard needed.total > Self.negligible, let free = host.availableMemory, needed.total > free
    else { return }
    var help: [String] = []
    var alone = needed
    alone.threads = 1
    if needed.threads > 1, alone.total <= free {
      help.append("`set threads=1` needs about \(memorySize(alone.total))")
    }
    if let stepping = learner as? any SteppingLearner, stepping.steps > 1 {
      var short = stepping
      short.steps = 1
      let less = TrainingMemory(problem, short, options, rows: rows, answers: answers)
      if less.total <= free { help.append("steps=1 needs about \(memorySize(less.total))") }
    }
    help.append("a smaller network: `model mlp hidden=64,64 embed=16`")
    throw CommandFailure(
      "E0603",
      "this training needs about \(memorySize(needed.total)) of memory for "
        + "\(counted(problem.layout.count, "weight")), and \(memorySize(max(0, free))) are free",
      help: help)
  }
}

extension TaskSplit {
  /// The ratings of the largest training task.
  fileprivate var largest: Int { train.map { $0.support.count + $0.query.count }.max() ?? 0 }
}

/// `1.5 GB`, `640 MB`.
func memorySize(_ count: Double) -> String {
  count < 1e9 ? "\(grouped(Int(count / 1e6))) MB" : "\(fixed(count / 1e9, digits: 1)) GB"
}
