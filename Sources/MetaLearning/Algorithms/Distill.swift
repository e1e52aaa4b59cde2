import Kernels
import Language
import Models

/// Distillation (Hinton, Vinyals and Dean 2015) for ratings: a student that adapts learns to predict what a
/// trained teacher predicts.
package struct Distill: SteppingLearner, Student {
  package var teacherName = ""
  package var share = 0.5
  package var inner = InnerSteps()
  package var scope = AdaptationScope.decision
  private var teacher: TrainedModel?

  package init() {}

  package static let signature = Signature<Self>(
    "distill", "A small model learns to adapt as well as a trained teacher does.",
    details: """
      θ′ = `steps` gradient steps on the support ratings; the outer loop lowers the loss at θ′ against the \
      targets (1 − s)·r + s·t, r the query ratings and t what the teacher predicts for them after adapting \
      to the same support. Choose the student's network with `model`. After Hinton, Vinyals and Dean, 2015.
      """,
    [
      .option(
        "teacher", \.teacherName, "a model of this session that was trained on the same split",
        isRequired: true, expects: "the name of a trained model", completion: .live("trained"),
        where: { !$0.isEmpty && !$0.contains(" ") }),
      .option("share", \.share, in: 0...1, "how much the teacher counts beside the true ratings"),
    ] + InnerSteps.parameters(\.inner) + [
      .option("adapt", \.scope, "which weights the inner steps move")
    ],
    examples: [
      Example(
        "meta-train ridge epochs=1; model factor embed=4; meta-train distill teacher=ridge epochs=1",
        "a factor model learns from a ridge head")
    ])

  package func taught(by teacher: TrainedModel) -> Distill {
    var student = self
    student.teacher = teacher
    return student
  }

  /// Equal whatever the teacher is, which takes no part in the inner loop.
  package static func == (one: Distill, other: Distill) -> Bool {
    one.inner == other.inner && one.scope == other.scope
  }

  package func innerLoop(_ layout: Layout) -> InnerLoop { inner.loop(scope, layout) }

  package func learn(from episode: Episode, _ weights: Weights, in scratch: Scratch) -> Float {
    var blended = episode
    if let teacher, share > 0 {
      let targets = scratch.tape.arena.matrix(rows: episode.query.count, columns: 1)
      for (row, prediction) in teacher.queryPredictions(of: episode).enumerated() {
        let rating = episode.query.ratings[row, 0]
        targets[row, 0] =
          rating + Float(share) * (scratch.problem.scale.clamped(prediction) - rating)
      }
      blended.query.ratings = targets
    }
    return scratch.innerLoop(of: self).metaGradient(scratch, weights, blended)
  }
}

/// An algorithm that learns from another model.
package protocol Student: MetaLearner {
  /// The name of the teacher among the session's models.
  var teacherName: String { get }
  /// The same algorithm with its teacher; without one it learns from the true ratings alone.
  func taught(by teacher: TrainedModel) -> Self
}
