import Kernels
import Language
import Models

/// Prompt tuning: a short learned vector joins the inputs, and only it adapts.
package struct PromptTuning: SteppingLearner {
  package var inner = InnerSteps()
  package var width = 8

  package init() {}

  package static let signature = Signature<Self>(
    "prompt", "MAML whose inner steps move a short prompt vector alone.",
    details: """
      A vector p joins the user's features; p′ = p − α ∇_p L_S, all other weights are shared by all users. \
      Few numbers a user, so it can be stored and cannot overfit much. After CAVIA, Zintgraf et al., \
      ICML 2019.
      """,
    InnerSteps.parameters(\.inner) + [
      .option("width", \.width, in: 1...1024, "numbers in the prompt")
    ],
    examples: [Example("meta-train prompt steps=2 epochs=1")])

  package var promptWidth: Int { width }

  package func innerLoop(_ layout: Layout) -> InnerLoop { inner.loop(.prompt, layout) }
}
