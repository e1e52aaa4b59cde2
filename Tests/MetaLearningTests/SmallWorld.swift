import Datasets
import Kernels
import MetaLearning
import Models
import TestedKernels

/// A tiny data set with categories, several values each, numbers and unknown values on both sides.
func smallWorld(users: Int = 12, items: Int = 20, ratings: Int = 12) -> Dataset {
  var stream = RandomKey(seed: 3).derived("small world").stream
  func categories(_ name: String, _ count: Int, values: Int, perEntity: Int) -> Feature {
    var offsets: [Int32] = [0]
    var codes: [Int32] = []
    for _ in 0..<count {
      for _ in 0..<stream.below(perEntity + 1) { codes.append(Int32(stream.below(values))) }
      offsets.append(Int32(codes.count))
    }
    let names = (0..<values).map { "\(name)\($0)" }
    return Feature(name, .categories(Vocabulary(names), offsets: offsets, codes: codes))
  }
  let numbers = (0..<items).map { $0 == 3 ? Float.nan : Float(stream.normal()) }
  let itemFeatures = [
    categories("genre", items, values: 4, perEntity: 3), Feature("price", .numbers(numbers)),
  ]
  let userFeatures = [categories("age", users, values: 3, perEntity: 1)]
  var table = Interactions()
  for user in 0..<users {
    var order = Array(0..<items)
    stream.shuffle(&order)
    for item in order.prefix(ratings) {
      table.users.append(Int32(user))
      table.items.append(Int32(item))
      table.ratings.append(Float(1 + stream.below(5)))
    }
  }
  return Dataset(
    name: "small world",
    users: Entities(ids: Vocabulary((0..<users).map { "\($0)" }), features: userFeatures),
    items: Entities(ids: Vocabulary((0..<items).map { "\($0)" }), features: itemFeatures),
    interactions: table, scale: RatingScale(1, 5))
}

/// One task a user, their first ratings as the query.
func smallSplit(_ data: Dataset, query: Int = 4) -> TaskSplit {
  var rows: [Int32: [Int32]] = [:]
  for row in 0..<data.interactions.count {
    rows[data.interactions.users[row], default: []].append(Int32(row))
  }
  let tasks = rows.keys.sorted().map { user in
    let own = rows[user] ?? []
    return UserTask(
      user: user, support: Array(own.dropFirst(query)), query: Array(own.prefix(query)))
  }
  let third = tasks.count / 3
  return TaskSplit(
    train: Array(tasks[..<(tasks.count - 2 * third)]),
    valid: Array(tasks[(tasks.count - 2 * third)..<(tasks.count - third)]),
    test: Array(tasks[(tasks.count - third)...]), recipe: "test", fingerprint: 1)
}

/// A problem over the small world with random weights, every block moved off zero.
func smallProblem(
  _ learner: any MetaLearner, network: any Network, loss: any Loss, data: Dataset = smallWorld()
) -> (data: Dataset, split: TaskSplit, problem: LearningProblem, weights: Weights) {
  let split = smallSplit(data)
  let rows = split.train.flatMap { $0.support + $0.query }
  let problem = LearningProblem(
    network: network, loss: loss, learner: learner,
    encoder: FeatureEncoder(data, training: rows), scale: data.scale,
    kernels: .underTest)
  var weights = Weights(problem.layout, key: RandomKey(seed: 1))
  learner.prepare(&weights, .underTest)
  var stream = RandomKey(seed: 2).stream
  let all = weights.mutableAll()
  for index in 0..<all.count { all.base[index] += 0.05 * Float(stream.normal()) }
  return (data, split, problem, weights)
}

extension Scratch {
  /// The episode of a task as the split has it.
  func episode(_ task: UserTask, _ data: Dataset, noise: RandomKey? = nil) -> Episode {
    let sampler = TaskSampler(data.interactions, key: RandomKey(seed: 0), resample: false)
    let (support, query) = sampler.ratings(of: task, epoch: 0)
    return builder.episode(
      user: task.user, support: support, query: query, arena: tape.arena, noise: noise)
  }
}
