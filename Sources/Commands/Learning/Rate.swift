import Datasets
import Language
import MetaLearning
import Models
import Reports

/// `rate 50=4 at="2021-03-01"`: a further rating of whom the model is adapted to.
struct Rate: Command {
  var told: [KeyedValue<ToldValue>] = []
  var at: String?

  init() {}

  static let signature = Signature<Self>(
    "rate", "Tells the adapted model further ratings of its user.",
    details: """
      An item that was rated before is rated anew. at= says when; what is told without it is as new as \
      the newest rating of the data. After `adapt … recency=30d` older ratings count less.
      """,
    [
      .pairs(
        "ratings", \.told, "the ratings: item=rating, by item id or by quoted title",
        completion: .live("other")),
      .option("at", \.at, "when they were given: \"2021-03-01\", or seconds since 1970"),
    ],
    needs: [.data, .adapted], gives: [.adapted],
    examples: [Example("rate 50=4"), Example("rate 50=4 172=2 at=\"2022-03-01\"")])

  var resultFields: [ResultField]? { ["support", "loss-before", "loss-after"] }

  func run(in session: inout Session, host: any Host) throws -> Report {
    guard let data = session.adaptedData, let adapted = session.adapted else {
      throw CommandFailure("E0402", Noun.adapted.absence, help: [Noun.adapted.remedy])
    }
    guard !told.isEmpty else {
      throw CommandFailure(
        "E0205", "rate needs a rating",
        help: [
          "rate \(data.items.ids.names.first ?? "50")=\(Number.text(data.scale.highest.asWritten))"
        ])
    }
    let time = try at.map { try data.time(in: $0) } ?? data.newestTime
    let before = adapted.context.support.map(\.item)
    let given = try told.map { pair in
      var rating = try data.given(pair)
      rating.time = time
      return rating
    }
    let learned = adapted.learning(given)
    let points = try learned.model.finiteTrace(for: learned.context)
    session.adapted = learned
    let count = learned.context.support.count
    let losses = [points.first, points.last].map { Double($0?.point.supportLoss ?? .nan) }
    var blocks: [Report.Block] = [
      .text(
        "\(adapted.model.title) knows \(counted(count, data.noun)) of \(data.owner.worded(adapted.name)): "
          + "support loss \(fixed(losses[0], digits: 4)) → \(fixed(losses[1], digits: 4)).")
    ]
    let again = Set(given.map(\.item)).intersection(before).count
    if again > 0 { blocks.append(.note("\(counted(again, "item")) rated anew")) }
    return Report(
      blocks,
      result: Record([
        .init("support", .number(Double(count))), .init("loss-before", .number(losses[0])),
        .init("loss-after", .number(losses[1])),
      ]))
  }
}

extension Dataset {
  /// The time of the newest rating; unknown where no time is known.
  var newestTime: Int64 { interactions.times.max() ?? Interactions.unknownTime }

  /// A time that a user writes, in the units of the data's times.
  func time(in text: String) throws(CommandFailure) -> Int64 {
    switch DateForm.settled(by: [text]) {
    case .form(let form):
      guard let time = form.time(in: text) else { break }
      let ticks = interactions.ticks
      guard ticks >= form.ticks else { return time / (form.ticks / ticks) }
      let scaled = time.multipliedReportingOverflow(by: ticks / form.ticks)
      if !scaled.overflow { return scaled.partialValue }
    case .undecided:
      throw CommandFailure(
        "E0302", "in `\(text)` day and month may stand in either order",
        help: ["write the year first: \"2021-03-01\""], argument: text)
    case .none: break
    }
    throw CommandFailure(
      "E0302", "`\(text)` is no time", help: ["at=\"2021-03-01\"", "at=\"2021-03-01 18:30\""],
      argument: text)
  }

  /// The rating that a pair tells.
  func given(_ pair: KeyedValue<ToldValue>) throws(CommandFailure) -> UserContext.Rating {
    let item = try itemNumber(pair.key)
    guard let rating = pair.value.asNumber else {
      throw CommandFailure(
        "E0301", "the rating of `\(pair.key)` must be a number, not `\(pair.value.argumentText)`",
        argument: pair.key)
    }
    if feedback == .interactions, rating != 1 {
      throw CommandFailure(
        "E0302",
        "an interaction has happened or is not there: \(Number.text(rating)) is neither",
        help: ["adapt new likes=[\(pair.key)]"], argument: pair.key)
    }
    guard Double(scale.lowest)...Double(scale.highest) ~= rating else {
      throw CommandFailure(
        "E0302",
        "a rating of \(Number.text(rating)) is not on the scale from \(Number.text(scale.lowest.asWritten)) to \(Number.text(scale.highest.asWritten))",
        argument: pair.key)
    }
    return UserContext.Rating(
      item: Int32(item), rating: Float(rating), time: newestTime, ticks: interactions.ticks)
  }
}
