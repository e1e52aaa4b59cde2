import Datasets
import Kernels
import Models

/// What a blend takes from meta-learning: a ridge head on features learned from the training tasks.
enum MetaLearnedScores {
  /// The share of tasks that says when to stop, and the fewest tasks for which that is worth it.
  private static let (stoppingShare, fewest) = (0.1, 20)

  static func fitted(
    to dataset: Dataset, training: [UserTask], key: RandomKey
  ) -> any Recommender {
    var stream = key.derived("stopping").stream
    let tasks = stream.shuffled(training)
    let held = tasks.count < fewest ? 0 : Int(Double(tasks.count) * stoppingShare)
    var network = Factor()
    network.inputs.embed = 32
    var options = TrainingOptions()
    options.patience = 5
    options.key = key
    options.threads = processorCount
    let split = TaskSplit(
      train: Array(tasks.dropFirst(held)), valid: Array(tasks.prefix(held)), test: [],
      recipe: "", fingerprint: 0)
    var learning = Training(
      dataset, split, learner: RidgeHead(), network: network, loss: SquaredError(),
      options: options)
    while learning.next() != nil {}
    return TrainedModel(
      learner: RidgeHead(), problem: learning.problem, weights: learning.best, fingerprint: 0)
  }
}
