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
  /// The features of a user whom the data do not know; the context calls her number 0 then.
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

  /// The number of the user in the data, where they know her.
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
      help: ["\(counted(users.count, "user")): \(examples(users.ids))"],
      suggestions: suggestions(for: id, among: users.titles + users.ids.names), argument: id)
  }

  /// The number of the item with that id, or with that title.
  package func itemNumber(_ name: String) throws(CommandFailure) -> Int {
    if let number = try items.number(of: name, noun: "items") { return number }
    throw CommandFailure(
      "E0502", "no item has the id or the title `\(name)`",
      help: ["\(counted(items.count, "item")): \(examples(items.ids))"],
      suggestions: suggestions(for: name, among: items.titles + items.ids.names), argument: name)
  }

  private func examples(_ ids: Vocabulary) -> String {
    ids.names.prefix(5).joined(separator: ", ") + (ids.count > 5 ? ", …" : "")
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
