import Kernels
import Language
import Models

/// Meta-SGD (Li et al. 2017): MAML that learns the inner rates, too.
package struct MetaSGD: GradientLearner {
  package var steps = 1
  package var innerRate = 0.1
  package var order = 2
  package var scope = AdaptationScope.decision

  package init() {}

  package static let signature = Signature<Self>(
    "meta-sgd", "MAML that learns how far each weight moves.",
    details: """
      θ′ = θ − a ⊙ ∇L_S(θ), with one learned rate for each adapted weight; θ and a are learned together. \
      Li, Zhou, Chen and Li, 2017.
      """,
    [
      .option("steps", \.steps, in: 0...1000, "inner gradient steps"),
      .option("inner-lr", \.innerRate, in: 0...100, "the rate that learning starts from"),
      .option("order", \.order, in: 1...2, "2 differentiates through the steps, 1 does not"),
      .option("adapt", \.scope, "which weights the inner steps move; embeddings have no rates"),
    ],
    examples: [Example("meta-train meta-sgd epochs=1")])

  /// The adapted blocks of the network that rates can belong to.
  private func adapted(_ network: [WeightBlock], _ lastStage: Int) -> [WeightBlock] {
    network.filter { scope.includes($0, lastStage: lastStage) && $0.kind == .dense }
  }

  package var promptWidth: Int { scope == .prompt ? 8 : 0 }

  package func blocks(beside network: [WeightBlock], lastStage: Int) -> [WeightBlock] {
    adapted(network, lastStage).map {
      WeightBlock("rate.\($0.name)", rows: $0.rows, columns: $0.columns, stage: $0.stage, scale: 0)
    }
  }

  package func prepare(_ weights: inout Weights) {
    for (index, block) in weights.layout.blocks.enumerated() where block.name.hasPrefix("rate.") {
      weights.mutableView(index).fill(Float(innerRate))
    }
  }

  package func innerLoop(_ layout: Layout) -> InnerLoop {
    var loop = InnerLoop(
      steps: steps, rates: .fixed(0), order: order, scope: scope, layout)
    loop.adapted = loop.adapted.filter { layout.blocks[$0].kind == .dense }
    loop.rates = .perWeight(
      loop.adapted.compactMap { layout.index(of: "rate.\(layout.blocks[$0].name)") })
    return loop
  }
}
