import Language
import MetaLearning
import Models

extension Session {
  /// A trained model of that name.
  ///
  /// - Parameter remedy: what to do where there is none at all.
  func trained(named name: String, remedy: String) throws(CommandFailure) -> TrainedModel {
    if let model = models[name] { return model }
    let known = models.names
    throw CommandFailure(
      "E0509", "no trained model is called `\(name)`",
      help: [known.isEmpty ? remedy : "trained here: " + known.joined(separator: ", ")],
      suggestions: suggestions(for: name, among: known), argument: name)
  }

  /// The model that a training starts from; nil where it starts from random weights.
  func start(of command: MetaTrain) throws(CommandFailure) -> WarmStart? {
    guard !command.start.isEmpty else { return nil }
    return WarmStart(
      try trained(
        named: command.start,
        remedy: "train it first, or take it from a file: `open model \"maml.safetensors\"`"))
  }

  /// A trained model that others may learn from: one of the same split, which predicts ratings.
  func teacher(named name: String) throws(CommandFailure) -> TrainedModel {
    let teacher = try trained(named: name, remedy: "train the teacher first: `meta-train ridge`")
    guard let tasks, teacher.fingerprint == tasks.fingerprint else {
      throw CommandFailure(
        "E0404",
        "`\(name)` was trained on another split, and may know users this model is judged on",
        help: ["train the teacher on the present split"], argument: name)
    }
    guard teacher.predictsRatings else {
      throw CommandFailure(
        "E0306", "`\(name)` predicts no ratings to learn, only an order of items",
        help: ["train the teacher with another loss: mse, bce, ce"], argument: name)
    }
    return teacher
  }
}
