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
  package var shown = Showing.unknown

  /// What the rows are as far as the options tell; nil where only the file does.
  package var feedback: Feedback? {
    if let rating { return rating == "none" ? .interactions : .ratings }
    return count == nil ? nil : .interactions
  }
}

/// A format whose rows are ratings or interactions, each with values that have names.
protocol RowsFormat: DatasetFormat {
  var options: RatingsOptions { get set }
}

extension RowsFormat {
  /// What may be said of the rows.
  ///
  /// - Parameter part: what the values of a row are: columns, or members.
  static func rowParameters(each part: String) -> [Parameter<Self>] {
    [
      .option("user", \.options.user, "the \(part) of users"),
      .option(
        "item", \.options.item,
        "the \(part) of items" + (part == "member" ? ", or of lists of them" : "")),
      .option(
        "rating", \.options.rating, "the \(part) of ratings; `none` makes interactions of the rows"),
      .option(
        "count", \.options.count, "the \(part) that says how often or how much, for interactions"),
      .option(
        "time", \.options.time, "the \(part) of times: seconds or dates; `none` reads no times"),
      .option(
        "where", \.options.kinds,
        "reads only rows with such a value of a \(part): where=\"event=view\""),
      .option("missing", \.options.missing, "what stands for no rating: 99, -1, [0, \"NA\"]"),
      .option("scale", \.options.scale, "what ratings or counts with a heavy tail are turned into"),
      .option("dates", \.options.dates, "whether the day or the month comes first"),
      .option("decimal", \.options.decimal, "what stands before the fractions of numbers"),
      .option("errors", \.options.badRows, "what to do with rows that cannot be read"),
      .option(
        "shown", \.options.shown, "what decided which item a user came to see; `bandit` asks"),
    ]
  }
}
