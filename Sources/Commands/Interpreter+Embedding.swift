import Datasets
import Language
import MetaLearning
import Models

/// What a program that embeds the interpreter does to it and asks of it, beside running scripts.
extension Interpreter {
  /// Takes data that no command has made; what was made of earlier data is stale.
  ///
  /// - Parameter origin: what messages call where they come from.
  package mutating func take(_ data: Dataset, from origin: String) {
    let before = session
    let trace = SlotTrace()
    session.record(trace)
    session.data = data
    session.tasks = nil
    let command = CanonicalCommand(text: "\(origin) \(data.content(foundation: nil))")
    _ = session.settle(command, trace, since: before, at: .elsewhere(origin))
  }

  /// Makes a verb known to scripts, help and completion.
  package mutating func add(_ verb: any Command.Type) {
    catalog = Catalog(catalog.noun, catalog.types + [verb])
  }

  /// The names of all verbs.
  package var verbs: [String] { catalog.members.names + procedures.keys.sorted() }

  /// What was made anew after the model was made from it; nil when the model is as good as new.
  package var staleSourceOfModel: String? {
    ledger.replacement(staling: .model).map { $0.source.name }
  }
}

extension Session {
  /// The model with the data that its users and items are of. Throws when there is none, and when the data are
  /// others now: their numbers would mean other users and items.
  package func modelWithData() throws(CommandFailure) -> (model: TrainedModel, data: Dataset) {
    guard let model else {
      throw CommandFailure("E0402", Noun.model.absence, help: [Noun.model.remedy])
    }
    let encoder = model.problem.encoder
    guard let data = modelData, encoder.items.count == data.items.count,
      encoder.users.fields == 0 || encoder.users.count == data.users.count
    else {
      throw CommandFailure(
        "E0404", "the data are not those that `\(model.title)` was trained on",
        help: ["split and train again, or load those data"])
    }
    return (model, data)
  }
}
