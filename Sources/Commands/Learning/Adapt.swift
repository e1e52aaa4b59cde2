import Datasets
import Language
import MetaLearning
import Models
import Reports

/// `adapt user 42`, `adapt new 50=5 172=4`: fits the model to one user's ratings.
package struct Adapt: ConstrainedCommand {
  package var isNew = false
  package var user: String?
  package var ratings: [KeyedValue<Double>] = []
  package var likes: [String] = []
  package var shots: Int?

  package init() {}

  package static let signature = Signature<Self>(
    "adapt", "Fits the model to one user from a handful of her ratings.",
    details: """
      A user of a validation or test task adapts on its support ratings, so that its query ratings stay \
      unseen; any other user on all of hers. `new` is a user the data do not know: give her ratings by item \
      id or by quoted title. Of interactions `likes=` says what she took.
      """,
    [
      .filler("user"),
      .flag("new", \.isNew, "a user who is not in the data"),
      .positional(
        "id", \.user, "the user's id", isRequired: false, expects: "the id of a user",
        completion: .live("user")),
      .pairs(
        "ratings", \.ratings, "further ratings: item=rating", expects: "a rating",
        completion: .live("item")),
      .option(
        "likes", \.likes, "further items that she took, of interactions: [50, 172]",
        completion: .live("item")),
      .option("shots", \.shots, in: 0...1_000_000, "use only this many support ratings"),
    ],
    needs: [.data, .model], gives: [.adapted],
    examples: [
      Example("adapt user 42"), Example("adapt new 50=5 172=4", "a user who is not in the data"),
    ])

  package var resultFields: [ResultField]? { ["support", "loss-before", "loss-after"] }

  package func run(in session: inout Session, host: any Host) throws -> Report {
    guard let data = session.data, let model = session.model else {
      throw CommandFailure("E0402", Noun.model.absence)
    }
    if let contradiction { throw contradiction }
    let (context, name, notes) = try inputs(data, session.tasks)
    let points = try model.finiteTrace(for: context)
    session.adapted = AdaptedModel(model: model, context: context, name: name)
    return report(
      model, context, name, points.map(\.point), notes, noun: data.noun)
  }

  /// What the model is adapted to, whose it is, and what is to be said of it.
  package func inputs(
    _ data: Dataset, _ tasks: TaskSplit?
  ) throws -> (context: UserContext, name: String, notes: [Report.Block]) {
    var notes: [Report.Block] = []
    var context = UserContext(user: nil, support: [])
    var name = "a new user"
    if let user {
      let number = try data.userNumber(user)
      name = "user \(user)"
      context = data.learnable(number, tasks, notes: &notes).context
    }
    context.support += try ratings.map { try given($0, data) }
    context.support += try taken(data)
    if let shots { context.support = Array(context.support.prefix(shots)) }
    return (context, name, notes)
  }

  var contradiction: CommandFailure? {
    guard isNew == (user != nil) else { return nil }
    return CommandFailure(
      "E0205", isNew ? "a new user has no id" : "adapt needs a user",
      help: ["adapt user 42", "adapt new 50=5 172=4"], argument: user)
  }

  /// What she took, where the data are interactions.
  private func taken(_ data: Dataset) throws -> [UserContext.Rating] {
    guard let first = likes.first else { return [] }
    guard data.feedback == .interactions else {
      throw CommandFailure(
        "E0306", "likes= is of interactions, and the data are ratings",
        help: [
          "give each item its rating: adapt new \(first)=\(Number.text(Double(data.scale.highest)))"
        ],
        argument: "likes")
    }
    return try likes.map { try .init(item: Int32(data.itemNumber($0)), rating: 1) }
  }

  private func given(
    _ pair: KeyedValue<Double>, _ data: Dataset
  ) throws -> UserContext.Rating {
    let item = try data.itemNumber(pair.key)
    let scale = data.scale
    if data.feedback == .interactions, pair.value != 1 {
      throw CommandFailure(
        "E0302",
        "an interaction has happened or is not there: \(Number.text(pair.value)) is neither",
        help: ["adapt new likes=[\(pair.key)]"], argument: pair.key)
    }
    guard Double(scale.lowest)...Double(scale.highest) ~= pair.value else {
      throw CommandFailure(
        "E0302",
        "a rating of \(Number.text(pair.value)) is not on the scale from \(Number.text(Double(scale.lowest))) to \(Number.text(Double(scale.highest)))",
        argument: pair.key)
    }
    return UserContext.Rating(item: Int32(item), rating: Float(pair.value))
  }

  private func report(
    _ model: TrainedModel, _ context: UserContext, _ name: String, _ points: [AdaptationPoint],
    _ notes: [Report.Block], noun: String
  ) -> Report {
    let before = Double(points.first?.supportLoss ?? .nan)
    let after = Double(points.last?.supportLoss ?? .nan)
    var text = "Adapted \(model.title) to \(name) on \(counted(context.support.count, noun))"
    if !context.support.isEmpty {
      text += ": support loss \(fixed(before, digits: 4)) → \(fixed(after, digits: 4))"
    }
    var blocks: [Report.Block] = [.text(text + ".")] + notes
    if context.support.isEmpty {
      blocks.append(.note("No \(noun)s: these are the weights before any adaptation."))
    } else if points.count > 1, model.learner is any GradientLearner {
      var effect = AdaptationEffect()
      effect.add(before: Float(before), after: Float(after))
      if let advice = effect.advice {
        blocks.append(.warning("The support loss did not fall: \(advice)."))
      }
    }
    return Report(
      blocks,
      result: Record([
        .init("support", .number(Double(context.support.count))),
        .init("loss-before", .number(before)), .init("loss-after", .number(after)),
      ]))
  }
}
