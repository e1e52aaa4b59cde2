import Datasets
import Kernels
import Language
import Models
import Synchronization

/// Ridge regression from some of a user's items, drawn by chance, to their others, averaged over all draws: what
/// EASE becomes when it is trained on the task that is set.
///
/// Of a training user with n items, k are drawn: two of them are both drawn with probability
/// k(k − 1) / (n(n − 1)), one is drawn and the other is not with k(n − k) / (n(n − 1)), and one is drawn with
/// k / n. With A the sum over users of the first for all pairs of their items, of the last on the diagonal, and
/// λ added to it, and R the sum of the second with an empty diagonal, the weights are W = A⁻¹R.
package struct EpisodicEase: NewItemScorer {
  package var penalty: Double?
  package var most: Int?
  package var newItems = NewItemOptions()

  package init() {}

  package static let signature = Signature<Self>(
    "episodic-ease",
    "Ridge regression from a few items of a user to the others, averaged over all draws.",
    details: """
      As `ease`, but each training user is asked what every test user is asked: from as many of the items as \
      a support has, to guess the rest. The mean over all ways to draw them has a closed form: with n items \
      of a user and k drawn, A = Σ k(k−1)/(n(n−1)) x xᵀ off the diagonal and Σ k/n x on it, plus l2; \
      R = Σ k(n−k)/(n(n−1)) x xᵀ with an empty diagonal; W = A⁻¹R. k is the support of the training task; \
      where all of these are equal and a user has another number of items, W is computed for that. When `l2` \
      is not given, the best of five on the validation users is taken. It needs memory for five numbers for \
      each pair of items. \(NewItemOptions.details)
      """,
    [
      .option(
        "l2", \.penalty, in: 1e-3...1e9, "ridge penalty; chosen on validation users if absent"),
      .option(
        "items", \.most, in: 1...1_000_000, "keep to so many items, those most training users took"),
    ] + NewItemOptions.parameters(\.newItems),
    needs: [.interactions],
    examples: [Example("evaluate ndcg@20 with=[episodic-ease]")])

  package var feedback: Set<Feedback> { [.interactions] }
  package var predictsRatings: Bool { false }

  package static let penalties = [1.0, 3, 10, 30, 300]

  fileprivate var strength: Float { Float(penalty ?? Self.penalties[0]) }

  package func candidates(on feedback: Feedback) -> [EpisodicEase] {
    with(each: Self.penalties) { $0.penalty = penalty ?? $1 }
  }

  /// The system of equations of the supports that training tasks have.
  package struct Common: Sendable {
    let clicks: TrainingClicks
    let system: EpisodeSystem
  }

  package func common(
    to dataset: Dataset, training: [UserTask], key: RandomKey, kernels: KernelSet
  ) -> Common {
    let clicks = TrainingClicks(training, in: dataset, most: most)
    return Common(
      clicks: clicks,
      system: EpisodeSystem(
        clicks.products, supports: clicks.supports, kernels: kernels))
  }

  package func fitted(
    to common: Common, key: RandomKey, kernels: KernelSet
  ) -> any Recommender {
    EpisodicModel(common, self, kernels: kernels)
  }

  package func memory(for data: Dataset) -> Double {
    5 * PanelMatrix.bytes(square: min(data.items.count, most ?? .max))
      + (most == nil ? newItems.memory(for: data) : 0)
  }
}

/// The weights for the supports of the training tasks, and for others that users have.
private final class EpisodicModel: Recommender {
  let title = EpisodicEase.name
  let predictsRatings = false
  private let clicks: TrainingClicks
  private let setting: EpisodicEase
  private let kernels: KernelSet
  /// The support that all training tasks have, where they have the items; nil if they differ.
  private let size: Int?
  private let usual: ItemTable
  /// The models of other sizes, those that were used last, the newest at the end.
  private let others = Mutex<[(size: Int, weights: ItemTable)]>([])
  /// How many of them are kept.
  private static let kept = 2

  init(_ common: EpisodicEase.Common, _ setting: EpisodicEase, kernels: KernelSet) {
    self.clicks = common.clicks
    self.setting = setting
    self.kernels = kernels
    // Of users who have too few items for it, as many as there are.
    let clicks = common.clicks
    let most = clicks.supports.max() ?? 0
    let isSame =
      clicks.supports.count { $0 == most } * 2 > clicks.supports.count
      && clicks.supports.enumerated().allSatisfy { user, support in
        support == most || support >= clicks.byUser.range(user).count - 1
      }
    size = isSame ? most : nil
    let strength = setting.strength
    let table = setting.table(of: clicks, kernels) {
      common.system.solution(kernels) { _ in strength }
    }
    usual = ItemTable(title: EpisodicEase.name, clicks, table, kernels: kernels)
  }

  func scores(for user: UserContext, items: [Int32]) -> [Float] {
    weights(for: clicks.columns.taken(by: user).count).scores(for: user, items: items)
  }

  func best(
    _ count: Int, notTakenBy users: [UserContext], threads: Int
  ) throws(ScoreError) -> [[(item: Int32, score: Float)]]? {
    let sizes = users.map { clicks.columns.taken(by: $0).count }
    let usual = users.indices.filter { isUsual(sizes[$0]) }
    let lists = try self.usual.best(count, notTakenBy: usual.map { users[$0] }, threads: threads)
    guard usual.count < users.count, let lists else { return lists }
    var all = users.map { _ in [(item: Int32, score: Float)]() }
    for (place, list) in zip(usual, lists) { all[place] = list }
    // Those of one size after the other, so that each is solved for once.
    for size in Set(sizes).sorted() where !isUsual(size) {
      let own = users.indices.filter { sizes[$0] == size }
      let lists = try weights(for: size).best(
        count, notTakenBy: own.map { users[$0] }, threads: threads)
      for (place, list) in zip(own, lists ?? []) { all[place] = list }
    }
    return all
  }

  private func isUsual(_ count: Int) -> Bool { size == nil || count == 0 || count == size }

  private func weights(for count: Int) -> ItemTable {
    if isUsual(count) { return usual }
    return others.withLock { others in
      if let known = others.firstIndex(where: { $0.size == count }) {
        others.append(others.remove(at: known))
        return others[others.count - 1].weights
      }
      let supports = clicks.supports.map { _ in count }
      let system = EpisodeSystem(clicks.products, supports: supports, kernels: kernels)
      let strength = setting.strength
      let table = system.solution(kernels) { _ in strength }
      setting.fill(table, of: clicks, kernels)
      let made = ItemTable(title: title, clicks, table, kernels: kernels)
      // What was left in its middle is not kept.
      if !Cancellation.isRequested {
        if others.count == Self.kept { others.removeFirst() }
        others.append((count, made))
      }
      return made
    }
  }
}
