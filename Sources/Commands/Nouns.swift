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

  /// That the baseline of this name puts items in order by other numbers than ratings that it predicts.
  static func order(of baseline: String) -> Noun {
    Noun(
      "order of \(baseline)", absence: "`\(baseline)` predicts ratings",
      remedy: "baseline bayes-mf positives=4")
  }

  /// What it predicts: there as long as it does not only put items in order.
  static func predictions(of baseline: String) -> Noun {
    Noun(
      "predictions of \(baseline)", isPlural: true,
      absence: "its scores only put items in order",
      remedy: "ndcg or auc, which orders have; without positives= a baseline predicts ratings",
      kindOf: order(of: baseline))
  }
}

extension Session {
  /// For each noun whether the session holds it.
  package var nouns: [(Noun, Bool)] {
    [
      (.data, data != nil), (.scale, data?.feedback == .ratings),
      (.interactions, data?.feedback == .interactions),
      (.randomShowings, data?.showings != nil), (.tasks, tasks != nil),
      (.model, model != nil),
      (.ratings, model?.predictsRatings == true), (.heads, model?.headKinds.isEmpty == false),
      (.adapted, adapted != nil),
    ]
      + namedBaselines.quiet.sorted { $0.key < $1.key }.map {
        (.order(of: $0.key), !$0.value.predictsRatings)
      }
  }
}
