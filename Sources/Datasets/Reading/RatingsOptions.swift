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

  /// What the rows are as far as the options tell; nil where only the file does.
  package var feedback: Feedback? {
    if let rating { return rating == "none" ? .interactions : .ratings }
    return count == nil ? nil : .interactions
  }
}
