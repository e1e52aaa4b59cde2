import Language

/// What decided which item the user of a row came to see.
package enum Showing: String, ArgumentChoice {
  case unknown
  case random

  package var summary: String {
    switch self {
    case .unknown: "nobody says: most often the user, or a recommender"
    case .random: "chance alone, among all items that the user had not been shown"
    }
  }
}

extension Noun {
  /// Rows of items that chance alone had shown, from which other ways of choosing can be judged.
  package static let randomShowings = Noun(
    "random showings", phrase: "items shown at random", isPlural: true,
    absence: "what a user came to see was not decided by chance, as far as the data say",
    remedy: "load impressions",
    advice:
      "`load impressions` makes a log of items shown at random; `shown=random` says of a file that it is one",
    kindOf: .data)
}

/// That chance alone decided which items the users of some rows were shown, and what each would have brought.
package struct RandomShowings: Sendable {
  /// The chances of clicks, where they are known: of generated logs.
  package var chances: ClickChances?

  package init(chances: ClickChances? = nil) { self.chances = chances }
}
