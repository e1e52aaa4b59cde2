import Kernels
import Language
import Models

/// Reptile (Nichol, Achiam and Schulman 2018): moves the weights towards those that inner steps on tasks end
/// in.
package struct Reptile: SteppingLearner {
  package var inner = InnerSteps(
    order: 1, count: 10, usualRate: 0.025, usualInteractionRate: 0.25, usualShrinkage: 20)
  package var scope = AdaptationScope.all

  package init() {}

  package static let signature = Signature<Self>(
    "reptile", "Moves the weights towards where each task's own training ends.",
    details: """
      θ ← θ + ε · mean(θ′ − θ) with θ′ after `steps` gradient steps on the support; ε is `lr`. It needs no \
      query ratings. Nichol, Achiam and Schulman, 2018.
      """,
    InnerSteps.parameters(
      \.inner, counts: 1...1000, usualRate: "0.025, of interactions 0.25",
      usualShrinkage: "20, of interactions 0", hasOrder: false) + [
        .option("adapt", \.scope, "which weights the inner steps move")
      ],
    examples: [Example("meta-train reptile steps=3 epochs=1")])

  package var outerDefault: (optimizer: any Optimizer, rate: Double) { (SGD(), 1) }

  package func innerLoop(_ layout: Layout) -> InnerLoop { inner.loop(scope, layout) }

  package func learn(from episode: Episode, _ weights: Weights, in scratch: Scratch) -> Float {
    scratch.innerLoop(of: self).displacement(scratch, weights, episode)
  }
}
