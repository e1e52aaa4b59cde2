import Datasets
import Kernels
import Language
import Models

/// A recommender without meta-learning, to compare models with.
///
/// It is fitted on the rows of training tasks alone, all that are known of them; a test user's support
/// ratings reach it only through `scores(for:items:)`, and their query ratings never do.
package protocol Baseline: Configurable {
  func fitted(
    to dataset: Dataset, training: [UserTask], key: RandomKey, kernels: KernelSet
  ) -> any Recommender
  /// Whether its scores are on the scale of the ratings, and not only an order.
  var predictsRatings: Bool { get }
  /// Which kinds of data it is made for.
  var feedback: Set<Feedback> { get }
  /// The same, ready to learn on from each further rating; nil where it can only be fitted anew.
  func online(
    to dataset: Dataset, training: [UserTask], key: RandomKey, kernels: KernelSet
  ) -> (any OnlineRecommender)?
  /// Whether a user's support ratings count by their weights, as `recency=` needs.
  var weighsSupport: Bool { get }
  /// What it needs and the data lack, and how they get it; nil where nothing is missing.
  func obstacle(on data: Dataset) -> (message: String, help: [String])?
  /// About how many bytes fitting it takes, where they grow with the square of the items; else 0.
  func memory(for data: Dataset) -> Double
  /// The features that its options name.
  var namedFeatures: [NamedFeatures] { get }
  /// What one must know of it to read its row; nil where its name says it all.
  var remark: String? { get }
}

/// Features that an option of a baseline names.
package struct NamedFeatures: Sendable {
  package let option: String
  package let names: [String]
  /// Whether they are of users; else of items.
  package let areOfUsers: Bool

  init(_ option: String, _ names: [String], areOfUsers: Bool = false) {
    (self.option, self.names, self.areOfUsers) = (option, names, areOfUsers)
  }
}

extension Baseline {
  package var predictsRatings: Bool { true }
  package var feedback: Set<Feedback> { [.ratings] }
  package func memory(for data: Dataset) -> Double { 0 }
  package var namedFeatures: [NamedFeatures] { [] }
  package var weighsSupport: Bool { false }
  package var remark: String? { nil }
  package func obstacle(on data: Dataset) -> (message: String, help: [String])? { nil }

  package func online(
    to dataset: Dataset, training: [UserTask], key: RandomKey, kernels: KernelSet
  ) -> (any OnlineRecommender)? { nil }
}

/// The ratings that a baseline may learn from.
package struct TrainingRatings: Sendable {
  let users: [Int32]
  let items: [Int32]
  let ratings: [Float]
  let scale: RatingScale
  let userCount: Int
  let itemCount: Int
  /// The mean rating; the middle of the scale when there is none.
  let mean: Double

  package init(_ training: [UserTask], in dataset: Dataset) {
    self.init(rows: training.whileWanted(asking: 0x100).flatMap(\.rows), in: dataset)
  }

  init(rows: [Int32], in dataset: Dataset) {
    let interactions = dataset.interactions
    let users = rows.whileWanted().map { interactions.users[Int($0)] }
    let items = rows.whileWanted().map { interactions.items[Int($0)] }
    let ratings = rows.whileWanted().map { interactions.ratings[Int($0)] }
    // Cancelled work leaves columns of different lengths; then there are no rows at all.
    let isWhole = !Cancellation.isRequested
    self.users = isWhole ? users : []
    self.items = isWhole ? items : []
    self.ratings = isWhole ? ratings : []
    scale = dataset.scale
    userCount = dataset.users.count
    itemCount = dataset.items.count
    let sum = self.ratings.reduce(0.0) { $0 + Double($1) }
    mean =
      self.ratings.isEmpty
      ? Double(scale.lowest + scale.highest) / 2 : sum / Double(ratings.count)
  }

  var count: Int { ratings.count }

  /// How many of them each item has.
  package var countsOfItems: [Int] {
    var counts = Array(repeating: 0, count: itemCount)
    for item in items { counts[Int(item)] += 1 }
    return counts
  }

  /// The standard deviation of the ratings; 0 when there is none.
  var deviation: Double {
    let squares = ratings.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
    return (squares / Double(max(1, ratings.count))).squareRoot()
  }
}

/// Scores items by one number each, the same for every user.
struct FixedScores: Recommender {
  let title: String
  let predictsRatings: Bool
  var perItem: [Float]

  func scores(for user: UserContext, items: [Int32]) -> [Float] {
    items.map { perItem[Int($0)] }
  }
}
