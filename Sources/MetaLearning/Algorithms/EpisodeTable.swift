import Datasets
import Kernels
import Models

/// Tasks as lists of numbers: of each item of support and query, then of each regressor that says what is known
/// of the user.
struct EpisodeTable: Sendable {
  /// The known items, from 0 on.
  let items: Int
  let products: ListProducts
  /// How many items the support of each task has.
  let supports: [Int]
  private let tasks: [Task]
  private let isTaken: Bool

  /// What a task is judged by.
  private struct Task: Sendable {
    /// The columns of the support's items.
    var support: [Int32] = []
    /// The columns and numbers of the query's known items, and how many it has in all.
    var query: [(column: Int32, number: Float)] = []
    var asked = 0
  }

  /// - Parameter means: the score that each item's numbers are deviations from, the unknown item first.
  init(
    _ tasks: [UserTask], _ problem: LearningProblem, means: [Float], _ regressors: UserRegressors,
    in rows: Interactions
  ) {
    let (encoder, isTaken) = (problem.encoder, problem.negatives != nil)
    items = means.count - 1
    self.isTaken = isTaken
    /// Known items in rising order, each once.
    func numbers(_ own: [Int32], but known: [Int32] = []) -> [(column: Int32, number: Float)] {
      let keys = own.enumerated().map { place, row in
        UInt64(UInt32(encoder.identityRow(ofItem: rows.items[Int(row)]))) << 32 | UInt64(place)
      }
      var found: [(column: Int32, number: Float)] = []
      for key in keys.sorted() {
        let place = Int(key >> 32)
        guard place > 0, found.last?.column != Int32(place - 1),
          !known.contains(Int32(place - 1))
        else { continue }
        let rating = rows.ratings[Int(own[Int(key & 0xFFFF_FFFF)])]
        found.append(
          (Int32(place - 1), isTaken ? 1 : problem.target(ofRating: rating) - means[place]))
      }
      return found
    }
    var (offsets, columns, values) = ([0], [Int32](), [Float]())
    var (features, supports, judged) = ([Int](), [Int](), [Task]())
    for task in tasks.whileWanted(asking: 0x40) {
      for (column, number) in numbers(task.rows) {
        columns.append(column)
        values.append(number)
      }
      features.append(columns.count)
      for (regressor, number) in regressors.values(of: Int(task.user), encoder) {
        columns.append(Int32(items) + regressor)
        values.append(number)
      }
      offsets.append(columns.count)
      let support = numbers(task.support).map(\.column)
      supports.append(support.count)
      judged.append(
        Task(
          support: support, query: numbers(task.query, but: support),
          asked: Set(task.query.map { rows.items[Int($0)] }).count))
    }
    let lists = ClickLists(offsets: offsets, others: columns, counts: values)
    let count = items + regressors.count
    products = ListProducts(
      lists: lists, turned: lists.turned(count: count), columns: count, numbers: values,
      items: items, features: features)
    (self.supports, self.tasks) = (supports, judged)
  }

  /// For each list its number of items to that power, 1 in the mean.
  func weights(power: Double) -> [Double] {
    let weights = tasks.indices.map { task in
      let count = (products.features?[task] ?? 0) - products.lists.offsets[task]
      return count == 0 ? 0 : Elementary.pow(Double(count), power)
    }
    let mean = weights.reduce(0, +) / Double(max(1, weights.count))
    return mean > 0 ? weights.map { $0 / mean } : weights
  }

  // MARK: Judging

  /// What `quality` is.
  var measure: String { isTaken ? "ndcg@\(RankingQuality.cutoff)" : "the squared error" }

  /// The tasks that one thread scores at once.
  private static let block = 64

  /// How good weights are for these tasks, higher is better: of interactions the mean nDCG of the query among all
  /// known items but those of the support, of ratings the mean squared error below 0.
  func quality(of weights: PanelMatrix, _ problem: LearningProblem) -> Double {
    let blocks = (tasks.count + Self.block - 1) / Self.block
    let parts = orderedMap(blocks) { block -> [Double] in
      qualities(
        block * Self.block..<min((block + 1) * Self.block, tasks.count), of: weights,
        problem.kernels)
    }
    let all = parts.flatMap { $0 }
    return all.isEmpty ? 0 : all.reduce(0, +) / Double(all.count)
  }

  private func qualities(
    _ range: Range<Int>, of weights: PanelMatrix, _ kernels: KernelSet
  ) -> [Double] {
    let width = PanelMatrix.width
    let bags = bags(range)
    let memory = FloatBuffer(count: range.count * width)
    let scores = Matrix(memory.base, rows: range.count, columns: width)
    var lists = range.map { _ in HighestScores(RankingQuality.cutoff) }
    var errors = range.map { _ in 0.0 }
    for panel in 0..<PanelMatrix.tiles(items) where !Cancellation.isRequested {
      let first = panel * width
      let own = first..<min(items, first + width)
      kernels.embed(bags.offsets, bags.indices, bags.numbers, weights.panel(panel), into: scores)
      for (row, task) in tasks[range].enumerated() {
        for (column, number) in task.query where own.contains(Int(column)) {
          let error = Double(scores[row, Int(column) - first] - number)
          errors[row] += error * error
        }
        for column in task.support where own.contains(Int(column)) {
          scores[row, Int(column) - first] = -.infinity
        }
        lists[row].add(
          UnsafeBufferPointer(start: memory.base + row * width, count: own.count), from: first)
      }
    }
    withExtendedLifetime(memory) {}
    return zip(tasks[range], zip(lists, errors)).compactMap { task, found in
      guard task.asked > 0 else { return nil }
      if isTaken {
        return RankingQuality.ndcg(
          found.0.found.map(\.place), Set(task.query.map { Int($0.column) }), asked: task.asked)
      }
      return task.query.isEmpty ? nil : -found.1 / Double(task.query.count)
    }
  }

  /// Supports and features as bags of rows of the weights.
  private func bags(
    _ range: Range<Int>
  ) -> (offsets: [Int32], indices: [Int32], numbers: [Float]) {
    var (offsets, indices, numbers) = ([Int32(0)], [Int32](), [Float]())
    for task in range {
      let places = products.lists.range(task)
      let middle = products.features?[task] ?? places.upperBound
      let support = Set(tasks[task].support)
      for at in places where at >= middle || support.contains(products.lists.others[at]) {
        indices.append(products.lists.others[at])
        numbers.append(products.numbers?[at] ?? 1)
      }
      offsets.append(Int32(indices.count))
    }
    return (offsets, indices, numbers)
  }
}
