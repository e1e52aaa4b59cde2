import Kernels
import Language
import Models

/// MAML without curvature (Finn, Abbeel and Levine 2017, §5.2): the query gradient at θ′ is taken for that at
/// θ.
package struct FirstOrderMAML: SteppingLearner {
  package var inner = InnerSteps(order: 1)
  package var scope = AdaptationScope.decision

  package init() {}

  package static let signature = Signature<Self>(
    "fomaml", "MAML that leaves the curvature out: cheaper, and often as good.",
    details: """
      θ ← θ − β ∇L_Q(θ′) with θ′ after `steps` gradient steps on the support: the same as `maml order=1`. \
      Finn, Abbeel and Levine, ICML 2017.
      """,
    InnerSteps.parameters(\.inner, hasOrder: false) + [
      .option("adapt", \.scope, "which weights the inner steps move")
    ],
    examples: [Example("meta-train fomaml steps=2 epochs=1")])

  package func innerLoop(_ layout: Layout) -> InnerLoop { inner.loop(scope, layout) }
}
