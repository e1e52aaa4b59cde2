import Datasets
import Evaluation
import Kernels
import Language
import MetaLearning
import Models
import Reports

/// The recommenders that a session can evaluate, by name: its models, and every baseline.
struct SessionRecommenders {
  let session: Session
  /// The tasks that they are judged on.
  var part = JudgedPart.test

  /// The recommender of that name, fitted to the training tasks if it is a baseline.
  func recommender(
    _ name: String, _ host: any Host
  ) throws(CommandFailure) -> any Recommender {
    guard let data = session.taskData, let tasks = session.tasks else {
      throw CommandFailure("E0401", Noun.tasks.absence, help: [Noun.tasks.remedy])
    }
    if let model = session.models[name] {
      try refuseLeak(model, tasks, named: name)
      return Renamed(recommender: model, title: name)
    }
    guard let baseline = baseline(name) else {
      throw unknown(name)
    }
    try refuse(baseline, name, on: data)
    if let shortage = shortage(of: baseline, name, data, host) { throw shortage }
    return fitted(baseline, name, data, tasks)
  }

  /// Fails for a baseline that is made for another kind of data, or names features that these do not have.
  func refuse(
    _ baseline: any Baseline, _ name: String, on data: Dataset
  ) throws(CommandFailure) {
    guard !baseline.feedback.contains(data.feedback) else {
      if let obstacle = baseline.obstacle(on: data) {
        throw CommandFailure("E0412", obstacle.message, help: obstacle.help, argument: name)
      }
      return try refuseStrangers(among: baseline.namedFeatures, of: name, in: data)
    }
    let others = baselines.types.compactMap { type -> String? in
      let other = type.init() as? any Baseline
      return other?.feedback.contains(data.feedback) == true ? type.name : nil
    }
    throw CommandFailure(
      "E0412",
      "`\(name)` is made for \(data.feedback == .ratings ? "interactions" : "ratings"), and the data are "
        + data.feedback.rawValue,
      help: ["baselines for them: " + others.joined(separator: ", ")], argument: name)
  }

  private func refuseStrangers(
    among named: [NamedFeatures], of baseline: String, in data: Dataset
  ) throws(CommandFailure) {
    for features in named {
      let known = (features.areOfUsers ? data.users : data.items).features.map(\.name)
      guard let stranger = features.names.first(where: { !known.contains($0) }) else { continue }
      let whose = features.areOfUsers ? "users" : "items"
      let near = suggestions(for: stranger, among: known)
      throw CommandFailure(
        "E0502",
        "`\(baseline)` is to use \(features.option)=\(stranger), and \(whose) have no feature `\(stranger)`",
        help: (near.isEmpty ? [] : ["near to it: " + near.joined(separator: ", ")]) + [
          known.isEmpty
            ? "nothing is known of them"
            : "features of \(whose): " + known.joined(separator: ", ")
        ], argument: baseline)
    }
  }

  func unknown(_ name: String) -> CommandFailure {
    let known =
      session.models.names
      + Set(session.namedBaselines.names).union(baselines.members.names).sorted()
    return CommandFailure(
      "E0509", "no model or baseline is called `\(name)`",
      help: ["known here: " + known.joined(separator: ", ")],
      suggestions: suggestions(for: name, among: known), argument: name)
  }

  /// The baseline of that name, with the options it was given.
  func baseline(_ name: String) -> (any Baseline)? {
    session.namedBaselines[name] ?? (try? baselines.make(name).get())
  }

  /// A baseline fitted to the training tasks.
  func fitted(
    _ baseline: any Baseline, _ name: String, _ data: Dataset, _ tasks: TaskSplit
  ) -> FittedBaseline {
    FittedBaseline(baseline, titled: name, in: session, data, tasks, for: part)
  }

  /// Why there is no memory to fit a baseline; nil if there is.
  func shortage(
    of baseline: any Baseline, _ name: String, _ data: Dataset, _ host: any Host
  ) -> CommandFailure? {
    let needed = baseline.memory(for: data)
    guard needed > SessionRecommenders.negligible, let free = host.availableMemory, needed > free
    else { return nil }
    let own = type(of: baseline).name
    let items = min(data.items.count, optionText("items", of: baseline).flatMap { Int($0) } ?? .max)
    // Memory grows with the square of the items.
    let fitting = Int(Double(items) * (max(0, free) / needed).squareRoot() * 0.9)
    let remedy = "baseline \(own) items=\(fitting)" + (name == own ? "" : " as=\(name)")
    return CommandFailure(
      "E0603",
      "`\(name)` needs about \(memorySize(needed)) of memory for "
        + "\(counted(items, "item")), and \(memorySize(max(0, free))) are free",
      help: fitting > 0 ? ["keep to those taken most: `\(remedy)`"] : [])
  }

  /// What is not worth asking for, in bytes.
  private static let negligible = 64e6

  /// Fails for a model of another split, whose training users may be among the users it would be judged on.
  func refuseLeak(
    _ model: TrainedModel, _ tasks: TaskSplit, named name: String? = nil
  ) throws(CommandFailure) {
    guard model.fingerprint != tasks.fingerprint else { return }
    throw CommandFailure(
      "E0404",
      "`\(name ?? model.title)` was trained on another split, and may know these users",
      help: [
        "the present split: \(tasks.recipe)",
        "train a model on it, or split as it was when the model was trained",
      ], argument: name)
  }
}

/// The same recommender under another name.
struct Renamed: Recommender {
  let recommender: any Recommender
  let title: String

  var predictsRatings: Bool { recommender.predictsRatings }

  func scores(for user: UserContext, items: [Int32]) -> [Float] {
    recommender.scores(for: user, items: items)
  }
}

extension Session {
  /// The models that were trained or opened, with their options.
  package var trainedNames: [NamedValue] {
    models.sorted.map { NamedValue($0.name, described($0.value.learner)) }
  }

  /// Those and the baselines.
  package var contestantNames: [NamedValue] {
    trainedNames
      + namedBaselines.sorted.map { NamedValue($0.name, described($0.value)) }
      + baselines.members.forms.filter { namedBaselines[$0.name] == nil }
      .map { NamedValue($0.name, $0.summary) }
  }
}
