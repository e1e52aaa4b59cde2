import Kernels
import Language
import Models

/// Model-agnostic meta-learning (Finn, Abbeel and Levine 2017).
package struct MAML: SteppingLearner {
  package var inner = InnerSteps()
  package var scope = AdaptationScope.decision

  package init() {}

  package static let signature = Signature<Self>(
    "maml", "Learns weights that a few gradient steps adapt well.",
    details: """
      θ′ = θ − α ∇L_S(θ), repeated `steps` times on a task's support ratings; the outer loop moves θ along \
      the gradient of the query loss at θ′, through all steps: second order, exactly. `order=1` leaves the \
      curvature out (FOMAML). Finn, Abbeel and Levine, ICML 2017.
      """,
    InnerSteps.parameters(\.inner) + [
      .option("adapt", \.scope, "which weights the inner steps move")
    ],
    examples: [Example("meta-train maml steps=2 epochs=1")])

  package func innerLoop(_ layout: Layout) -> InnerLoop { inner.loop(scope, layout) }
}
