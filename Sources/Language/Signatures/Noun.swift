/// A thing a session can hold and a command can need or give: data, tasks, model, adapted model.
package struct Noun: Sendable, Hashable {
  package let name: String
  /// What a message says when the noun is missing: "no model has been meta-trained".
  package let absence: String
  /// A command line that usually gives it.
  package let remedy: String
  /// The nouns it was made from; when one of them is given anew, this one is stale.
  package let sources: [Noun]

  package init(_ name: String, absence: String, remedy: String, sources: [Noun] = []) {
    self.name = name
    self.absence = absence
    self.remedy = remedy
    self.sources = sources
  }

  package static func == (a: Noun, b: Noun) -> Bool { a.name == b.name }
  package func hash(into hasher: inout Hasher) { hasher.combine(name) }

  /// Whether this noun was made, directly or through others, from `noun`.
  package func comes(from noun: Noun) -> Bool {
    sources.contains { $0 == noun || $0.comes(from: noun) }
  }
}
