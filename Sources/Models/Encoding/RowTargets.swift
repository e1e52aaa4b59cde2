import Datasets

/// What several heads learn from the rows of a task: each has a column of targets, in which NaN stands where a row
/// has no part in it. Rows come in this order: what was taken, what was drawn as not taken, the categories.
package struct RowTargets: Sendable {
  package enum Column: Sendable {
    /// The rating of what was taken.
    case rating
    /// 1 for what was taken, 0 for what was drawn.
    case click
    /// For each category its share of what was taken.
    case category

    /// The target of a row that is an item.
    func target(_ rating: UserContext.Rating) -> Float {
      switch self {
      case .rating: rating.isDrawn ? .nan : rating.rating
      case .click: rating.isDrawn ? 0 : 1
      case .category: .nan
      }
    }
  }

  /// The values of a feature of the items that are asked for, each as a row of its own.
  package struct Categories: Sendable {
    /// The number of the field among those of the items.
    package let field: Int
    /// The rows of the table that stand for the values.
    package let rows: Range<Int32>

    package init(field: Int, rows: Range<Int32>) {
      self.field = field
      self.rows = rows
    }

    /// For each value its share of the items that were taken; an item with several values is shared by them. NaN
    /// where no item has a known one.
    func shares(of ratings: [UserContext.Rating], _ items: EntityCodes) -> [Float] {
      var shares = [Float](repeating: 0, count: rows.count)
      for rating in ratings where !rating.isDrawn {
        for at in items.entries(of: Int(rating.item), field: field)
        where rows.contains(items.rows[at]) {
          shares[Int(items.rows[at] - rows.lowerBound)] += items.weights[at]
        }
      }
      let sum = shares.reduce(0, +)
      return shares.map { sum > 0 ? $0 / sum : .nan }
    }
  }

  package let columns: [Column]
  /// What the column of categories is about; nil without one.
  package let categories: Categories?

  package init(columns: [Column], categories: Categories?) {
    self.columns = columns
    self.categories = categories
  }
}

/// What of an item counts as unknown to a network.
package struct HiddenFields: OptionSet, Sendable {
  package let rawValue: Int
  package init(rawValue: Int) { self.rawValue = rawValue }
  /// Its id, as that of a new item.
  package static let items = HiddenFields(rawValue: 1)
  /// The data set that it comes from, as a new one.
  package static let domains = HiddenFields(rawValue: 2)
}
