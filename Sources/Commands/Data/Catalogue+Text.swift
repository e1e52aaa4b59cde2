import Datasets
import Language

extension Dataset {
  /// How many items somebody has rated.
  var ratedItemCount: Int { items.count - unratedItemCount }

  /// `300 items`, or `12 items, 9 rated and 3 never,`.
  ///
  /// - Parameter unrated: `unratedItemCount`, which takes a look at all ratings.
  func itemCounts(unrated: Int) -> String {
    let all = counted(items.count, "item")
    guard unrated > 0 else { return all }
    return "\(all), \(grouped(items.count - unrated)) rated and \(grouped(unrated)) never,"
  }

  /// For a list of items whether each is one that nobody has rated.
  func isNew(_ list: some Sequence<Int32>) -> [Bool] {
    let isRated = isRatedItem
    return list.map { !isRated[Int($0)] }
  }
}
