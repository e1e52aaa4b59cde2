import Datasets
import Language
import MetaLearning
import Models

/// Trainings of a recipe on the session's data with planted users, which leave the session as it is.
struct AuditedTraining {
  private let command: MetaTrain
  private let session: Session
  private let data: Dataset
  private let tasks: TaskSplit
  private var planted: PlantedUsers?

  /// How many epochs a plan tries.
  static let tried = 2

  /// How many times as long as what a plan tries a training takes.
  static func length(of command: MetaTrain?) -> Double {
    let epochs = max(1, command?.epochs ?? 1)
    return Double(epochs) / Double(min(epochs, tried))
  }

  /// Throws where the training is none that could be private.
  init(
    _ recipe: TrainingRecipe, in session: Session, mostEpochs: Int?
  ) throws(CommandFailure) {
    guard let data = session.taskData, let tasks = session.tasks else {
      throw CommandFailure("E0401", Noun.tasks.absence, help: [Noun.tasks.remedy])
    }
    var command = recipe.command
    command.epochs = min(command.epochs, mostEpochs ?? .max)
    if let contradiction = command.auditContradiction(recipe.network) { throw contradiction }
    try command.requireUsers(tasks, data)
    (self.command, self.data, self.tasks) = (command, data, tasks)
    var own = session
    own.network = recipe.network
    self.session = own
  }

  mutating func plant(_ count: Int, items: Int) {
    planted = PlantedUsers(
      count, items: items, in: data, key: session.settings.key.derived("audit"))
  }

  /// What one training comes to.
  struct Run {
    var scores: [Double]
    var members: [Bool]
    var privacy: PrivacyStatement?
  }

  /// Trains with the coins and the seed of that number.
  func run(_ number: Int, _ host: any Host, _ caption: String) throws -> Run {
    guard let planted else { return Run(scores: [], members: []) }
    let members = planted.members(of: number)
    var own = session
    own.data = planted.data
    own.tasks = planted.split(tasks, with: members)
    own.settings.seed += number
    let model = try command.trained(in: own, host, caption: caption)
    let scores = planted.scores(by: model, threads: session.threads)
    return Run(scores: scores, members: members, privacy: model.privacy)
  }
}

extension MetaTrain {
  /// The model of the whole training on a session, which stays as it is; throws when the user stops it.
  func trained(
    in session: Session, _ host: any Host, caption: String
  ) throws -> TrainedModel {
    var course = try RunningTraining(self, in: session, host)
    let isCut = try course.follow(host, caption: caption)
    if isCut, course.history.count < (stopAfter ?? .max) { throw Interrupted() }
    return course.model(isPartial: false)
  }

  /// What keeps a training from being audited: it could not be made private.
  fileprivate func auditContradiction(_ network: any Network) -> CommandFailure? {
    if let contradiction = privateLearnerContradiction { return contradiction }
    if !heads.isEmpty {
      return CommandFailure(
        "E0306", "`audit` is for one head: what several start from is counted over all users",
        help: ["train without heads="])
    }
    return privateNetworkContradiction(network)
  }
}
