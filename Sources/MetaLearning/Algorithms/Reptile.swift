import Kernels
import Language
import Models

/// Reptile (Nichol, Achiam and Schulman 2018): moves towards where tasks end up.
package struct Reptile: GradientLearner {
  package var steps = 5
  package var innerRate = 0.1
  package var inner = InnerOptimizer.sgd
  package var scope = AdaptationScope.all

  package init() {}

  package static let signature = Signature<Self>(
    "reptile", "Moves the weights towards where each task's own training ends.",
    details: """
      θ ← θ + ε · mean(θ′ − θ) with θ′ after `steps` gradient steps on the support; ε is `lr`. It needs no \
      query ratings. Nichol, Achiam and Schulman, 2018.
      """,
    [
      .option("steps", \.steps, in: 1...1000, "inner gradient steps"),
      .option("inner-lr", \.innerRate, in: 0...100, "inner learning rate"),
      .option("inner", \.inner, "how the inner steps move"),
      .option("adapt", \.scope, "which weights the inner steps move"),
    ],
    examples: [Example("meta-train reptile steps=3 epochs=1")])

  package var outerDefault: (optimizer: any Optimizer, rate: Double) { (SGD(), 1) }

  package func innerLoop(_ layout: Layout) -> InnerLoop {
    InnerLoop(steps: steps, rates: inner.rates(innerRate), order: 1, scope: scope, layout)
  }

  package func learn(from episode: Episode, _ weights: Weights, in lane: Lane) -> Float {
    innerLoop(lane.problem.layout).displacement(lane, weights, episode)
  }
}
