import Commands
import Datasets
import Kernels
import Language
import MetaLearning
import Models

/// A meta-trained model with the items it ranks: a value that nothing changes, apart from the laboratory that it
/// came from. Any number of tasks and threads may use it at once, and each gets the bits that it would get alone.
public struct Recommender: Sendable {
  let model: TrainedModel
  let data: Dataset
  let tasks: TaskSplit?

  /// What the model is called: "maml".
  public var title: String { model.title }
  /// Whether scores are predicted ratings, rather than only an order.
  public var predictsRatings: Bool { model.predictsRatings }
  /// The ids of all items, in the order of the data.
  public var items: [String] { data.items.ids.names }
  /// The ratings that can be given.
  public var scale: ClosedRange<Double> { data.scale.bounds }

  /// The model adapted to a user's ratings.
  ///
  /// - Parameters:
  ///   - ratings: by item, named by its id or its title; on the scale. Taken in the order of the items in the data,
  ///     so that equal ratings give equal bits. May be empty: then it is the model as meta-training left it.
  ///   - user: the id of a user of the data, whose features are used, and whose ratings come before these: a
  ///     validation or test user's support ratings, all of any other; nil for somebody whom the data do not know.
  ///   - features: of somebody whom the data do not know, by the names that the data have: numbers, texts, lists
  ///     of texts. What is left out is unknown, and so are values that training did not see.
  /// - Throws: E0502 for an unknown item or user, E0302 for a rating off the scale, E0521 for an unknown feature,
  ///   E0510 for a value of a feature that is of another kind, E0205 when features are given of a known user.
  public func adapted(
    to ratings: [String: Double], user: String? = nil, features: [String: Value] = [:]
  ) throws -> AdaptedRecommender {
    guard user == nil || features.isEmpty else {
      throw LaboratoryError(
        "E0205", "the features of user `\(user ?? "")` are those of the data",
        help: ["leave out `user` or `features`"])
    }
    return try reporting {
      var adapt = Adapt()
      adapt.user = user
      let numbered = try ratings.map { name, rating in
        (
          number: try data.itemNumber(name),
          KeyedValue(key: name, isQuoted: true, value: ToldValue.number(rating))
        )
      }
      if let twice = Dictionary(grouping: numbered, by: \.number).first(where: {
        $0.value.count > 1
      }) {
        throw CommandFailure(
          "E0205",
          "item `\(data.items.ids.names[twice.key])` is given twice, by its id and its title")
      }
      adapt.told = numbered.sorted { $0.number < $1.number }.map { $0.1 }
      var (context, name, _) = try adapt.inputs(data, tasks)
      let rated = Set(context.support.map(\.item)).union(user.map(ratedItems) ?? [])
      guard !features.isEmpty else {
        return AdaptedRecommender(
          model: model, data: data, context: context, title: name, rated: rated)
      }
      context.user = 0
      return AdaptedRecommender(
        model: try model(describing: features), data: data, context: context, title: name,
        rated: rated)
    }
  }

  /// The same weights for a single user, number 0, of whom only these features are known.
  private func model(describing features: [String: Value]) throws -> TrainedModel {
    let names = data.users.features.map(\.name)
    if let odd = features.keys.sorted().first(where: { !names.contains($0) }) {
      throw LaboratoryError(
        "E0521", "the users of these data have no feature `\(odd)`",
        help: ["features: " + (names.isEmpty ? "none" : names.joined(separator: ", "))],
        suggestions: suggestions(for: odd, among: names))
    }
    let described = try data.users.features.map { known in
      let feature = try Interactions.feature(
        known.name, [features[known.name]], ids: ["the user"])
      if features[known.name] != nil, known.isNumeric != feature.isNumeric {
        throw LaboratoryError(
          "E0510",
          "the feature `\(known.name)` is \(known.isNumeric ? "a number" : "a text or a list of texts")"
        )
      }
      var own = feature
      if known.isNumeric, features[known.name] == nil { own.values = .numbers([.nan]) }
      own.fillsWithMean = known.fillsWithMean
      return own
    }
    let user = Entities(ids: Vocabulary(["the user"]), features: described)
    return model.with(model.problem.encoder.describing(users: user))
  }

  /// All that a known user has rated, query ratings among them: they are no news to them.
  private func ratedItems(of id: String) -> Set<Int32> {
    guard let number = data.users.ids[id] else { return [] }
    let table = data.interactions
    return Set(
      table.users.indices.lazy.filter { table.users[$0] == number }.map { table.items[$0] })
  }
}

extension Feature {
  fileprivate var isNumeric: Bool {
    if case .numbers = values { true } else { false }
  }
}

/// A model adapted to one user. Adapting gives the same bits each time, so that it is done anew in each call, which
/// takes a fraction of a millisecond; nothing is kept. Any number of tasks and threads may use it at once.
public struct AdaptedRecommender: Sendable {
  /// An item of a list.
  public struct Ranked: Sendable, Equatable {
    /// The id of the item.
    public var item: String
    /// Its title; its id when it has none.
    public var title: String
    /// Higher is better; a rating on the scale when the model predicts ratings.
    public var score: Double
  }

  let model: TrainedModel
  let data: Dataset
  let context: UserContext
  /// Whose it is: "user 42", "a new user".
  public let title: String
  let rated: Set<Int32>
  /// Its threads start with the first list that asks for more than one.
  private let pool = ThreadPool()

  /// How many ratings it was adapted to.
  public var supportCount: Int { context.support.count }

  /// The items with the highest scores, the best first, the earlier in the data of two equals first.
  ///
  /// - Parameters:
  ///   - count: how many, 1 to the number of items; fewer come back when fewer are left.
  ///   - seen: whether items that the user has rated are listed, too.
  ///   - items: the ids among which to choose; all when nil.
  ///   - threads: how many may compute at once, 1 to 256. Where many users are served at once, one for each is best.
  /// - Throws: E0302 for a count or a number of threads out of range, E0502 for an unknown item, E0602 when a score
  ///   is no finite number.
  public func top(
    _ count: Int, seen: Bool = false, among items: [String]? = nil, threads: Int = 1
  ) throws -> [Ranked] {
    guard (1...max(1, data.items.count)).contains(count) else {
      throw LaboratoryError(
        "E0302", "\(count) is no number of items to list",
        help: ["allowed: 1 to \(data.items.count)"])
    }
    guard (1...256).contains(threads) else {
      throw LaboratoryError(
        "E0302", "\(threads) is no number of threads", help: ["allowed: 1 to 256"])
    }
    let asked = try items.map { try numbers(of: $0) } ?? Array(0..<Int32(data.items.count))
    let candidates = asked.filter { seen || !rated.contains($0) }
    guard !candidates.isEmpty else { return [] }
    let entries = try finite {
      try (ThreadPool.current ?? pool).whileUsed(atMost: threads) {
        try model.best(
          min(count, candidates.count), of: candidates, for: context, threads: threads)
      }
    }
    return entries.map { entry in
      Ranked(
        item: data.items.ids.names[Int(entry.item)], title: data.items.label(Int(entry.item)),
        score: shown(entry.score))
    }
  }

  /// The scores of some items, in their order, as ``top(_:seen:among:threads:)`` gives them.
  ///
  /// - Throws: E0502 for an unknown item, E0602 when a score is no finite number.
  public func scores(of items: [String]) throws -> [Double] {
    let numbers = try reporting { try items.map { Int32(try data.itemNumber($0)) } }
    guard !numbers.isEmpty else { return [] }
    return try finite { try model.finiteScores(for: context, items: numbers) }.map(shown)
  }

  /// The numbers of items, each once and in the order of the data.
  private func numbers(of items: [String]) throws -> [Int32] {
    try reporting { Set(try items.map { Int32(try data.itemNumber($0)) }).sorted() }
  }

  private func shown(_ score: Float) -> Double {
    Double(model.predictsRatings ? data.scale.clamped(score) : score)
  }

  private func finite<T>(_ work: () throws -> T) throws -> T {
    do {
      return try Arithmetic.standard(work)
    } catch let error as ScoreError {
      throw LaboratoryError(
        "E0602", "a score of `\(error.title)` is no finite number",
        help: ["its weights have grown too large: train it again with a smaller lr"])
    }
  }
}
