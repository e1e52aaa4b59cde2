import Datasets
import FoundationEssentials
import Kernels
import Language
import LibC
import MetaLearning
import Models

/// Baselines of clicks on a table of pairs, timed, with what they give for a program that compares it.
struct Clicks {
  private let data: Dataset
  private let training: [UserTask]
  private let contexts: [UserContext]
  private let threads: Int
  private let kernels: KernelSet

  /// What is printed, an object a line.
  private struct Row: Encodable {
    var name: String
    var threads: Int
    /// The processor time of making it, in seconds.
    var fit_cpu: Double
    var fit: Double
    var rank_cpu: Double
    var rank: Double
    var loss: Double?
    /// The scores of all items for the first users.
    var scores: [[Float]]
    /// The 20 best items of each user, of all that they did not take.
    var top: [[Int32]]
  }

  /// - Parameter folder: where `users.bin` and `items.bin` lie, the numbers of the pairs.
  init(_ inputs: Inputs, threads: Int, kernels: KernelSet) throws {
    let (users, items) = (try inputs.integers("users"), try inputs.integers("items"))
    (self.threads, self.kernels) = (threads, kernels)
    func entities(_ numbers: [Int32]) -> Entities {
      Entities(ids: Vocabulary((0...(numbers.max() ?? 0)).map { "\($0)" }))
    }
    data = Dataset(
      name: "clicks", users: entities(users), items: entities(items),
      interactions: Interactions(
        users: users, items: items, ratings: Array(repeating: 1, count: users.count)),
      scale: .happened)
    var rows = Array(repeating: [Int32](), count: data.users.count)
    for (row, user) in users.enumerated() { rows[Int(user)].append(Int32(row)) }
    training = rows.enumerated().map { UserTask(user: Int32($0), support: $1, query: []) }
    let interactions = data.interactions
    contexts = training.map { UserContext($0, in: interactions) }
  }

  /// - Parameter text: a baseline with its options, such as `ease l2=1000`.
  func line(for text: String) throws -> String {
    guard let baseline = try? baselines.member(described: text).get() else { return "" }
    let key = RandomKey(seed: 1)
    let (start, startCPU) = (seconds(), Self.processorTime)
    let fitted = baseline.fitted(to: data, training: training, key: key, kernels: kernels)
    let (made, madeCPU) = (seconds(), Self.processorTime)
    let lists = try fitted.best(20, notTakenBy: contexts, threads: threads) ?? []
    let (end, endCPU) = (seconds(), Self.processorTime)
    let items = (0..<Int32(data.items.count)).map { $0 }
    let row = Row(
      name: text, threads: threads, fit_cpu: madeCPU - startCPU, fit: made - start,
      rank_cpu: endCPU - madeCPU, rank: end - made,
      loss: (baseline as? AlternatingLeastSquares).map { loss(of: $0, key) },
      scores: contexts.prefix(50).map { fitted.scores(for: $0, items: items) },
      top: lists.map { $0.map(\.item) })
    return String(decoding: try JSONEncoder().encode(row), as: UTF8.self)
  }

  /// Σ c (p − x · y)² over all pairs, plus the penalty.
  private func loss(of als: AlternatingLeastSquares, _ key: RandomKey) -> Double {
    let clicks = TrainingClicks(training, in: data)
    let (users, items) = als.factorized(clicks, key: key, kernels: kernels)
    let width = users.rows.columns
    func gram(_ rows: Matrix) -> [Double] {
      var sums = [Double](repeating: 0, count: width * width)
      for row in 0..<rows.rows {
        for i in 0..<width {
          let x = Double(rows[row, i])
          for j in 0..<width { sums[i * width + j] += x * Double(rows[row, j]) }
        }
      }
      return sums
    }
    let (a, b) = (gram(users.rows), gram(items.rows))
    var loss = zip(a, b).reduce(0.0) { $0 + $1.0 * $1.1 }
    let (penalty, alpha) = (als.penalty ?? 0, als.alpha ?? 0)
    for factor in 0..<width {
      loss += penalty * (a[factor * (width + 1)] + b[factor * (width + 1)])
    }
    for user in 0..<clicks.byUser.count {
      for place in clicks.byUser.range(user) {
        let item = Int(clicks.byUser.others[place])
        let score = (0..<width).reduce(0.0) {
          $0 + Double(users.rows[user, $1]) * Double(items.rows[item, $1])
        }
        loss += (1 + alpha) * (1 - score) * (1 - score) - score * score
      }
    }
    return loss
  }

  /// What the whole process took so far, in seconds.
  private static var processorTime: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
