import Datasets
import Kernels
import Models

/// The meta-learned member of a blend: a ridge head on features learned from the training tasks.
enum MetaLearnedScores {
  /// The share of tasks held out for early stopping, and the fewest tasks with which any are.
  private static let (stoppingShare, fewest) = (0.1, 20)

  /// - Parameter hidesItems: whether it learns to do without ratings of an item, from tasks in which items
  ///   are known by their features alone. There is no early stopping then, since held-out tasks have rated
  ///   items only.
  static func fitted(
    to dataset: Dataset, training: [UserTask], key: RandomKey, kernels: KernelSet,
    hidesItems: Bool = false
  ) -> any Recommender {
    var stream = key.derived("stopping").stream
    let tasks = stream.shuffled(training)
    let held = hidesItems || tasks.count < fewest ? 0 : Int(Double(tasks.count) * stoppingShare)
    var network = Factor()
    network.inputs.embed = 32
    var options = TrainingOptions()
    options.patience = 5
    if hidesItems {
      options.epochs = 15
      options.batch = 64
      options.linearDecay = 0.05
      options.hiddenItems = 0.2
    }
    options.key = key
    options.threads = ThreadPool.limit
    let split = TaskSplit(
      train: Array(tasks.dropFirst(held)), valid: Array(tasks.prefix(held)), test: [],
      recipe: "", fingerprint: 0)
    var learning = Training(
      dataset, split, learner: RidgeHead(), network: network, loss: SquaredError(),
      options: options, kernels: kernels)
    while learning.next() != nil {}
    return TrainedModel(
      learner: RidgeHead(), problem: learning.problem, weights: learning.best, fingerprint: 0)
  }
}
