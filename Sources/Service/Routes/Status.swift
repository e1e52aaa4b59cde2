import Datasets
import Models
import Reports

/// `GET /health`: whether it answers.
let healthRoute = Route(
  method: .get, path: "/health", summary: "Whether the service answers, and by which model.",
  audience: .all,
  content: .json([
    Schema.Member("status", .choice(["ok"]), "", isRequired: true),
    Schema.Member("items", .whole(0...Int(Int32.max)), "how many items it ranks", isRequired: true),
    Schema.Member("seconds", .number, "for how long it has been up", isRequired: true),
  ]), isShort: true
) { service, call throws(Problem) in
  call.answer([
    "status": .string("ok"), "items": .number(call.served.known.itemCount),
    "seconds": .number(service.surroundings.now() - service.start),
  ])
}

/// `GET /model`: what answers.
let modelRoute = Route(
  method: .get, path: "/model",
  summary: "What the model is, what can be rated, and which features can be told.",
  content: .json([
    Schema.Member("algorithm", .anyText, "with its options", isRequired: true),
    Schema.Member("network", .anyText, "with its options", isRequired: true),
    Schema.Member(
      "feedback", .choice(["ratings", "interactions"]), "what it was trained on", isRequired: true),
    Schema.Member("lowest", .number, "the lowest rating", isRequired: true),
    Schema.Member("highest", .number, "the highest rating", isRequired: true),
    Schema.Member("items", .whole(0...Int(Int32.max)), "how many it ranks", isRequired: true),
    Schema.Member(
      "users", .whole(0...Int(Int32.max)), "how many the data know", isRequired: true),
    Schema.Member("user_features", featureList, "what can be told of users", isRequired: true),
    Schema.Member("item_features", featureList, "what can be told of new items", isRequired: true),
  ])
) { _, call throws(Problem) in
  let served = call.served
  let data = served.known.data
  return call.answer([
    "algorithm": .string(served.algorithm), "network": .string(served.network),
    "feedback": .string(data.feedback.rawValue), "lowest": .number(data.scale.lowest.asWritten),
    "highest": .number(data.scale.highest.asWritten), "items": .number(data.items.count),
    "users": .number(data.users.count), "user_features": features(of: data.users),
    "item_features": features(of: data.items),
  ])
}

private let featureList = Schema.list(
  .object([
    Schema.Member("name", .anyText, "", isRequired: true),
    Schema.Member("kind", .choice(["number", "categories"]), "", isRequired: true),
    Schema.Member(
      "values", .list(.anyText, most: nil), "the first hundred categories", isRequired: true),
  ]), most: nil)

private func features(of entities: Entities) -> JSON {
  .array(
    entities.features.map { feature in
      var (kind, values) = ("number", [String]())
      if case .categories(let names, _, _) = feature.values {
        (kind, values) = ("categories", Array(names.names.prefix(100)))
      }
      return .object([
        "name": .string(feature.name), "kind": .string(kind),
        "values": .array(values.map { .string($0) }),
      ])
    })
}

/// `GET /metrics`: counts for Prometheus.
let metricsRoute = Route(
  method: .get, path: "/metrics", summary: "Counts and times in the text format of Prometheus.",
  content: .text("text/plain; version=0.0.4; charset=utf-8")
) { service, call throws(Problem) in
  Answer(200, "text/plain; version=0.0.4; charset=utf-8", service.measured(call.served))
}

/// `POST /reload`: takes the model's file as it is now.
let reloadRoute = Route(
  method: .post, path: "/reload", summary: "Reads the model's file again, as the signal HUP does.",
  details: """
    Requests that are under way end with the model they began with. A file that cannot be used changes nothing. \
    Feedback is kept, and counts for the new model as well.
    """,
  body: { _ in [] }, examples: { _ in [("", .object([JSON.Member]()))] },
  content: .json([
    Schema.Member("before", .anyText, "the digest of the model until now", isRequired: true)
  ]), refusals: [422], takesLong: true
) { service, call throws(Problem) in
  let now = try service.reload()
  return Answer([JSON.Member("before", .string(call.served.digest))], by: now.digest)
}
