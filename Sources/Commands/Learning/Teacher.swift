import Language
import MetaLearning
import Models

extension Session {
  /// A trained model that others may learn from: one of the same split, which predicts ratings.
  func teacher(named name: String) throws(CommandFailure) -> TrainedModel {
    guard let teacher = models[name] else {
      let known = models.names
      throw CommandFailure(
        "E0509", "no trained model is called `\(name)`",
        help: [
          known.isEmpty
            ? "train the teacher first: `meta-train ridge`"
            : "trained here: " + known.joined(separator: ", ")
        ],
        suggestions: suggestions(for: name, among: known), argument: name)
    }
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
