import Datasets
import Kernels
import Models

/// The negatives of training episodes, drawn anew in each epoch. Those of the query avoid everything that
/// the user took in training tasks; those of the support avoid the support alone, as later when the model
/// adapts to a user of whom nothing else is known.
package struct EpisodeNegatives: Sendable {
  private let sampler: NegativeSampler
  private let interactions: Interactions
  private let key: RandomKey
  /// What each user of a training task took.
  private let taken: [Int32: Set<Int32>]

  package init(
    _ sampler: NegativeSampler, _ tasks: [UserTask], in interactions: Interactions, key: RandomKey
  ) {
    self.sampler = sampler
    self.interactions = interactions
    self.key = key
    var taken: [Int32: Set<Int32>] = [:]
    for task in tasks.whileWanted(asking: 0x100) {
      taken[task.user, default: []].formUnion(
        task.rows.map { interactions.items[Int($0)] })
    }
    self.taken = taken
  }

  /// What the tasks of one batch draw by and from.
  package func drawn(for batch: [UserTask], epoch: Int) -> Batch {
    var pool: [(user: Int32, item: Int32)] = []
    if sampler.sampling.distribution == .inBatch {
      pool = batch.flatMap { task in
        task.rows.map { (task.user, interactions.items[Int($0)]) }
      }
    }
    return Batch(negatives: self, key: key.derived(epoch), pool: pool)
  }

  package struct Batch: Sendable {
    fileprivate let negatives: EpisodeNegatives
    fileprivate let key: RandomKey
    fileprivate let pool: [(user: Int32, item: Int32)]

    /// Adds negatives to a task's support and query.
    package func complete(
      _ support: inout [UserContext.Rating], _ query: inout [UserContext.Rating], of task: UserTask
    ) {
      let own =
        pool.isEmpty ? nil : pool.lazy.filter { $0.user != task.user }.map(\.item) as [Int32]
      var stream = key.derived(Int(task.user)).stream
      let sampler = negatives.sampler
      support += sampler.negatives(
        for: support.count, avoiding: Set(support.map(\.item)), from: own, &stream)
      query += sampler.negatives(
        for: query.count, avoiding: negatives.taken[task.user] ?? [], from: own, &stream)
    }
  }
}
