import Kernels
import Language
import Models

/// Meta-learned user preference estimator (Lee et al. 2019): MAML on the decision layers.
package struct MeLU: SteppingLearner {
  package var inner = InnerSteps(usualShrinkage: 0)

  package init() {}

  package static let signature = Signature<Self>(
    "melu", "MAML whose inner steps move the layers above the embeddings.",
    details: """
      Embeddings are learned across users and never adapted; a user's own part is in the decision layers: \
      the same as `maml adapt=decision`. The published code loses the second order (its issue 9); this \
      keeps it. Lee, Im, Jang, Cho and Chung, KDD 2019.
      """,
    InnerSteps.parameters(\.inner, usualShrinkage: "0"),
    examples: [Example("meta-train melu steps=2 epochs=1")])

  package func innerLoop(_ layout: Layout) -> InnerLoop { inner.loop(.decision, layout) }
}
