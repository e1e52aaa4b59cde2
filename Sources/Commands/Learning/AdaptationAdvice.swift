import Language
import MetaLearning
import Reports

extension AdaptationEffect {
  /// What to change when the inner steps do not help; nil when they do.
  var advice: String? {
    if idle + harmed == 0 { return nil }
    return harmed > idle
      ? "the steps are too long, lower `inner-lr`"
      : "the steps are too short, raise `inner-lr` or `steps`"
  }

  /// The share of tasks from which on it is not due to a few users.
  private static let noticeable = 0.2

  /// A warning about a model whose inner steps do nothing for many tasks.
  func warning(about tasks: String) -> Report.Block? {
    guard failedShare >= Self.noticeable, let advice else { return nil }
    return .warning(
      "Adapting does not lower the support loss of \(grouped(idle + harmed)) of \(grouped(self.tasks)) \(tasks): \(advice)."
    )
  }
}
