import Language

/// Whose feedback makes a task: a user's on items, or an item's from users.
package enum TaskOwner: String, ArgumentChoice {
  case users, items

  package var summary: String {
    switch self {
    case .users: "a user: the ratings of items"
    case .items: "an item: its ratings by users, for items that are new"
    }
  }

  /// What one of them is called.
  package var noun: String { self == .users ? "user" : "item" }
  /// What one of those is called that feedback is about.
  package var otherNoun: String { self == .users ? "item" : "user" }
}

extension Dataset {
  /// The data with users and items in each other's place where tasks are of items. What is known of the ones and of
  /// the others, features, titles and ids, changes places with them, so that whatever works on the tasks of users
  /// works on those of items. No number is copied.
  package func seen(by owner: TaskOwner) -> Dataset {
    guard owner != self.owner else { return self }
    var data = self
    data.owner = owner
    (data.users, data.items) = (items, users)
    data.interactions = interactions.swapped
    data.log = log?.swapped
    return data
  }
}

extension Interactions {
  /// The same rows with users and items in each other's place.
  fileprivate var swapped: Interactions {
    var rows = self
    (rows.users, rows.items) = (items, users)
    return rows
  }
}

// MARK: Words

extension TaskOwner {
  /// A text about tasks of users, for tasks of this owner: users and items change places in it. What stands in
  /// backticks, or as part of a name, stays.
  package func worded(_ text: String) -> String {
    guard self == .items else { return text }
    var isCode = false
    var words: [String] = []
    for word in text.split(separator: " ", omittingEmptySubsequences: false) {
      let marks = word.count { $0 == "`" }
      let other = isCode || marks > 0 ? String(word) : Self.exchanged(word)
      if !marks.isMultiple(of: 2) { isCode.toggle() }
      if other != word, let article = words.last, let fitting = Self.articles[article] {
        words[words.count - 1] = fitting
      }
      words.append(other)
    }
    return Self.phrases.reduce(words.joined(separator: " ")) { text, phrase in
      text.replacing(phrase.said, with: phrase.meant)
    }
  }

  /// The word that stands in place of another one, with what surrounds it.
  private static func exchanged(_ word: Substring) -> String {
    let start = String(word.prefix { "(\"“".contains($0) })
    let end = String(
      word.dropFirst(start.count).reversed().prefix { ",.:;)?\"”".contains($0) }.reversed())
    let inner = String(word.dropFirst(start.count).dropLast(end.count))
    let genitive = inner.hasSuffix("'s") ? "'s" : ""
    let core = String(inner.dropLast(genitive.count))
    return words[core].map { start + $0 + genitive + end } ?? String(word)
  }

  /// A user becomes an item: only these nouns follow an article.
  private static let articles = ["a": "an", "an": "a", "A": "An", "An": "A"]

  private static let words = [
    "user": "item", "users": "items", "item": "user", "items": "users", "Users": "Items",
    "Items": "Users",
  ]

  /// What comes of exchanging words alone, and how it is said.
  private static let phrases: [(said: String, meant: String)] = [
    ("those the item never rated", "those who never rated it"),
    ("those the item never took", "those who never took it"),
    ("all that the item never rated", "all who never rated it"),
    ("all that the item never took", "all who never took it"),
    ("that nobody has rated", "who have rated nothing"),
    ("nobody has rated it; its features alone tell", "has rated nothing; features alone tell"),
    ("The item rated it", "This user rated it"),
    ("that the item has not rated", "who have not rated it"),
    ("items who", "items that"), ("item who", "item that"),
    ("users already rated", "users who rated it already"),
    ("user already rated", "user who rated it already"),
    ("users already taken", "users who took it already"),
    ("user already taken", "user who took it already"),
  ]
}

/// What went wrong, in words about tasks of users.
package protocol WordedFailure: Error {
  var message: String { get set }
  var help: [String] { get set }
}

extension WordedFailure {
  /// The same about tasks of this owner.
  package func worded(for owner: TaskOwner) -> Self {
    var failure = self
    failure.message = owner.worded(message)
    failure.help = help.map { owner.worded($0) }
    return failure
  }
}

extension DatasetError: WordedFailure {}
