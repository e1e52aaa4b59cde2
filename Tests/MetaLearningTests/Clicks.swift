import Datasets
import Kernels
import MetaLearning
import Models
import TestedKernels
import Testing

/// Data of what each user took, a list of items for each.
func clicks(_ lists: [[Int32]], items: Int, counts: [Float] = []) -> Dataset {
  var table = Interactions()
  for (user, list) in lists.enumerated() {
    for item in list {
      table.users.append(Int32(user))
      table.items.append(item)
      table.ratings.append(1)
    }
  }
  table.counts = counts
  var data = Dataset(
    name: "clicks", users: Entities(ids: Vocabulary((0..<lists.count).map { "u\($0)" })),
    items: Entities(ids: Vocabulary((0..<items).map { "i\($0)" })), interactions: table,
    scale: .happened)
  data.feedback = .interactions
  return data
}

/// A task for each user, whose first items are the support.
func tasks(of data: Dataset, support: (Int) -> Int) -> [UserTask] {
  var rows = Array(repeating: [Int32](), count: data.users.count)
  for (row, user) in data.interactions.users.enumerated() { rows[Int(user)].append(Int32(row)) }
  return rows.enumerated().map { user, rows in
    let size = min(support(rows.count), rows.count)
    return UserTask(
      user: Int32(user), support: Array(rows.prefix(size)), query: Array(rows.dropFirst(size)))
  }
}

/// Lists of items drawn by chance, popular ones more often, from 2 to `most` a user.
func drawnLists(users: Int, items: Int, most: Int, seed: UInt64 = 1) -> [[Int32]] {
  var stream = RandomKey(seed: seed).derived("lists").stream
  return (0..<users).map { _ in
    let count = 2 + stream.below(most - 1)
    var list: [Int32] = []
    while list.count < count {
      let item = Int32(min(stream.below(items), stream.below(items)))
      if !list.contains(item) { list.append(item) }
    }
    return list
  }
}

/// What a baseline gives for a user who took these, over all items.
func scores<B: Baseline>(
  _ baseline: B, _ data: Dataset, _ training: [UserTask], taken: [Int32],
  kernels: KernelSet = .underTest
) -> [Float] {
  baseline.fitted(
    to: data, training: training, key: RandomKey(seed: 3), kernels: kernels
  ).scores(
    for: UserContext(user: nil, support: taken.map { .init(item: $0, rating: 1) }),
    items: (0..<Int32(data.items.count)).map { $0 })
}

/// Expects of a baseline the same scores by all kernels of this machine, on one thread and on two.
func expectSameBits<B: Baseline>(
  _ baseline: B, _ data: Dataset, _ training: [UserTask], taken: [Int32],
  at location: SourceLocation = #_sourceLocation
) {
  var known: [Float]?
  for kernels in KernelSet.available {
    for threads in [1, 2] {
      let found = ThreadPool().whileUsed(atMost: threads) {
        scores(baseline, data, training, taken: taken, kernels: kernels)
      }
      #expect(
        found == known ?? found, "\(kernels.name), \(threads) threads", sourceLocation: location)
      known = found
    }
  }
}

/// x with a·x = b by Gauss and Jordan, with the largest pivot of each column.
func solved(_ a: [[Double]], _ b: [[Double]]) -> [[Double]] {
  var rows = zip(a, b).map { $0 + $1 }
  for column in a.indices {
    let pivot = (column..<a.count).max { abs(rows[$0][column]) < abs(rows[$1][column]) } ?? column
    rows.swapAt(column, pivot)
    let scale = rows[column][column]
    rows[column] = rows[column].map { $0 / scale }
    for other in a.indices where other != column {
      let factor = rows[other][column]
      for place in rows[other].indices { rows[other][place] -= factor * rows[column][place] }
    }
  }
  return rows.map { Array($0[a.count...]) }
}

func identity(_ size: Int, _ value: Double = 1) -> [[Double]] {
  (0..<size).map { i in (0..<size).map { $0 == i ? value : 0 } }
}
