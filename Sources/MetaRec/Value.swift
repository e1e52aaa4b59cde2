import Language

/// A value of the language: what a result holds, and what features of users and items are given as.
///
/// Read it by kind, `try value.number`, or by the name of a field, `try lab["r"]["ndcg@10"].number`; a value of
/// another kind, or a field that is not there, throws a ``LaboratoryError`` and never traps.
public enum Value: Sendable, Equatable {
  /// A number. Shares are between 0 and 1, lengths of time in seconds; NaN where a measure has no value.
  case number(Double)
  case text(String)
  case truth(Bool)
  case list([Value])
  /// Fields in the order in which the command made them; no two have the same name.
  case record([Field])

  /// A field of a record.
  public struct Field: Sendable, Equatable {
    public var name: String
    public var value: Value

    public init(_ name: String, _ value: Value) {
      self.name = name
      self.value = value
    }
  }

  /// The number that this is. Throws E0301 when it is none.
  public var number: Double {
    get throws {
      if case .number(let number) = self { return number }
      throw mismatch("a number")
    }
  }

  /// The text that this is. Throws E0301 when it is none.
  public var text: String {
    get throws {
      if case .text(let text) = self { return text }
      throw mismatch("a text")
    }
  }

  /// Whether this is yes. Throws E0301 when it is neither yes nor no.
  public var truth: Bool {
    get throws {
      if case .truth(let truth) = self { return truth }
      throw mismatch("yes or no")
    }
  }

  /// The values of a list. Throws E0301 when this is none.
  public var list: [Value] {
    get throws {
      if case .list(let values) = self { return values }
      throw mismatch("a list")
    }
  }

  /// The fields of a record. Throws E0301 when this is none.
  public var fields: [Field] {
    get throws {
      if case .record(let fields) = self { return fields }
      throw mismatch("a result with fields")
    }
  }

  /// The numbers of a list; NaN where a measure has no value for somebody. Throws E0301 when this is no list,
  /// or holds something else.
  public var numbers: [Double] {
    get throws {
      try list.map { try $0.number }
    }
  }

  /// The texts of a list. Throws E0301 when this is no list, or holds something else.
  public var texts: [String] {
    get throws { try list.map { try $0.text } }
  }

  /// The field of that name. Throws E0301 when this is no record, and E0204 when it has no such field.
  public subscript(name: String) -> Value {
    get throws {
      let fields = try fields
      if let field = fields.first(where: { $0.name == name }) { return field.value }
      let names = fields.map(\.name)
      throw LaboratoryError(
        "E0204", "the result has no field `\(name)`",
        help: ["fields: " + (names.isEmpty ? "none" : names.joined(separator: ", "))],
        suggestions: suggestions(for: name, among: names))
    }
  }

  /// The element at a place, counted from 0. Throws E0301 when this is no list, and E0302 when it has no such
  /// place.
  public subscript(place: Int) -> Value {
    get throws {
      let values = try list
      guard values.indices.contains(place) else {
        throw LaboratoryError(
          "E0302", "the list has no place \(place)",
          help: [values.isEmpty ? "it is empty" : "places: 0 to \(values.count - 1)"])
      }
      return values[place]
    }
  }

  private func mismatch(_ expected: String) -> LaboratoryError {
    LaboratoryError("E0301", "this is \(description(of: self)), and \(expected) is asked for")
  }
}

private func description(of value: Value) -> String { value.inLanguage.description }

extension Value: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral, ExpressibleByStringLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral
{
  public init(floatLiteral value: Double) { self = .number(value) }
  public init(integerLiteral value: Int) { self = .number(Double(value)) }
  public init(stringLiteral value: String) { self = .text(value) }
  public init(booleanLiteral value: Bool) { self = .truth(value) }
  public init(arrayLiteral elements: Value...) { self = .list(elements) }
}

extension Value {
  init(_ value: Language.Value) {
    switch value {
    case .number(let number): self = .number(number.value)
    case .text(let text), .word(let text): self = .text(text)
    case .truth(let truth): self = .truth(truth)
    case .list(let values):
      self = .list(values.withoutMissing.map { $0.map { Value($0) } ?? .number(.nan) })
    case .range(let low, let high, let step):
      self = .record([
        Field("from", .number(low)), Field("to", .number(high)), Field("step", .number(step)),
      ])
    case .record(let record): self = Value(record)
    }
  }

  init(_ record: Language.Record) {
    self = .record(record.fields.map { Field($0.name, Value($0.value)) })
  }

  /// The same as the language keeps it.
  var inLanguage: Language.Value {
    switch self {
    case .number(let number): .number(number)
    case .text(let text): .text(text)
    case .truth(let truth): .truth(truth)
    case .list(let values): .list(values.map(\.inLanguage))
    case .record(let fields):
      .record(Record(fields.map { Record.Field($0.name, $0.value.inLanguage) }))
    }
  }
}
