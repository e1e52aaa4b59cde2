import Reports

/// `GET /openapi.json`: what can be asked, for programs.
let documentRoute = Route(
  method: .get, path: "/openapi.json",
  summary: "What can be asked, as an OpenAPI document (3.1).", audience: .all,
  content: .text("application/json")
) { service, call throws(Problem) in
  let document = OpenAPIDocument(served: call.served, needsToken: service.admission.needsToken)
  return Answer(200, "application/json", document.json.text)
}

/// The routes as an OpenAPI document, with the scale and the features of the model that is served.
struct OpenAPIDocument {
  let served: Served
  let needsToken: Bool

  var json: JSON {
    .object([
      "openapi": .string("3.1.0"),
      "info": .object([
        "title": .string("mrs serve"), "version": .string("1"),
        "description": .string(
          "Recommendations by a meta-trained model that adapts to each user on the fly. "
            + "Every answer has the SHA-256 of the model's file as `model`; every refusal is a Problem."
        ),
      ]),
      "paths": .object(routes.map { JSON.Member($0.path, path($0)) }),
      "components": .object(components),
    ])
  }

  private var components: [JSON.Member] {
    var problem = [
      Schema.Member("type", .choice(["about:blank"]), "", isRequired: true),
      Schema.Member("title", .anyText, "the name of the status", isRequired: true),
      Schema.Member("status", .whole(400...599), "the status", isRequired: true),
      Schema.Member("detail", .anyText, "what is wrong", isRequired: true),
      Schema.Member("code", .anyText, "`mrs help CODE` tells more", isRequired: true),
      Schema.Member("help", .list(.anyText, most: nil), "what to do about it", isRequired: true),
      Schema.Member("pointer", .anyText, "where in the body (RFC 6901)", isRequired: true),
    ]
    // Within a batch the answer around it has the digest.
    problem.append(Schema.Member("model", .anyText, "the digest of the model"))
    let schemas = JSON.Member(
      "schemas", .object([JSON.Member("Problem", Schema.object(problem).document)]))
    guard needsToken else { return [schemas] }
    let bearer = JSON.object(["type": .string("http"), "scheme": .string("bearer")])
    return [schemas, JSON.Member("securitySchemes", .object(["bearer": bearer]))]
  }

  private func path(_ route: Route) -> JSON {
    .object([JSON.Member(route.method.rawValue.lowercased(), operation(route))])
  }

  private func operation(_ route: Route) -> JSON {
    var members = [
      JSON.Member("operationId", .string(name(of: route))),
      JSON.Member("summary", .string(route.summary)),
    ]
    if !route.details.isEmpty { members.append(JSON.Member("description", .string(route.details))) }
    if !route.parameters.isEmpty {
      members.append(JSON.Member("parameters", .array(route.parameters.map(parameter))))
    }
    if let body = route.body?(served) {
      var content = [JSON.Member("schema", Schema.object(body).document)]
      if let examples = route.examples?(served) {
        content.append(JSON.Member("examples", .object(examples.enumerated().map(example))))
      }
      members.append(
        JSON.Member(
          "requestBody",
          .object([
            "required": .truth(true),
            "content": .object([JSON.Member("application/json", .object(content))]),
          ])))
    }
    members.append(JSON.Member("responses", .object(responses(route))))
    if needsToken, case .holders = route.audience {
      members.append(
        JSON.Member("security", .array([.object([JSON.Member("bearer", .array([]))])])))
    }
    return .object(members)
  }

  private func name(of route: Route) -> String {
    let words = route.path.split { !$0.isLetter }
    return route.method.rawValue.lowercased() + (words.isEmpty ? "Page" : "")
      + words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
  }

  private func example(_ number: Int, _ example: (String, JSON)) -> JSON.Member {
    JSON.Member(
      "example\(number + 1)",
      .object(["summary": .string(example.0), "value": example.1]))
  }

  private func parameter(_ parameter: Route.Parameter) -> JSON {
    .object([
      "name": .string(parameter.name), "in": .string("query"), "required": .truth(false),
      "description": .string(parameter.summary), "schema": parameter.schema.document,
    ])
  }

  private func responses(_ route: Route) -> [JSON.Member] {
    let schema: JSON =
      switch route.content {
      case .json(let members):
        Schema.object(
          [
            Schema.Member(
              "model", .anyText, "the SHA-256 of the file of the model that answers",
              isRequired: true)
          ] + members
        ).document
      case .text("application/json"): .object([JSON.Member("type", .string("object"))])
      case .text: .object([JSON.Member("type", .string("string"))])
      }
    let right = response("what was asked for", route.content.type, schema)
    var statuses: Set<Int> = [503]
    if route.body != nil { statuses.formUnion([400, 408, 413, 415]) }
    if !route.parameters.isEmpty { statuses.insert(400) }
    statuses.formUnion([400, 403, 405, 500])
    if needsToken, case .holders = route.audience { statuses.insert(401) }
    statuses.formUnion(route.refusals)
    return [JSON.Member("200", right)]
      + statuses.sorted().map { status in
        JSON.Member(
          String(status),
          response(
            Problem.titles[status] ?? "a problem", "application/problem+json",
            Schema.named("Problem").document))
      }
  }

  private func response(_ summary: String, _ type: String, _ schema: JSON) -> JSON {
    .object([
      "description": .string(summary),
      "content": .object([JSON.Member(type, .object([JSON.Member("schema", schema)]))]),
    ])
  }
}
