import Datasets
import Kernels
import Models

/// How episodes are drawn of tasks and learned from, wherever that is done.
struct EpisodeLearning: Sendable {
  let interactions: Interactions
  /// The sizes of supports, where they vary.
  let supports: [Int]
  let learner: any MetaLearner
  let options: TrainingOptions
  /// Draws what was not taken; nil for ratings.
  let negatives: EpisodeNegatives?

  /// The number of the first user here, among those of all owners of data: chance is drawn by these numbers.
  private var firstUser: Int { options.federated?.owners?.users.own.lowerBound ?? 0 }

  /// What an outer step does with each of some tasks.
  func learning(
    from tasks: [UserTask], epoch: Int
  ) -> @Sendable (Int, Weights, Scratch) -> Float {
    let sampler = TaskSampler(
      interactions, key: options.key.derived("sample"), resample: options.resample,
      supports: supports, firstUser: firstUser)
    let firstUser = firstUser
    let learner = learner
    let noise = options.key.derived("noise").derived(epoch)
    let hidings = [
      Hiding(
        fields: .items, share: options.hiddenItems,
        key: options.key.derived("hidden").derived(epoch)),
      Hiding(
        fields: .domains, share: options.hiddenDomains,
        key: options.key.derived("hidden domains").derived(epoch)),
    ]
    let drawn = negatives?.drawn(for: tasks, epoch: epoch)
    return { number, weights, scratch in
      let task = tasks[number]
      var (support, query) = sampler.ratings(of: task, epoch: epoch)
      drawn?.complete(&support, &query, of: task)
      let user = firstUser + Int(task.user)
      let episode = scratch.builder.episode(
        user: task.user, support: support, query: query, arena: scratch.tape.arena,
        hiding: hidings.reduce(into: []) { $0.formUnion($1.hidden(of: user)) },
        noise: noise.derived(user))
      return learner.learn(from: episode, weights, in: scratch)
    }
  }
}
