import Kernels
import Language
import Models

/// Almost no inner loop (Raghu et al. 2020): MAML whose inner steps move the head alone.
package struct ANIL: GradientLearner {
  package var steps = 5
  package var innerRate = 0.1
  package var inner = InnerOptimizer.sgd
  package var order = 2

  package init() {}

  package static let signature = Signature<Self>(
    "anil", "MAML whose inner steps move the last layer alone.",
    details: """
      The features are computed once a task and the head takes `steps` gradient steps; the outer loop \
      learns both, through the steps: the same as `maml adapt=head`. Raghu, Raghu, Bengio and Vinyals, \
      ICLR 2020.
      """,
    [
      .option("steps", \.steps, in: 0...1000, "inner gradient steps"),
      .option("inner-lr", \.innerRate, in: 0...100, "inner learning rate"),
      .option("inner", \.inner, "how the inner steps move"),
      .option(
        "order", \.order, in: 1...2, "2 differentiates through the steps, 1 does not"),
    ],
    examples: [Example("meta-train anil steps=3 epochs=1")])

  package func innerLoop(_ layout: Layout) -> InnerLoop {
    InnerLoop(steps: steps, rates: inner.rates(innerRate), order: order, scope: .head, layout)
  }
}
