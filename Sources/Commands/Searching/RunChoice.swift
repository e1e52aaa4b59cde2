import Evaluation
import Language

/// A command that makes one run of a sweep the session's model: the one with the lowest validation loss, or the
/// best by a metric on the validation users.
package protocol RunChoice: Command {
  /// The name of that metric; nil for the loss.
  var metric: String? { get set }
}

extension RunChoice {
  package var resultFields: [ResultField]? {
    (MetaTrain().resultFields ?? []) + (metric.map { [ResultField($0)] } ?? [])
  }
}

extension Parameter where Root: RunChoice {
  /// `by=ndcg@10`.
  static func objective(_ summary: String) -> Parameter {
    .option(
      "by", \.metric, summary, expects: "the name of a metric",
      where: { $0.map { (try? Evaluation.metrics.make($0).get()) != nil } ?? true })
  }
}

extension Sweep {
  /// What is wrong with choosing among these runs by their loss, if they have different ones.
  func incomparableLosses(help: String) -> Problem? {
    guard !Set(keys).isDisjoint(with: ["loss", "heads", "head-weights", "category"]) else {
      return nil
    }
    return Problem(
      "E0306", "the values of different losses tell nothing about which of them is better",
      help: [help])
  }
}
