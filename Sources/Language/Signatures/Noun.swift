/// A kind of thing that a session holds and commands need or give: data, tasks, model, adapted model. The
/// checker follows them to check the order of steps. Immutable, and compared by name.
package final class Noun: Sendable, Hashable {
  package let name: String
  /// What it is called within a sentence.
  package let phrase: String
  private let isPlural: Bool
  /// What a message says when the noun is missing: "no model has been meta-trained".
  package let absence: String
  /// A command line that usually gives it.
  package let remedy: String
  /// What to do instead where the noun is missing for good: no line gives it. Nil where the remedy does.
  package let advice: String?
  /// The nouns it was made from; when one of them is given anew, this one is stale.
  package let sources: [Noun]

  package init(
    _ name: String, phrase: String? = nil, isPlural: Bool = false, absence: String, remedy: String,
    advice: String? = nil, sources: [Noun] = []
  ) {
    self.advice = advice
    self.name = name
    self.phrase = phrase ?? name
    self.isPlural = isPlural
    self.absence = absence
    self.remedy = remedy
    self.sources = sources
  }

  package static func == (a: Noun, b: Noun) -> Bool { a === b || a.name == b.name }
  package func hash(into hasher: inout Hasher) { hasher.combine(name) }

  /// "a model", "an adapted model", "tasks"
  var indefinite: String {
    guard !isPlural else { return phrase }
    return ("aeiou".contains(phrase.prefix(1)) ? "an " : "a ") + phrase
  }

  /// The form of a verb that goes with it.
  func agreeing(_ singular: String, _ plural: String) -> String { isPlural ? plural : singular }

  /// Whether this noun was made, directly or through others, from `noun`.
  package func comes(from noun: Noun) -> Bool {
    sources.contains { $0 == noun || $0.comes(from: noun) }
  }
}
