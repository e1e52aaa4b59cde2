import Datasets
import Kernels

/// What metrics beyond accuracy know of the items: how often training users rated them, and their
/// categories.
package struct Background: Sendable {
  /// How many training ratings each item has.
  package let popularity: [Int]
  package let trainingUsers: Int
  package let categories: Categories

  /// Counts the ratings of training tasks only.
  package init(_ dataset: Dataset, training: [UserTask]) {
    var popularity = Array(repeating: 0, count: dataset.items.count)
    for task in training.whileWanted(asking: 0x100) {
      for rows in [task.support, task.query, task.spare] {
        for row in rows { popularity[Int(dataset.interactions.items[Int(row)])] += 1 }
      }
    }
    self.popularity = popularity
    trainingUsers = training.count
    categories = Categories(dataset.items, named: [])
  }
}
