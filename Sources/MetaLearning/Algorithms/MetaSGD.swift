import Kernels
import Language
import Models

/// Meta-SGD (Li et al. 2017): MAML that learns the inner rates, too.
package struct MetaSGD: RateLearner, SettlingLearner {
  package var steps = 1
  private var givenRate: Double?
  package var order = 2
  package var scope = AdaptationScope.decision
  package var per = Sharing.weight

  package init() {}

  /// The rate that learning starts from.
  package var innerRate: Double {
    get { givenRate ?? 0.1 }
    set { givenRate = newValue }
  }

  package mutating func settleForInteractions() { givenRate = givenRate ?? 1 }

  /// What each learned rate belongs to.
  package enum Sharing: String, ArgumentChoice {
    case weight, block

    package var summary: String {
      switch self {
      case .weight: "every weight (Meta-SGD)"
      case .block: "every layer: few numbers, hard to overfit (Antoniou et al. 2019)"
      }
    }
  }

  package static let signature = Signature<Self>(
    "meta-sgd", "MAML that learns how far each weight moves.",
    details: """
      θ′ = θ − a ⊙ ∇L_S(θ), with one learned rate for each adapted weight, or for each block of them with \
      `per=block`; θ and a are learned together. `show rates` prints them. Li, Zhou, Chen and Li, 2017; \
      Antoniou, Edwards and Storkey, ICLR 2019.
      """,
    [
      .option("steps", \.steps, in: 0...1000, "inner gradient steps"),
      .option(
        "inner-lr", \.innerRate, in: 0...100,
        "the rate that learning starts from; usual 0.1, of interactions 1"),
      .option("order", \.order, in: 1...2, "2 differentiates through the steps, 1 does not"),
      .option("adapt", \.scope, "which weights the inner steps move; embeddings have no rates"),
      .option("per", \.per, "what has a rate of its own"),
    ],
    examples: [
      Example("meta-train meta-sgd epochs=1"),
      Example("meta-train meta-sgd per=block steps=3 epochs=1; show rates", "one rate a layer"),
    ])

  /// The adapted blocks of the network that rates can belong to.
  private func adapted(_ network: [WeightBlock], _ lastStage: Int) -> [WeightBlock] {
    network.filter { scope.includes($0, lastStage: lastStage) && $0.kind == .dense }
  }

  package var promptWidth: Int { scope == .prompt ? 8 : 0 }

  package func blocks(beside network: [WeightBlock], lastStage: Int) -> [WeightBlock] {
    let adapted = adapted(network, lastStage)
    if per == .block {
      return [
        WeightBlock("rates", rows: 1, columns: adapted.count, stage: lastStage, scale: 0)
      ]
    }
    return adapted.map {
      WeightBlock("rate.\($0.name)", rows: $0.rows, columns: $0.columns, stage: $0.stage, scale: 0)
    }
  }

  package func prepare(_ weights: inout Weights, _ kernels: KernelSet) {
    for (index, block) in weights.layout.blocks.enumerated() where block.name.hasPrefix("rate") {
      weights.mutableView(index).fill(Float(innerRate))
    }
  }

  package func innerLoop(_ layout: Layout) -> InnerLoop {
    var loop = InnerLoop(
      steps: steps, rates: .fixed(0), order: order, scope: scope, layout)
    loop.adapted = loop.adapted.filter { layout.blocks[$0].kind == .dense }
    if let block = layout.index(of: "rates") {
      loop.rates = .perBlock(block)
      return loop
    }
    loop.rates = .perWeight(
      loop.adapted.compactMap { layout.index(of: "rate.\(layout.blocks[$0].name)") })
    return loop
  }

  package func learnedRates(_ weights: Weights) -> [LearnedRates] {
    let layout = weights.layout
    return innerLoop(layout).adapted.enumerated().compactMap { number, block in
      let name = layout.blocks[block].name
      let values =
        layout.index(of: "rates").map { [weights.view($0)[0, number]] }
        ?? layout.index(of: "rate.\(name)").map { weights.view($0).array }
      return values.map { LearnedRates(block: name, values: $0, initial: innerRate) }
    }
  }
}
