import Kernels
import Language
import Models

/// Ordinary training on all users together, then fine-tuning on one (Buffelli et al. 2023 ask for this row).
package struct Pretrain: SteppingLearner {
  package var inner = InnerSteps(order: 1)
  package var scope = AdaptationScope.decision

  package init() {}

  package static let signature = Signature<Self>(
    "pretrain", "Trains on all users as if they were one, and fine-tunes on the new one.",
    details: """
      θ ← θ − β ∇(L_S + L_Q)(θ) without an inner loop; `adapt` then takes `steps` gradient steps on the new \
      user's ratings. The plain transfer that meta-learning has to beat. Yosinski, Clune, Bengio and Lipson, \
      NeurIPS 2014.
      """,
    InnerSteps.parameters(\.inner, of: "fine-tuning steps when adapting", hasOrder: false) + [
      .option("adapt", \.scope, "which weights fine-tuning moves")
    ],
    examples: [Example("meta-train pretrain epochs=1")])

  package func innerLoop(_ layout: Layout) -> InnerLoop { inner.loop(scope, layout) }

  package func learn(from episode: Episode, _ weights: Weights, in scratch: Scratch) -> Float {
    var loop = scratch.innerLoop(of: self)
    loop.steps = 0
    let onQuery = loop.metaGradient(scratch, weights, episode)
    guard episode.support.count > 0 else { return onQuery }
    let swapped = Episode(
      tableRows: episode.tableRows, support: episode.query, query: episode.support)
    return (onQuery + loop.metaGradient(scratch, weights, swapped)) / 2
  }
}
