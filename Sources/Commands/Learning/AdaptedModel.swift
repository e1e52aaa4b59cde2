import Datasets
import Language
import MetaLearning
import Models

/// A model and the ratings it is adapted to. Adapting again gives the same bits, so nothing else is kept.
package struct AdaptedModel: Sendable {
  package var model: TrainedModel
  package var context: UserContext
  /// "user 42"
  package var name: String
  /// The features of a user whom the data do not know; the context calls their number 0 then.
  package private(set) var person: Entities?
  /// How older ratings count less; nil where all count alike.
  package var forgetting: Forgetting?

  package init(
    model: TrainedModel, context: UserContext, name: String, person: Entities? = nil,
    forgetting: Forgetting? = nil
  ) {
    self.model = person.map { model.with(model.problem.encoder.describing(users: $0)) } ?? model
    self.context = context.forgetting(by: forgetting)
    self.forgetting = forgetting
    self.name = name
    self.person = person
    if person != nil { self.context.user = 0 }
  }

  /// The number of the user in the data, where they know them.
  package var user: Int32? { person == nil ? context.user : nil }

  /// The same for data with further items.
  func describing(_ data: Dataset) -> AdaptedModel {
    AdaptedModel(
      model: model.describing(data), context: context, name: name, person: person,
      forgetting: forgetting)
  }

  /// The same with further ratings; of an item that is rated already the new one counts.
  func learning(_ ratings: [UserContext.Rating]) -> AdaptedModel {
    var learned = context
    for rating in ratings {
      learned.support.removeAll { $0.item == rating.item }
      learned.support.append(rating)
    }
    var adapted = self
    adapted.context = learned.forgetting(by: forgetting)
    return adapted
  }
}

extension Dataset {
  /// The number of the user with that id, or with that title where users are what the files call items.
  func userNumber(_ id: String) throws(CommandFailure) -> Int {
    if let number = try users.number(of: id, noun: "users") { return number }
    throw CommandFailure(
      "E0502", "no user has the id `\(id)`",
      help: users.ids.advice("user", missing: id),
      suggestions: suggestions(for: id, among: users.titles), argument: id)
  }

  /// The number of the item with that id, or with that title.
  package func itemNumber(_ name: String) throws(CommandFailure) -> Int {
    if let number = try items.number(of: name, noun: "items") { return number }
    throw CommandFailure(
      "E0502", "no item has the id or the title `\(name)`",
      help: items.ids.advice("item", missing: name),
      suggestions: suggestions(for: name, among: items.titles), argument: name)
  }
}

extension Vocabulary {
  /// How many ids there are and of which kind, and which may have been meant by one that is not there. None is
  /// offered as a mend: another id is another person or thing.
  fileprivate func advice(_ noun: String, missing id: String) -> [String] {
    let numbers = names.compactMap { Int($0) }
    var kind = named(names, most: 5)
    if numbers.count == count, let least = numbers.min(), let most = numbers.max() {
      kind = "their ids are numbers from \(least) to \(most)"
    }
    let near = suggestions(for: id, among: names).filter { isSlip(id, of: $0) }
    return ["\(counted(count, noun)): \(kind)"]
      + (near.isEmpty
        ? [] : ["did you mean " + near.map { "`\($0)`" }.joined(separator: ", or ") + "?"])
  }

  /// Whether one id may be a slip of the other: a number of as many digits, or a word that is near.
  private func isSlip(_ typed: String, of id: String) -> Bool {
    let isNumber = typed.utf8.allSatisfy { (48...57).contains($0) }
    return !isNumber || id.utf8.count == typed.utf8.count && editDistance(typed, id) == 1
  }
}

extension Entities {
  /// The number of the one with that id, or the only one with that title or one that begins so; nil if none has.
  fileprivate func number(of name: String, noun: String) throws(CommandFailure) -> Int? {
    if let number = ids[name] { return number }
    let asked = name.lowercased()
    let titled = titles.indices.filter { titles[$0].lowercased() == asked }
    if titled.count == 1 { return titled[0] }
    let starting = titles.indices.filter { titles[$0].lowercased().hasPrefix(asked) }
    if starting.count == 1, asked.count >= 3 { return starting[0] }
    guard titled.count + starting.count > 1 else { return nil }
    throw CommandFailure(
      "E0502", "several \(noun) are called `\(name)`",
      help: (titled + starting).prefix(5).map { "\(ids.names[$0]): \(titles[$0])" }, argument: name)
  }
}
