import Kernels
import Language
import Models

/// Meta-learned user preference estimator (Lee et al. 2019): MAML on the decision layers.
package struct MeLU: GradientLearner {
  package var steps = 5
  package var innerRate = 0.1
  package var inner = InnerOptimizer.sgd
  package var order = 2

  package init() {}

  package static let signature = Signature<Self>(
    "melu", "MAML whose inner steps move the layers above the embeddings.",
    details: """
      Embeddings are learned across users and never adapted; a user's own part is in the decision layers: \
      the same as `maml adapt=decision`. The published code loses the second order (its issue 9); this \
      keeps it. Lee, Im, Jang, Cho and Chung, KDD 2019.
      """,
    [
      .option("steps", \.steps, in: 0...1000, "inner gradient steps"),
      .option("inner-lr", \.innerRate, in: 0...100, "inner learning rate"),
      .option("inner", \.inner, "how the inner steps move"),
      .option("order", \.order, in: 1...2, "2 differentiates through the steps, 1 does not"),
    ],
    examples: [Example("meta-train melu steps=2 epochs=1")])

  package func innerLoop(_ layout: Layout) -> InnerLoop {
    InnerLoop(
      steps: steps, rates: inner.rates(innerRate), order: order, scope: .decision, layout)
  }
}
