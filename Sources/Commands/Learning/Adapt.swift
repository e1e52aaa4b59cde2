import Datasets
import Language
import MetaLearning
import Models
import Reports

/// `adapt user 42`, `adapt new 50=5 172=4`: fits the model to one user's ratings.
package struct Adapt: ConstrainedCommand {
  var said = SaidNoun()
  package var isNew = false
  package var user: String?
  package var told: [KeyedValue<ToldValue>] = []
  package var likes: [String] = []
  package var shots: Int?
  var recency: HalfLife?

  package init() {}

  package static let signature = Signature<Self>(
    "adapt", "Fits the model to one user, or item, from a handful of ratings.",
    details: """
      A user of a validation or test task adapts on its support ratings, so that its query ratings stay \
      unseen; any other user on all ratings. `new` is a user the data do not know: give ratings by item \
      id or by quoted title, and features by their names: age=25. Where an item is called like a feature, \
      quotes mean the item, and `user.age` the feature. Of interactions `likes=` says what was taken. \
      After `split tasks of=items` it is an item that has ratings: `adapt item 50`, `adapt new 42=5 7=1`.
      """,
    [
      .noun("user", noting: \.said.user), .noun("item", noting: \.said.item),
      .flag("new", \.isNew, "a user who is not in the data"),
      .positional(
        "id", \.user, "the user's id", isRequired: false, expects: "the id of a user",
        completion: .live("owner")),
      .pairs(
        "ratings", \.told, "further ratings: item=rating; of a new user features, too: age=25",
        completion: .live("other")),
      .option(
        "likes", \.likes, "further items that the user took, of interactions: [50, 172]",
        completion: .live("other")),
      .option("shots", \.shots, in: 0...1_000_000, "use only this many support ratings"),
      .option(
        "recency", \.recency,
        "forget: a rating counts half as much for each such time that it is older than the newest"),
    ],
    needs: [.data, .model], gives: [.adapted],
    examples: [
      Example("adapt user 42"), Example("adapt new 50=5 172=4", "a user who is not in the data"),
      Example("adapt new 50=5 region=north", "whose region is known"),
      Example("adapt user 42 recency=90d", "whose old ratings count less"),
    ])

  package var resultFields: [ResultField]? { ["support", "loss-before", "loss-after"] }

  package func run(in session: inout Session, host: any Host) throws -> Report {
    guard let data = session.modelData, let model = session.model else {
      throw CommandFailure("E0402", Noun.model.absence)
    }
    if let contradiction { throw contradiction }
    try said.require("user", model, "adapt user \(user ?? "42")")
    var (context, name, notes) = try inputs(data, session.modelTasks)
    let features = try self.features(data)
    let newcomer = features.isEmpty ? nil : try Newcomer(features, data, model)
    notes += (newcomer?.remarks ?? []).map { .note($0) }
    let adapted = AdaptedModel(
      model: model, context: context, name: name, person: newcomer?.person,
      forgetting: try session.forgetting(recency))
    context = adapted.context
    let points = try adapted.model.finiteTrace(for: context)
    session.adapted = adapted
    return report(
      model, context, model.owner.worded(name), points.map(\.point), notes, noun: data.noun)
  }

  /// What the model is adapted to, whose it is, and what is to be said of it.
  package func inputs(
    _ data: Dataset, _ tasks: TaskSplit?
  ) throws -> (context: UserContext, name: String, notes: [Report.Block]) {
    var notes: [Report.Block] = []
    var context = UserContext(user: nil, support: [])
    var name = "a new \(data.owner.noun)"
    if let user {
      let number = try data.userNumber(user)
      name = "\(data.owner.noun) \(user)"
      context = data.learnable(number, tasks, notes: &notes).context
    }
    for pair in told where try feature(pair, data) == nil {
      context.support.append(try data.given(pair))
    }
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

  /// What they took, where the data are interactions.
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

  /// The feature of users that a pair is about; those of known users are in the data.
  private func feature(_ pair: KeyedValue<ToldValue>, _ data: Dataset) throws -> String? {
    isNew ? try Newcomer.feature(pair, of: data) : nil
  }

  private func features(_ data: Dataset) throws -> [String: ToldValue] {
    var features: [String: ToldValue] = [:]
    for pair in told {
      guard let name = try feature(pair, data) else { continue }
      guard features.updateValue(pair.value, forKey: name) == nil else {
        throw CommandFailure("E0205", "`\(name)` is given twice", argument: pair.key)
      }
    }
    return features
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
