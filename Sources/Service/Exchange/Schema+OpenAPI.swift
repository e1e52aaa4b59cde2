import Reports

extension Schema {
  /// The same as a schema of JSON (draft 2020-12), as OpenAPI 3.1 has it.
  var document: JSON {
    switch self {
    case .text(let most):
      .object(["type": .string("string"), "minLength": .number(1), "maxLength": .number(most)])
    case .anyText: .object(["type": .string("string")])
    case .choice(let words):
      .object(["type": .string("string"), "enum": .array(words.map { .string($0) })])
    case .number(nil): .object(["type": .string("number")])
    case .number(let bounds?):
      .object([
        "type": .string("number"), "minimum": .number(bounds.lowerBound),
        "maximum": .number(bounds.upperBound),
      ])
    case .whole(let bounds):
      .object([
        "type": .string("integer"), "minimum": .number(bounds.lowerBound),
        "maximum": .number(bounds.upperBound),
      ])
    case .truth: .object(["type": .string("boolean")])
    case .null: .object(["type": .string("null")])
    case .list(let element, let most):
      .object(
        [JSON.Member("type", .string("array")), JSON.Member("items", element.document)]
          + (most.map { [JSON.Member("maxItems", .number($0))] } ?? []))
    case .map(let element, let most):
      .object([
        "type": .string("object"), "additionalProperties": element.document,
        "maxProperties": .number(most),
      ])
    case .object(let members): Self.object(members)
    case .either(let schemas): .object(["anyOf": .array(schemas.map(\.document))])
    case .named(let name): .object(["$ref": .string("#/components/schemas/\(name)")])
    }
  }

  private static func object(_ members: [Member]) -> JSON {
    let required = members.filter(\.isRequired)
    return .object(
      [
        JSON.Member("type", .string("object")),
        JSON.Member("properties", .object(members.map { JSON.Member($0.name, $0.document) })),
        JSON.Member("additionalProperties", .truth(false)),
      ]
        + (required.isEmpty
          ? [] : [JSON.Member("required", .array(required.map { .string($0.name) }))]))
  }
}

extension Schema.Member {
  var document: JSON {
    guard !summary.isEmpty, case .object(let members) = schema.document else {
      return schema.document
    }
    return .object(members + [JSON.Member("description", .string(summary))])
  }
}
