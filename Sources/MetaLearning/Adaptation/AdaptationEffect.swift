import Datasets
import Kernels
import Models

/// How the inner steps change the support loss of some tasks.
package struct AdaptationEffect: Sendable, Equatable {
  package var tasks = 0
  /// Tasks whose loss fell by less than a thousandth: the steps do next to nothing.
  package var idle = 0
  /// Tasks whose loss rose.
  package var harmed = 0

  package init() {}

  package mutating func add(before: Float, after: Float) {
    tasks += 1
    // A loss that is not a number has risen, too.
    if !(after <= before) {
      harmed += 1
    } else if before - after < 1e-3 * before {
      idle += 1
    }
  }

  /// The share of tasks that adapting does not help.
  package var failedShare: Double { tasks == 0 ? 0 : Double(idle + harmed) / Double(tasks) }
}

extension TrainedModel {
  /// The effect of its inner steps on some tasks; nil for an algorithm without inner steps.
  package func effect(
    on tasks: [UserTask], _ interactions: Interactions, threads: Int
  ) -> AdaptationEffect? {
    guard let stepping = learner as? any GradientLearner,
      stepping.innerLoop(problem.layout).steps > 0
    else { return nil }
    let losses = orderedMap(tasks.count, threads: threads, abandoned: (0, 0)) {
      number -> (Float, Float) in
      let points = trace(for: UserContext(tasks[number], in: interactions))
      return (points.first?.point.supportLoss ?? 0, points.last?.point.supportLoss ?? 0)
    }
    var effect = AdaptationEffect()
    for (task, (before, after)) in zip(tasks, losses) where !task.support.isEmpty {
      effect.add(before: before, after: after)
    }
    return effect
  }
}
