import Language
import Reports

/// What a JSON value looks like. Requests are checked by it, and the OpenAPI document is written from it, so that the
/// two say the same.
package indirect enum Schema: Sendable {
  /// A text of 1 to so many characters.
  case text(most: Int)
  /// A text of any length, in answers.
  case anyText
  case choice([String])
  case number(ClosedRange<Double>?)
  case whole(ClosedRange<Int>)
  case truth
  case null
  case list(Schema, most: Int?)
  /// An object whose names are ids or the like.
  case map(Schema, most: Int)
  case object([Member])
  case either([Schema])
  /// One of the schemas that have names in the document.
  case named(String)

  /// A member of an object.
  package struct Member: Sendable {
    var name: String
    var schema: Schema
    var summary: String
    var isRequired: Bool

    init(_ name: String, _ schema: Schema, _ summary: String, isRequired: Bool = false) {
      self.name = name
      self.schema = schema
      self.summary = summary
      self.isRequired = isRequired
    }
  }

  static let number = number(nil)
  /// An id of a user or an item.
  static let id = text(most: 1000)
}

extension Schema {
  /// What of a value is not as this says; nil when all is.
  ///
  /// - Parameter pointer: where the value is, as a JSON pointer.
  func fault(in value: JSON, at pointer: String = "") -> Problem? {
    switch (self, value) {
    case (.text(let most), .string(let text)):
      guard !text.isEmpty, text.unicodeScalars.count <= most else {
        return invalid("is no text of 1 to \(grouped(most)) characters", pointer)
      }
      return nil
    case (.choice(let words), .string(let text)):
      return words.contains(text)
        ? nil : invalid("is none of " + words.joined(separator: ", "), pointer)
    case (.number(let bounds), .number(let number)):
      guard let bounds, !bounds.contains(number) else { return nil }
      return invalid(
        "is not from \(Number.text(bounds.lowerBound)) to \(Number.text(bounds.upperBound))",
        pointer)
    case (.whole(let bounds), .number(let number)):
      guard let whole = Int(exactly: number), bounds.contains(whole) else {
        return invalid(
          "is no whole number from \(grouped(bounds.lowerBound)) to \(grouped(bounds.upperBound))",
          pointer)
      }
      return nil
    case (.anyText, .string), (.truth, .truth), (.null, .null): return nil
    case (.list(let element, let most), .array(let values)):
      return fault(in: values, element, most ?? .max, pointer)
    case (.map(let element, let most), .object(let members)):
      return fault(in: members, element, most, pointer)
    case (.object(let known), .object(let members)): return fault(in: members, known, pointer)
    case (.either(let schemas), _):
      return schemas.contains { $0.fault(in: value, at: pointer) == nil }
        ? nil : invalid("is not \(kind)", pointer)
    default: return invalid("is not \(kind)", pointer)
    }
  }

  private func fault(
    in values: [JSON], _ element: Schema, _ most: Int, _ pointer: String
  ) -> Problem? {
    guard values.count <= most else {
      return invalid("has more than \(grouped(most)) elements", pointer)
    }
    for (place, value) in values.enumerated() {
      if let fault = element.fault(in: value, at: "\(pointer)/\(place)") { return fault }
    }
    return nil
  }

  private func fault(
    in members: [JSON.Member], _ element: Schema, _ most: Int, _ pointer: String
  ) -> Problem? {
    guard members.count <= most else {
      return invalid("has more than \(grouped(most)) members", pointer)
    }
    if let twice = repeated(members) { return invalid("has `\(twice)` twice", pointer) }
    for member in members {
      let place = pointer + "/" + escaped(member.name)
      if let fault = element.fault(in: member.value, at: place) { return fault }
    }
    return nil
  }

  private func fault(
    in members: [JSON.Member], _ known: [Member], _ pointer: String
  ) -> Problem? {
    if let twice = repeated(members) { return invalid("has `\(twice)` twice", pointer) }
    for member in members {
      let place = pointer + "/" + escaped(member.name)
      guard let form = known.first(where: { $0.name == member.name }) else {
        let names = known.map(\.name)
        let near = suggestions(for: member.name, among: names).prefix(1)
        return Problem(
          400, "E0921", "there is no `\(shortened(member.name))` here",
          help: near.map { "did you mean `\($0)`?" }
            + ["known: " + (names.isEmpty ? "nothing" : names.joined(separator: ", "))], at: place)
      }
      if let fault = form.schema.fault(in: member.value, at: place) { return fault }
    }
    for form in known where form.isRequired && !members.contains(where: { $0.name == form.name }) {
      return Problem(
        400, "E0921", "`\(form.name)` is missing", help: [form.summary], at: pointer)
    }
    return nil
  }

  private func repeated(_ members: [JSON.Member]) -> String? {
    guard members.count > 1 else { return nil }
    var seen: Set<String> = []
    return members.first { !seen.insert($0.name).inserted }.map { shortened($0.name) }
  }

  private func invalid(_ what: String, _ pointer: String) -> Problem {
    let name = pointer.isEmpty ? "the body" : "`\(shortened(pointer))`"
    return Problem(400, "E0921", "\(name) \(what)", help: ["expected: \(kind)"], at: pointer)
  }

  /// What it is, in a few words.
  private var kind: String {
    switch self {
    case .text, .anyText: "a text"
    case .choice(let words): "one of " + words.joined(separator: ", ")
    case .number(nil): "a number"
    case .number(let bounds?):
      "a number from \(Number.text(bounds.lowerBound)) to \(Number.text(bounds.upperBound))"
    case .whole(let bounds):
      "a whole number from \(grouped(bounds.lowerBound)) to \(grouped(bounds.upperBound))"
    case .truth: "true or false"
    case .null: "null"
    case .list(let element, _): "a list, each \(element.kind)"
    case .map(let element, _): "an object, each value \(element.kind)"
    case .object(let members): "an object of " + members.map(\.name).joined(separator: ", ")
    case .either(let schemas): schemas.map(\.kind).joined(separator: ", or ")
    case .named(let name): name
    }
  }
}

/// A name as it stands in a JSON pointer.
func escaped(_ name: String) -> String {
  guard name.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else {
    return name
  }
  return name.split(separator: "~", omittingEmptySubsequences: false).joined(separator: "~0")
    .split(separator: "/", omittingEmptySubsequences: false).joined(separator: "~1")
}

/// What may be quoted of a text that could be of any length.
func shortened(_ text: String) -> String {
  text.utf8.count <= 80 ? text : text.prefix(40) + "…"
}
