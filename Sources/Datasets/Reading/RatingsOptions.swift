import Language

/// How the rows of a file of ratings were said to be.
package struct RatingsOptions: Sendable {
  package var user: String?
  package var item: String?
  package var rating: String?
  package var count: String?
  package var time: String?
  /// What stands for no rating: `99`, `-1`, `NA`.
  package var missing: [String] = []
  /// `column=value`: only such rows are read.
  package var kinds: [String] = []
  package var dates = DayOrder.guess
  package var decimal = NumberForm.DecimalMark.guess
  package var scale = RatingTransform.asIs
  package var badRows = BadRows.refuse
}

/// What ratings with a heavy tail, such as numbers of plays, are turned into.
package enum RatingTransform: String, ArgumentChoice {
  case asIs = "as-is"
  case log, share, rank

  package var summary: String {
    switch self {
    case .asIs: "the values as they are written"
    case .log: "log(1 + value)"
    case .share: "the value's share of all the user's"
    case .rank: "its rank among the user's, from 0 to 1, equal values sharing theirs"
    }
  }

  /// What the ratings are, behind a scale: `log(1 + plays)`.
  func spoken(of column: String) -> String {
    switch self {
    case .asIs: ""
    case .log: "log(1 + \(column))"
    case .share: "share of the user's \(column)"
    case .rank: "rank of \(column) within the user"
    }
  }
}
