import Kernels
import Language
import Models

/// A meta-learning algorithm: learns from many tasks how to adapt to a new one.
///
/// An algorithm says what it does with one task; training, batches, optimisers, threads, checkpoints and
/// evaluation are the same for all.
package protocol MetaLearner: Configurable {
  /// The width of a prompt that the network should take; 0 for none.
  var promptWidth: Int { get }
  /// Meta-weights of its own, such as learned rates; all dense.
  func blocks(beside network: [WeightBlock], lastStage: Int) -> [WeightBlock]
  /// Initial values of its own blocks that are not random.
  func prepare(_ weights: inout Weights, _ kernels: KernelSet)
  /// Adds the task's gradient to the sums of `scratch`; returns the loss that it is the gradient of.
  func learn(from episode: Episode, _ weights: Weights, in scratch: Scratch) -> Float
  /// The scores of the query rows after adapting to the support. Shape: (query rows × outputs).
  func scores(for episode: Episode, _ weights: Weights, in scratch: Scratch) -> Matrix
  /// The outer optimiser and learning rate where the script gives none.
  var outerDefault: (optimizer: any Optimizer, rate: Double) { get }
  /// The support loss before each inner step and after the last, and the scores of the query after each; for
  /// algorithms without inner steps, before and after.
  func trace(_ episode: Episode, _ weights: Weights, in scratch: Scratch) -> [AdaptationPoint]
  /// Whether support ratings count by their weights with that loss, as `recency=` needs.
  func weighsSupport(by loss: any Loss) -> Bool
}

/// The state of an adaptation after some of its steps.
package struct AdaptationPoint: Sendable {
  package var step: Int
  package var supportLoss: Float
  /// ‖θ_k − θ₀‖ over the adapted weights.
  package var distance: Float
  /// Scores of the query rows (rows × outputs), row after row.
  package var queryScores: [Float]
}

extension MetaLearner {
  package var promptWidth: Int { 0 }
  package func blocks(beside network: [WeightBlock], lastStage: Int) -> [WeightBlock] { [] }
  package func prepare(_ weights: inout Weights, _ kernels: KernelSet) {}
  package func weighsSupport(by loss: any Loss) -> Bool { false }
  package var outerDefault: (optimizer: any Optimizer, rate: Double) { (AdamW(), 0.002) }
}

/// An algorithm that adapts by gradient steps; it only has to describe its inner loop.
package protocol GradientLearner: MetaLearner, Equatable {
  func innerLoop(_ layout: Layout) -> InnerLoop
}

extension GradientLearner {
  package func weighsSupport(by loss: any Loss) -> Bool { loss is any WeighableLoss }

  package func learn(from episode: Episode, _ weights: Weights, in scratch: Scratch) -> Float {
    scratch.innerLoop(of: self).metaGradient(scratch, weights, episode)
  }

  package func scores(for episode: Episode, _ weights: Weights, in scratch: Scratch) -> Matrix {
    let loop = innerLoop(scratch.problem.layout)
    let path = loop.adapt(scratch, weights, episode)
    return scratch.tape[loop.queryScores(scratch, path, episode)]
  }

  package func trace(
    _ episode: Episode, _ weights: Weights, in scratch: Scratch
  ) -> [AdaptationPoint] {
    innerLoop(scratch.problem.layout).trace(scratch, weights, episode)
  }
}

/// An algorithm that learns its inner learning rates, as Meta-SGD does.
package protocol RateLearner: GradientLearner {
  func learnedRates(_ weights: Weights) -> [LearnedRates]
}

/// The inner rates of one block.
package struct LearnedRates: Sendable {
  package var block: String
  /// One for each weight, or one for all.
  package var values: [Float]
  /// The value before training.
  package var initial: Double
}

/// Every algorithm that `meta-train` can name.
package let metaLearners = Catalog<any MetaLearner>(
  "algorithm",
  [
    MAML.self, FirstOrderMAML.self, Reptile.self, ANIL.self, MeLU.self, MetaSGD.self,
    PromptTuning.self, RidgeHead.self, Matching.self, Prototypical.self, Relation.self,
    NeuralProcess.self, EpisodicRidge.self, Pretrain.self, Distill.self,
  ])
