import Datasets
import Kernels
import Models

/// Training users, and items, whom the parts of a blend are not fitted on: what these say of them teaches the blend.
struct HeldOutRatings: Sendable {
  private let dataset: Dataset
  /// For each item whether it is hidden: nothing of it is shown to the parts.
  private let isHidden: [Bool]
  private let users: [HeldOutUser]

  private struct HeldOutUser: Sendable {
    let context: UserContext
    /// The rows to judge by.
    let known: [Int32]
    let new: [Int32]
  }

  /// - Parameter share: how many of the items are hidden.
  init(_ tasks: ArraySlice<UserTask>, hiding share: Double, of dataset: Dataset, _ key: RandomKey) {
    let interactions = dataset.interactions
    var stream = key.stream
    var isHidden = Array(repeating: false, count: dataset.items.count)
    for item in stream.shuffled(Array(isHidden.indices)).prefix(Int(Double(isHidden.count) * share))
    {
      isHidden[item] = true
    }
    self.dataset = dataset
    self.isHidden = isHidden
    users = tasks.whileWanted().map { task in
      let shown = task.shown(isHidden, interactions)
      return HeldOutUser(
        context: UserContext(shown, in: interactions), known: shown.query,
        new: (task.support + task.query).filter { isHidden[Int(interactions.items[Int($0)])] })
    }
  }

  /// A task without the items that are hidden.
  func shown(_ task: UserTask) -> UserTask { task.shown(isHidden, dataset.interactions) }

  /// Least squares on the ratings of known items, drawn towards equal weights.
  func weights(of parts: [any Recommender], penalty: Double) -> [Double] {
    let equal = 1 / Double(parts.count)
    var system = RidgeSystem(size: parts.count, penalty: penalty)
    for user in users where !Cancellation.isRequested {
      let items = items(user.known)
      let scores = parts.map { $0.scores(for: user.context, items: items) }
      for (place, row) in user.known.enumerated() {
        let predictions = scores.map { Double($0[place]) }
        let offset = predictions.reduce(0, +) * equal
        predictions.withUnsafeBufferPointer {
          system.add($0, at: 0, value: rating(row) - offset)
        }
      }
    }
    return system.solution().map { $0 + equal }
  }

  /// The cuts between whole ratings, for a blend of parts that were fitted without these users and items.
  ///
  /// - Parameter training: all that the blend will know.
  func cuts(_ blend: Blend, training: [UserTask]) -> RatingCuts {
    func judged(_ rows: KeyPath<HeldOutUser, [Int32]>) -> [JudgedRating] {
      users.whileWanted().flatMap { user in
        zip(blend.scores(for: user.context, items: items(user[keyPath: rows])), user[keyPath: rows])
          .map { JudgedRating(score: Double($0), rating: rating($1)) }
      }
    }
    return RatingCuts(
      dataset.scale, known: judged(\.known), new: judged(\.new),
      isNew: TrainingRatings(training, in: dataset).countsOfItems.map { $0 == 0 })
  }

  private func items(_ rows: [Int32]) -> [Int32] {
    rows.map { dataset.interactions.items[Int($0)] }
  }

  private func rating(_ row: Int32) -> Double { Double(dataset.interactions.ratings[Int(row)]) }
}

extension UserTask {
  fileprivate func shown(_ isHidden: [Bool], _ interactions: Interactions) -> UserTask {
    let isShown = { (row: Int32) in !isHidden[Int(interactions.items[Int(row)])] }
    return UserTask(
      user: user, support: support.filter(isShown), query: query.filter(isShown),
      spare: spare.filter(isShown))
  }
}
