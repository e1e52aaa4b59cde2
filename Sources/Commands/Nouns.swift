import Datasets
import Language

extension Noun {
  package static let tasks = Noun(
    "tasks", isPlural: true, absence: "the data are not split into tasks", remedy: "split tasks",
    sources: [.data])
  package static let model = Noun(
    "model", absence: "no model has been meta-trained", remedy: "meta-train maml",
    sources: [.tasks])
  /// What a model says of items, where it is on the scale of the ratings.
  package static let ratings = Noun(
    "ratings", phrase: "predicted ratings", isPlural: true,
    absence: "the model only puts items in order", remedy: "meta-train maml loss=mse",
    sources: [.model])
  /// Several heads, which are judged one by one.
  package static let heads = Noun(
    "heads", isPlural: true, absence: "the model has one head",
    remedy: "meta-train maml heads=rating,click", sources: [.model])
  package static let adapted = Noun(
    "adapted", phrase: "adapted model", absence: "no model has been adapted to a user",
    remedy: "adapt user 42",
    sources: [.model])
}

extension Session {
  /// For each noun whether the session holds it.
  package var nouns: [(Noun, Bool)] {
    [
      (.data, data != nil), (.scale, data?.feedback == .ratings),
      (.interactions, data?.feedback == .interactions), (.tasks, tasks != nil),
      (.model, model != nil),
      (.ratings, model?.predictsRatings == true), (.heads, model?.headKinds.isEmpty == false),
      (.adapted, adapted != nil),
    ]
  }
}
