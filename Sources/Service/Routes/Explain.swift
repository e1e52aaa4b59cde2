import Datasets
import Kernels
import Language
import MetaLearning
import Models
import Reports

/// `POST /explain`: what moves the score of an item.
let explainRoute = Route(
  method: .post, path: "/explain",
  summary: "Which ratings, and which features, move the score of an item for somebody.",
  details: """
    The influence of a rating is the score less what it is when the model is adapted without that rating; that of a \
    feature the score less what it is when the feature is unknown.
    """,
  body: { served in
    served.schemas.asker + [
      Schema.Member("item", .id, "the id of the item to explain", isRequired: true)
    ]
  },
  examples: { served in
    [
      (
        "the first item",
        .object(
          served.exampleTold + [
            JSON.Member("item", .string(served.items.last.map(served.id) ?? ""))
          ])
      )
    ]
  },
  content: .json([
    Schema.Member(
      "user", .either([.anyText, .null]), "the id; null for somebody new", isRequired: true),
    Schema.Member("item", .anyText, "its id", isRequired: true),
    Schema.Member("title", .anyText, "its title; its id where it has none", isRequired: true),
    Schema.Member("score", .number, "adapted to all ratings", isRequired: true),
    Schema.Member("before", .number, "without any rating", isRequired: true),
    Schema.Member(
      "ratings",
      .list(
        .object([
          Schema.Member("item", .anyText, "its id", isRequired: true),
          Schema.Member("title", .anyText, "its title", isRequired: true),
          Schema.Member("rating", .number, "as it was given", isRequired: true),
          Schema.Member("influence", .number, "on the score", isRequired: true),
        ]), most: nil), "the strongest first", isRequired: true),
    Schema.Member(
      "features",
      .list(
        .object([
          Schema.Member("of", .choice(["item", "user"]), "whose it is", isRequired: true),
          Schema.Member("name", .anyText, "`id` for who or what it is", isRequired: true),
          Schema.Member("influence", .number, "on the score", isRequired: true),
        ]), most: nil), "of the item and of the user", isRequired: true),
  ]), refusals: [404, 422], takesLong: true
) { service, call throws(Problem) in
  let asker = try service.asker(call.body, call.served)
  let item = try call.served.item(call.body["item"]?.string ?? "", at: "/item")
  do throws(ScoreError) {
    return call.answer(try call.served.explanation(of: item, for: asker))
  } catch {
    throw Problem(error)
  }
}

extension Served {
  fileprivate func explanation(of item: Int32, for asker: Asker) throws(ScoreError) -> [JSON.Member]
  {
    var (model, context) = (model, asker.context)
    if let person = asker.person {
      // Here features are hidden one by one, which users have by their number.
      model = model.with(model.problem.encoder.describing(users: person))
      (context.person, context.user) = (nil, 0)
    }
    let score = try model.finiteScores(for: context, items: [item])[0]
    var blank = context
    blank.support = []
    let before = try model.finiteScores(for: blank, items: [item])[0]
    // The newest of very many: each costs an adaptation of its own.
    let explained =
      max(0, context.support.count - ServiceLimits.mostRatings)..<context.support.count
    let influences = try model.ratingInfluences(
      on: item, for: context, score: score, of: explained, threads: 1)
    let features = try model.featureInfluences(on: item, for: context, score: score)
    let order = influences.indices.stablySorted(descending: true) { abs(influences[$0]) }
    return [
      JSON.Member("user", asker.id.map { .string($0) } ?? .null),
      JSON.Member("item", .string(id(item))), JSON.Member("title", .string(label(item))),
      JSON.Member("score", .number(score.asWritten)),
      JSON.Member("before", .number(before.asWritten)),
      JSON.Member(
        "ratings",
        .array(
          order.map { place in
            let rating = context.support[explained.lowerBound + place]
            return .object([
              "item": .string(id(rating.item)), "title": .string(label(rating.item)),
              "rating": .number(rating.rating.asWritten),
              "influence": .number(influences[place].asWritten),
            ])
          })),
      JSON.Member(
        "features",
        .array(
          features.map {
            .object([
              "of": .string($0.side.rawValue), "name": .string($0.name),
              "influence": .number($0.influence.asWritten),
            ])
          })),
    ]
  }
}
