import Kernels

/// Data from which what a recommender should learn is taken away, while all counts stay as they are:
/// what still succeeds on them does not show that anything was learned.
package enum Distortion: String, Sendable, CaseIterable {
  /// Ratings are dealt anew among all pairs of users and items: only chance is left.
  case chance
  /// Ratings are dealt anew among the users of each item: only how much items are liked is left.
  case popularity
}

extension Dataset {
  /// The data with the ratings dealt anew; where all ratings are equal, the items are.
  package func distorted(_ distortion: Distortion, key: RandomKey) -> Dataset {
    var distorted = self
    var stream = key.derived("distortion").derived(distortion.rawValue).stream
    let ratings = interactions.ratings
    let isRated = ratings.contains { $0 != ratings.first }
    switch (distortion, isRated) {
    case (.chance, true): distorted.interactions.ratings.shuffle(using: &stream)
    case (.popularity, true):
      var places = [[Int]](repeating: [], count: items.count)
      for (place, item) in interactions.items.enumerated() { places[Int(item)].append(place) }
      for own in places {
        for (place, other) in zip(own, own.shuffled(using: &stream)) {
          distorted.interactions.ratings[place] = ratings[other]
        }
      }
    case (.chance, false):
      let rated = ratedItems
      distorted.interactions.items = interactions.items.map { _ in
        rated[stream.below(max(1, rated.count))]
      }
    case (.popularity, false): distorted.interactions.items.shuffle(using: &stream)
    }
    return distorted
  }
}
