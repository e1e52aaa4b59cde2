import Datasets
import Kernels

/// What is known of a user when they ask: their features if they are in the data, and their ratings.
package struct UserContext: Sendable {
  package struct Rating: Sendable, Equatable {
    package var item: Int32
    package var rating: Float
    /// How often, or how much, it happened, where it is no rating.
    package var count: Float
    /// When it was given, in the units of the data's times; `Interactions.unknownTime` where that is not known.
    package var time: Int64
    /// How many of these units make a second.
    package var ticks: Int64
    /// How much it counts beside others of the same user: less than 1 where old ratings are forgotten.
    package var weight: Float = 1

    package init(
      item: Int32, rating: Float, count: Float = 1, time: Int64 = Interactions.unknownTime,
      ticks: Int64 = 1
    ) {
      self.item = item
      self.rating = rating
      self.count = count
      self.time = time
      self.ticks = ticks
    }

    /// When it was given, in whole seconds since 1970; nil where it is not known.
    package var seconds: Int64? {
      time == Interactions.unknownTime ? nil : floored(time, by: ticks)
    }
  }

  /// Their number in the data, or nil for a user the data do not know.
  package var user: Int32?
  /// The features of a user whom the data do not know, as `FeatureEncoder.codes(of:)` gives them; they count in
  /// place of those of `user`.
  package var person: EntityCodes?
  package var support: [Rating]

  package init(user: Int32?, support: [Rating]) {
    self.user = user
    self.support = support
  }

  /// The context of a task: its user and support ratings, never its query ratings.
  package init(_ task: UserTask, in interactions: Interactions) {
    user = task.user
    support = task.support.map { Rating(row: $0, of: interactions) }
  }
}

extension UserContext.Rating {
  /// Whether it was drawn as something that the user did not take.
  package var isDrawn: Bool { count == 0 }

  package init(row: Int32, of interactions: Interactions) {
    self.init(
      item: interactions.items[Int(row)], rating: interactions.ratings[Int(row)],
      count: interactions.count(of: Int(row)),
      time: interactions.times.isEmpty ? Interactions.unknownTime : interactions.times[Int(row)],
      ticks: interactions.ticks)
  }
}

/// Something fitted that scores items for a user from a handful of their ratings: every trained model
/// and every baseline. Scores are on the scale of the ratings when `predictsRatings`.
package protocol Recommender: Sendable {
  /// The row title in reports: "maml", "item-mean".
  var title: String { get }
  /// Whether scores are predicted ratings (MAE has a meaning) or only an order.
  var predictsRatings: Bool { get }
  /// One score for each of `items`, higher is better; those of damaged or diverged weights may be no
  /// numbers. Changes nothing; may run on any thread.
  func scores(for user: UserContext, items: [Int32]) -> [Float]
  /// The items with the highest scores, the highest first and the earlier of two equals first; on up to
  /// `threads` threads.
  func best(
    _ count: Int, of items: [Int32], for user: UserContext, threads: Int
  ) throws(ScoreError) -> [(item: Int32, score: Float)]
  /// For each user the items with the highest scores, of all but those of their support, in that order; on up to
  /// `threads` threads. Nil where there is no faster way than one user after the other.
  func best(
    _ count: Int, notTakenBy users: [UserContext], threads: Int
  ) throws(ScoreError) -> [[(item: Int32, score: Float)]]?
}

/// A recommender gave something that is no finite number where a score belongs.
package struct ScoreError: Error, Equatable {
  /// The recommender.
  package var title: String
  /// The user's number in the data; nil for a user the data do not know.
  package var user: Int32?
  /// The item's number; nil where it is no score of an item, but a loss or a representation.
  package var item: Int32?

  package init(title: String, user: Int32? = nil, item: Int32? = nil) {
    self.title = title
    self.user = user
    self.item = item
  }
}

extension Recommender {
  /// The scores, all of them finite: what users see and measures are made of.
  package func finiteScores(
    for user: UserContext, items: [Int32]
  ) throws(ScoreError) -> [Float] {
    let scores = scores(for: user, items: items)
    try requireFinite(scores, of: items, for: user)
    return scores
  }

  /// Refuses scores that can be put in no order.
  package func requireFinite(
    _ scores: [Float], of items: [Int32], for user: UserContext
  ) throws(ScoreError) {
    guard let odd = scores.firstIndex(where: { !$0.isFinite }) else { return }
    throw ScoreError(title: title, user: user.user, item: odd < items.count ? items[odd] : nil)
  }

  package func best(
    _ count: Int, of items: [Int32], for user: UserContext, threads: Int
  ) throws(ScoreError) -> [(item: Int32, score: Float)] {
    let scores = try finiteScores(for: user, items: items)
    return highest(count, of: scores).map { (items[$0], scores[$0]) }
  }

  package func best(
    _ count: Int, notTakenBy users: [UserContext], threads: Int
  ) throws(ScoreError) -> [[(item: Int32, score: Float)]]? { nil }
}
