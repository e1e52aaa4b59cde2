import Datasets
import Language
import Reports

/// `GET /items`: which items there are.
let itemsRoute = Route(
  method: .get, path: "/items", summary: "The items, or those whose title or id has a text in it.",
  parameters: [
    Route.Parameter(
      name: "search", schema: .text(most: 200),
      summary: "a text, in whatever case; all items without it"),
    Route.Parameter(
      name: "count", schema: .whole(1...ServiceLimits.mostListed),
      summary: "how many at most; 20 if it is left out"),
    Route.Parameter(
      name: "from", schema: .whole(0...Int(Int32.max)), summary: "how many to pass over first"),
  ],
  content: .json([
    Schema.Member(
      "total", .whole(0...Int(Int32.max)), "how many there are with that text", isRequired: true),
    Schema.Member(
      "items",
      .list(
        .object([
          Schema.Member("item", .anyText, "its id", isRequired: true),
          Schema.Member("title", .anyText, "its title; its id where it has none", isRequired: true),
        ]), most: nil), "in the order of the data", isRequired: true),
  ])
) { _, call throws(Problem) in
  let served = call.served
  var found = served.items
  if let text = call.query["search"]?.string?.lowercased() {
    found.removeAll { item in
      !served.label(item).lowercased().contains(text)
        && !served.id(item).lowercased().contains(text)
    }
  }
  let shown = found.dropFirst(Int(call.query["from"]?.number ?? 0))
    .prefix(Int(call.query["count"]?.number ?? 20))
  return call.answer([
    "total": .number(found.count),
    "items": .array(
      shown.map {
        .object(["item": .string(served.id($0)), "title": .string(served.label($0))])
      }),
  ])
}
