/// A number as it was written; ids keep their spelling (`007`).
package struct Number: Sendable, Hashable, Codable {
  /// The units a number may carry; percent is already divided out of `value`.
  package enum Unit: String, Sendable, Codable { case percent, seconds, bytes }

  package var value: Double
  package var unit: Unit?
  package var spelling: String

  package init(_ value: Double, unit: Unit? = nil, spelling: String? = nil) {
    self.value = value
    self.unit = unit
    self.spelling = spelling ?? Number.text(value)
  }

  /// The shortest usual spelling: `5`, not `5.0`.
  package static func text(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : "\(value)"
  }
}

/// Values of named fields, in order: what `let r = evaluate` binds and `$r.ndcg@10` reads.
package struct Record: Sendable, Equatable, Codable {
  package struct Field: Sendable, Equatable, Codable {
    package var name: String
    package var value: Value

    package init(_ name: String, _ value: Value) {
      self.name = name
      self.value = value
    }
  }

  package var fields: [Field]

  package init(_ fields: [Field] = []) { self.fields = fields }

  package subscript(name: String) -> Value? {
    get { fields.first { $0.name == name }?.value }
    set {
      let place = fields.firstIndex { $0.name == name }
      switch (place, newValue) {
      case (let place?, let value?): fields[place].value = value
      case (nil, let value?): fields.append(Field(name, value))
      case (let place?, nil): fields.remove(at: place)
      case (nil, nil): break
      }
    }
  }
}

extension Record {
  /// What `show` gives back of a value that is no record: it alone, under this name.
  private static let lone = "value"

  package init(lone value: Value) { self.init([Field(Self.lone, value)]) }

  /// What `$_` and `let` make of a result: the value that stands alone in it, or the record.
  package var asValue: Value {
    fields.count == 1 && fields[0].name == Self.lone ? fields[0].value : .record(self)
  }
}

/// Everything that an expression of the language can be.
package enum Value: Sendable, Equatable, Codable {
  case number(Number)
  case text(String)
  case word(String)
  case truth(Bool)
  case list([Value])
  /// An inclusive range with a step.
  case range(Double, Double, step: Double)
  case record(Record)

  package static func number(_ value: Double) -> Value { .number(Number(value)) }

  /// What a message calls this value: "a word", "a number with a unit".
  package var description: String {
    switch self {
    case .number(let number):
      number.unit.map { "a number in \($0.rawValue)" } ?? "a number"
    case .text: "a text"
    case .word: "a word"
    case .truth: "yes or no"
    case .list: "a list"
    case .range: "a range"
    case .record: "a result"
    }
  }
}

extension Value {
  /// The word for a number that is not there, in a list of numbers.
  package static let missing = Value.word("none")
}

extension [Value] {
  /// The elements, nil where a number is not there. In a list that holds other words and no number, `none` is one of
  /// them.
  package var withoutMissing: [Value?] {
    let hasNumbers = contains { if case .number = $0 { true } else { false } }
    let isAllMissing = allSatisfy { $0 == .missing }
    return map { (hasNumbers || isAllMissing) && $0 == .missing ? nil : $0 }
  }
}
