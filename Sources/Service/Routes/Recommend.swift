import Commands
import Datasets
import Kernels
import Language
import MetaLearning
import Models
import Reports

/// `POST /recommend`: the best items for one user.
let recommendRoute = Route(
  method: .post, path: "/recommend",
  summary: "The best items for a known user, or for somebody who tells their ratings.",
  details: """
    The model is adapted to what is known of the user, and to what the request tells, in this very request. Without \
    `user` it is somebody new, of whom the request tells everything; nothing of it is kept.
    """,
  body: { $0.schemas.asker + recommendMembers($0) },
  examples: { served in
    [
      ("somebody new", .object(served.exampleTold + [JSON.Member("count", .number(3))])),
      (
        "somebody new, and items to choose from",
        .object(
          served.exampleTold + [
            JSON.Member("items", .array(served.items.prefix(5).map { .string(served.id($0)) }))
          ])
      ),
    ]
  },
  content: .json(recommendationMembers), refusals: [404, 422], isShort: true
) { service, call throws(Problem) in
  let asker = try service.asker(call.body, call.served)
  return call.answer(try call.served.recommendation(for: asker, call.body, at: ""))
}

/// `POST /recommend/batch`: the same for many users.
let batchRoute = Route(
  method: .post, path: "/recommend/batch",
  summary: "The best items for each of many users.",
  details: """
    Each of `requests` is what `/recommend` takes, and each of `answers`, in the same order, what it gives, or its \
    problem: one bad request does not keep others from being answered.
    """,
  body: { served in
    [
      Schema.Member(
        "requests",
        .list(
          .object(served.schemas.asker + recommendMembers(served)),
          most: ServiceLimits.mostRequests), "each as `/recommend` takes it", isRequired: true)
    ]
  },
  examples: { served in
    [
      (
        "two at once",
        .object(["requests": .array([.object(served.exampleTold), .object(["count": .number(2)])])])
      )
    ]
  },
  content: .json([
    Schema.Member(
      "answers", .list(.either([.object(recommendationMembers), .named("Problem")]), most: nil),
      "one for each request, in their order", isRequired: true)
  ]), takesLong: true
) { service, call throws(Problem) in
  var answers: [JSON] = []
  for (number, request) in (call.body["requests"]?.array ?? []).enumerated() {
    if Cancellation.isRequested { break }
    let pointer = "/requests/\(number)"
    do throws(Problem) {
      let asker = try service.asker(request, call.served, at: pointer)
      answers.append(
        .object(try call.served.recommendation(for: asker, request, at: pointer)))
    } catch {
      answers.append(.object(error.members))
    }
  }
  return call.answer(["answers": .array(answers)])
}

/// What `/recommend` takes beside who asks.
private func recommendMembers(_ served: Served) -> [Schema.Member] {
  let ids = Schema.list(.id, most: ServiceLimits.mostItems)
  return [
    Schema.Member(
      "count", .whole(1...ServiceLimits.mostListed), "how many items; 10 if it is left out"),
    Schema.Member("items", ids, "ids of the items among which to choose; all if it is left out"),
    Schema.Member("exclude", ids, "ids of items that are not to be listed"),
    Schema.Member(
      "where", .map(.list(.text(most: 1000), most: 1000), most: 100),
      "categories by the names of features: an item has to have one of each list"),
    Schema.Member(
      "seen", .truth,
      "whether items that the user has rated are listed, too; false if it is left out"),
    Schema.Member(
      "new_items", .list(served.schemas.newItem, most: ServiceLimits.mostNewItems),
      "items that the data do not know, by their features; they are ranked among the others"),
  ]
}

private let recommendationMembers = [
  Schema.Member(
    "user", .either([.anyText, .null]), "the id; null for somebody new", isRequired: true),
  Schema.Member(
    "ratings", .whole(0...Int(Int32.max)), "to how many ratings the model was adapted",
    isRequired: true),
  Schema.Member(
    "items",
    .list(
      .object([
        Schema.Member("item", .anyText, "its id", isRequired: true),
        Schema.Member("title", .anyText, "its title; its id where it has none", isRequired: true),
        Schema.Member("score", .number, "higher is better", isRequired: true),
      ]), most: nil), "the best first", isRequired: true),
  Schema.Member(
    "remarks", .list(.anyText, most: nil), "what the model does not know of what was told",
    isRequired: true),
]

extension Served {
  /// Something to tell of somebody, for examples.
  var exampleTold: [JSON.Member] {
    let few = items.prefix(2).map(id)
    if known.data.feedback == .interactions {
      return [JSON.Member("likes", .array(few.map { .string($0) }))]
    }
    let (lowest, highest) = (known.data.scale.lowest.asWritten, known.data.scale.highest.asWritten)
    let ratings = zip(few, [highest, lowest]).map { JSON.Member($0, .number($1)) }
    return [JSON.Member("ratings", .object(ratings))]
  }

  /// The best items for somebody, as a request asks for them.
  func recommendation(
    for asker: Asker, _ body: JSON, at pointer: String
  ) throws(Problem) -> [JSON.Member] {
    let count = Int(body["count"]?.number ?? 10)
    let candidates = try candidates(for: asker, body, at: pointer)
    let newcomers = try NewItems(body["new_items"]?.array ?? [], self, at: pointer + "/new_items")
    var listed: [(item: String, title: String, score: Float)] = []
    do throws(ScoreError) {
      if !candidates.isEmpty {
        listed = try model.best(min(count, candidates.count), of: candidates, for: asker.kept).map {
          (id($0.item), label($0.item), $0.score)
        }
      }
      if let newcomers {
        listed += try newcomers.scored(for: asker, self)
        listed = Array(listed.stablySorted(descending: true, by: \.score).prefix(count))
      }
    } catch {
      throw Problem(error)
    }
    return [
      JSON.Member("user", asker.id.map { .string($0) } ?? .null),
      JSON.Member("ratings", .number(asker.context.support.count)),
      JSON.Member(
        "items",
        .array(
          listed.map {
            .object([
              "item": .string($0.item), "title": .string($0.title),
              "score": .number(shown($0.score)),
            ])
          })),
      JSON.Member(
        "remarks", .array((asker.remarks + (newcomers?.remarks ?? [])).map { .string($0) })),
    ]
  }

  /// The numbers of the items that may be listed, ascending.
  private func candidates(
    for asker: Asker, _ body: JSON, at pointer: String
  ) throws(Problem) -> [Int32] {
    var candidates = items
    if let named = body["items"] {
      candidates = try numbers(named, at: pointer + "/items").sorted()
    }
    var left: Set<Int32> = []
    if let named = body["exclude"] { left = try numbers(named, at: pointer + "/exclude") }
    if body["seen"] != .truth(true) { left.formUnion(asker.rated) }
    if case .object(let features)? = body["where"] {
      for feature in features {
        let values = (feature.value.array ?? []).compactMap(\.string)
        let having = try known.items(with: feature.name, among: values, at: pointer)
        candidates.removeAll { !having.contains($0) }
      }
    }
    guard !left.isEmpty else { return candidates }
    if candidates.count == items.count {
      // Of all items what lies between those that are left out.
      var kept: [Int32] = []
      kept.reserveCapacity(items.count)
      var next = 0
      for item in left.sorted() {
        kept += items[next..<Int(item)]
        next = Int(item) + 1
      }
      return kept + items[next...]
    }
    var isLeft = [Bool](repeating: false, count: items.count)
    for item in left { isLeft[Int(item)] = true }
    return candidates.filter { !isLeft[Int($0)] }
  }

  private func numbers(_ ids: JSON, at pointer: String) throws(Problem) -> Set<Int32> {
    var numbers: Set<Int32> = []
    for (place, id) in (ids.array ?? []).compactMap(\.string).enumerated() {
      numbers.insert(try item(id, at: "\(pointer)/\(place)"))
    }
    return numbers
  }
}

extension Problem {
  init(_ error: ScoreError) {
    self.init(
      500, "E0602", "a score of `\(error.title)` is no finite number",
      help: ["its weights have grown too large: train it again with a smaller lr"])
  }
}
