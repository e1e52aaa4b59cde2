import Datasets

/// A recommender that goes on learning: it is told of each rating after it was asked to predict it.
package protocol OnlineRecommender: Recommender {
  /// Learns from a rating.
  ///
  /// - Parameter user: whose it is; their support ends with the rating.
  mutating func learn(_ rating: UserContext.Rating, of user: UserContext)
}
