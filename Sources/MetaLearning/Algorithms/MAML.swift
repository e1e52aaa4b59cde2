import Kernels
import Language
import Models

/// Model-agnostic meta-learning (Finn, Abbeel and Levine 2017).
package struct MAML: GradientLearner {
  package var steps = 5
  package var innerRate = 0.1
  package var inner = InnerOptimizer.sgd
  package var order = 2
  package var scope = AdaptationScope.decision

  package init() {}

  package static let signature = Signature<Self>(
    "maml", "Learns weights that a few gradient steps adapt well.",
    details: """
      θ′ = θ − α ∇L_S(θ), repeated `steps` times on a task's support ratings; the outer loop moves θ along \
      the gradient of the query loss at θ′, through all steps: second order, exactly. `order=1` leaves the \
      curvature out (FOMAML). Finn, Abbeel and Levine, ICML 2017.
      """,
    [
      .option("steps", \.steps, in: 0...1000, "inner gradient steps"),
      .option("inner-lr", \.innerRate, in: 0...100, "inner learning rate"),
      .option("inner", \.inner, "how the inner steps move"),
      .option(
        "order", \.order, in: 1...2, "2 differentiates through the steps, 1 does not (FOMAML)"),
      .option("adapt", \.scope, "which weights the inner steps move"),
    ],
    examples: [Example("meta-train maml steps=2 epochs=1")])

  package func innerLoop(_ layout: Layout) -> InnerLoop {
    InnerLoop(
      steps: steps, rates: inner.rates(innerRate), order: order, scope: scope, layout)
  }
}
