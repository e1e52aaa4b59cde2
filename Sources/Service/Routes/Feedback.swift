import Commands
import Language
import Reports

/// `POST /feedback`: what a user has rated or taken.
let feedbackRoute = Route(
  method: .post, path: "/feedback",
  summary: "Tells what a user has rated or taken; it counts from the next request on.",
  details: """
    It is written to the feedback file before it is answered, and is there again after the service was started anew. \
    Of an item that was rated before, the new rating counts. A user whom the data do not know becomes known by it, \
    and may be told features of.
    """,
  body: { $0.schemas.feedback },
  examples: { served in
    [("two items", .object([JSON.Member("user", .string("new-1"))] + served.exampleTold))]
  },
  content: .json([
    Schema.Member("user", .anyText, "the id", isRequired: true),
    Schema.Member(
      "ratings", .whole(0...Int(Int32.max)), "how many ratings the model is adapted to now",
      isRequired: true),
  ]), refusals: [404, 422, 507]
) { service, call throws(Problem) in
  guard let log = service.log else {
    throw Problem(
      507, "E0925", "this service keeps no feedback", help: ["`--feedback FILE` says where to"])
  }
  let served = call.served
  let user = call.body["user"]?.string ?? ""
  let time = call.body["time"]?.number.map { Int64($0) } ?? service.surroundings.time()
  let told = Told(call.body, time: time)
  let known = served.known.data.users.ids[user] != nil
  // Everything that could be wrong is found before anything is kept.
  if known, !told.features.isEmpty {
    throw Problem(
      422, "E0205", "the features of a known user are known", help: ["leave out `features`"],
      at: "/features")
  }
  for rating in told.ratings {
    _ = try served.item(rating.item, at: served.pointer(to: rating.item))
  }
  if !told.features.isEmpty { _ = try served.newcomer(told.features, at: "/features") }
  do throws(CommandFailure) {
    try log.append(FeedbackRecord(user: user, time: time, told: told))
  } catch {
    throw Problem(
      507, error.code, "the feedback could not be kept: \(error.message)", help: error.help)
  }
  service.metrics.count(feedback: told.ratings.count)
  let asker = try service.users.user(user, served, at: "/user")
  return call.answer([
    "user": .string(user), "ratings": .number(asker.context.support.count),
  ])
}
