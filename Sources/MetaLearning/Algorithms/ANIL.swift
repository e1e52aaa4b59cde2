import Kernels
import Language
import Models

/// Almost no inner loop (Raghu et al. 2020): MAML whose inner steps move the head alone.
package struct ANIL: SteppingLearner {
  package var inner = InnerSteps()

  package init() {}

  package static let signature = Signature<Self>(
    "anil", "MAML whose inner steps move the last layer alone.",
    details: """
      The features are computed once a task and the head takes `steps` gradient steps; the outer loop \
      learns both, through the steps: the same as `maml adapt=head`. Raghu, Raghu, Bengio and Vinyals, \
      ICLR 2020.
      """,
    InnerSteps.parameters(\.inner),
    examples: [Example("meta-train anil steps=3 epochs=1")])

  package func innerLoop(_ layout: Layout) -> InnerLoop { inner.loop(.head, layout) }
}
