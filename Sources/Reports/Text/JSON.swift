/// A JSON value (RFC 8259); objects keep the order of their members.
package enum JSON: Sendable, Equatable {
  case null
  case truth(Bool)
  case number(Double)
  case string(String)
  case array([JSON])
  case object([Member])

  package struct Member: Sendable, Equatable {
    package var name: String
    package var value: JSON

    package init(_ name: String, _ value: JSON) {
      self.name = name
      self.value = value
    }
  }

  /// An object from pairs of names and values.
  package static func object(_ members: KeyValuePairs<String, JSON>) -> JSON {
    .object(members.map { Member($0.key, $0.value) })
  }

  package static func number(_ value: Int) -> JSON { .number(Double(value)) }

  /// The first member of that name of an object.
  package subscript(_ name: String) -> JSON? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  package var string: String? {
    if case .string(let text) = self { text } else { nil }
  }

  package var number: Double? {
    if case .number(let value) = self { value } else { nil }
  }

  package var array: [JSON]? {
    if case .array(let values) = self { values } else { nil }
  }
}

extension JSON {
  /// The value on one line; a number that JSON cannot say (NaN, infinity) is null.
  package var text: String {
    var text = ""
    write(to: &text)
    return text
  }

  /// The value over several lines, as people like to read it.
  package var prettyText: String {
    var text = ""
    writePretty(to: &text, indent: "")
    return text
  }

  private func write(to text: inout String) {
    switch self {
    case .null: text += "null"
    case .truth(let truth): text += truth ? "true" : "false"
    case .number(let value): text += JSON.numberText(value)
    case .string(let string): JSON.write(string, to: &text)
    case .array(let values):
      text += "["
      for (index, value) in values.enumerated() {
        if index > 0 { text += "," }
        value.write(to: &text)
      }
      text += "]"
    case .object(let members):
      text += "{"
      for (index, member) in members.enumerated() {
        if index > 0 { text += "," }
        JSON.write(member.name, to: &text)
        text += ":"
        member.value.write(to: &text)
      }
      text += "}"
    }
  }

  private func writePretty(to text: inout String, indent: String) {
    let inner = indent + " "
    switch self {
    case .array(let values) where !values.isEmpty:
      text += "[\n"
      for (index, value) in values.enumerated() {
        text += (index > 0 ? ",\n" : "") + inner
        value.writePretty(to: &text, indent: inner)
      }
      text += "\n" + indent + "]"
    case .object(let members) where !members.isEmpty:
      text += "{\n"
      for (index, member) in members.enumerated() {
        text += (index > 0 ? ",\n" : "") + inner
        JSON.write(member.name, to: &text)
        text += ": "
        member.value.writePretty(to: &text, indent: inner)
      }
      text += "\n" + indent + "}"
    default: write(to: &text)
    }
  }

  private static func numberText(_ value: Double) -> String {
    guard value.isFinite else { return "null" }
    if value == value.rounded(), value.magnitude < 9e15 { return String(Int64(value)) }
    return "\(value)"
  }

  private static func write(_ string: String, to text: inout String) {
    text += "\""
    let isPlain = string.utf8.allSatisfy { $0 >= 32 && $0 != 127 && $0 != 0x22 && $0 != 0x5C }
    if isPlain {
      text += string
      text += "\""
      return
    }
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case _ where scalar.value < 32 || scalar.value == 127:
        let code = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - code.count) + code
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
