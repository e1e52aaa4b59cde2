import Datasets
import Kernels

/// What training users took, as a table of ones and blanks: each row a training task, each column an item.
package struct TrainingClicks: Sendable {
  package let byUser: ClickLists
  package let byItem: ClickLists
  /// How many of a task's items are its support, of those that have a column.
  let supports: [Int]
  let columns: ItemColumns
  /// How many training users took each item, whether it has a column or not.
  let popularity: [Float]
  /// What baselines that are fitted to them keep from one setting to the next.
  let kept = KeptWork()
  /// What is known of the items.
  let features: [Feature]

  /// - Parameter most: the most items that get a column, those that most training users took.
  package init(_ training: [UserTask], in dataset: Dataset, most: Int? = nil) {
    let rows = dataset.interactions
    features = dataset.items.features
    var popularity = [Float](repeating: 0, count: dataset.items.count)
    let lists = training.whileWanted(asking: 0x100).map { task in
      TrainingClicks.merged(task.rows, rows)
    }
    for list in lists { for (item, _) in list { popularity[Int(item)] += 1 } }
    let columns = ItemColumns(popularity, most: most)
    var (offsets, items, counts) = ([0], [Int32](), [Float]())
    var supports: [Int] = []
    for (task, list) in zip(training, lists) {
      for (item, count) in list {
        let column = columns.column[Int(item)]
        guard column >= 0 else { continue }
        items.append(column)
        counts.append(count)
      }
      offsets.append(items.count)
      let support = task.query.isEmpty ? list : TrainingClicks.merged(task.support, rows)
      supports.append(support.count { columns.column[Int($0.item)] >= 0 })
    }
    let byUser = ClickLists(offsets: offsets, others: items, counts: counts)
    (self.columns, self.popularity, self.supports) = (columns, popularity, supports)
    byItem = byUser.turned(count: columns.count)
    self.byUser = byUser
  }

  /// The items of rows in rising order of their numbers, each once.
  private static func merged(
    _ rows: [Int32], _ interactions: Interactions
  ) -> [(item: Int32, count: Float)] {
    // Items and places in one number, which sorts faster than pairs.
    let keys = rows.enumerated().map { place, row in
      UInt64(UInt32(bitPattern: interactions.items[Int(row)])) << 32 | UInt64(place)
    }
    var merged: [(item: Int32, count: Float)] = []
    merged.reserveCapacity(rows.count)
    for key in keys.sortedWhileWanted() {
      let item = Int32(truncatingIfNeeded: key >> 32)
      let count = interactions.count(of: Int(rows[Int(key & 0xFFFF_FFFF)]))
      if let last = merged.last, last.item == item {
        merged[merged.count - 1].count += count
      } else {
        merged.append((item, count))
      }
    }
    return merged
  }

  var userCount: Int { byUser.count }
  var itemCount: Int { columns.count }
}

/// Which items have a column in a table of items by items: all, or those that most users took.
struct ItemColumns: Sendable {
  /// The column of each item, or -1.
  let column: [Int32]
  /// The items that have one.
  let items: [Int32]

  init(_ popularity: [Float], most: Int?) {
    let all = popularity.indices.map { Int32($0) }
    var kept = all
    if let most, most < all.count {
      // The earlier of two that are taken alike.
      let order = all.sorted {
        (popularity[Int($1)], $0) < (popularity[Int($0)], $1)
      }
      kept = order.prefix(most).sorted()
    }
    items = kept
    var column = [Int32](repeating: -1, count: popularity.count)
    for (place, item) in kept.enumerated() { column[Int(item)] = Int32(place) }
    self.column = column
  }

  var count: Int { items.count }
}
