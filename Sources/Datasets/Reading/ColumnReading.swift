import Language

/// What one column of a file was taken for, and how its values were read.
package struct ColumnReading: Sendable, Equatable {
  package enum Role: String, Sendable {
    case user, item, rating, count, time, event, feature, title
    /// Kept beside the ratings: to split by, to choose rows by.
    case column
    case leftOut = "left out"
  }

  /// Whom a table tells of that is no file of ratings.
  package enum Subject: String, Sendable {
    case users, items

    /// What one of them is called.
    var noun: String { self == .users ? "user" : "item" }
  }

  /// What a feature is.
  package enum Kind: String, Sendable {
    case number, numbers, category, words
    case categories = "several categories"
  }

  package var file: String
  /// The name in the header, or what stands for one: `column 3`.
  package var column: String
  package var role: Role
  /// How its values are written, where that is not plain: `dates, the day first`; why it is left out.
  package var how: String
  /// Of a column about users or items, about whom, and what its feature is.
  package var subject: Subject?
  package var kind: Kind?
  /// Whether the role follows from a guess, so that `load` says it.
  package var isGuess: Bool

  package init(
    file: String, column: String, role: Role, how: String = "", isGuess: Bool = false
  ) {
    self.file = file
    self.column = column
    self.role = role
    self.how = how
    self.isGuess = isGuess
  }

  /// `taster: users`, `when: times, dates with the day first`.
  package var sentence: String {
    let noun =
      switch role {
      case .feature where kind != nil: kind?.rawValue ?? ""
      case .user: "users"
      case .item: "items"
      case .rating: "ratings"
      case .count: "counts"
      case .time: "times"
      case .event: "kinds of rows"
      case .feature: "a feature"
      case .title: "titles"
      case .column: "a column"
      case .leftOut: "left out"
      }
    return "`\(column)`: \(noun)" + (how.isEmpty ? "" : ", \(how)")
  }
}
