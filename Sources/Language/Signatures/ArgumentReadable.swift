/// A Swift type that an argument of the language can be read as.
package protocol ArgumentReadable: Sendable {
  /// What a message says is needed: "a whole number".
  static var expectation: String { get }
  static func read(_ value: Value) -> Self?
  /// How help shows this value as a default.
  var argumentText: String { get }
  /// The words that can stand here with their meaning; empty when they cannot be listed.
  static var namedValues: [NamedValue] { get }
  /// The numbers that can be read so, if any can and no more than the number decides.
  static var numbers: NumberBounds? { get }
  /// The number it is, if it is one.
  var asNumber: Double? { get }
}

/// A word that an option takes, with its meaning.
package struct NamedValue: Sendable, Equatable {
  package let name: String
  package let summary: String

  package init(_ name: String, _ summary: String) {
    self.name = name
    self.summary = summary
  }
}

extension ArgumentReadable {
  package static var namedValues: [NamedValue] { [] }
  package static var numbers: NumberBounds? { nil }
  package var asNumber: Double? { nil }
}

extension Int: ArgumentReadable {
  package static var expectation: String { "a whole number" }
  package static var numbers: NumberBounds? { NumberBounds(.whole) }
  package var asNumber: Double? { Double(self) }
  package var argumentText: String { "\(self)" }

  package static func read(_ value: Value) -> Int? {
    guard case .number(let number) = value, number.unit == nil else { return nil }
    return Int(exactly: number.value)
  }
}

extension Double: ArgumentReadable {
  package static var expectation: String { "a number" }
  package static var numbers: NumberBounds? { NumberBounds(.fractional) }
  package var asNumber: Double? { self }
  package var argumentText: String { Number.text(self) }

  package static func read(_ value: Value) -> Double? {
    guard case .number(let number) = value, number.unit == nil || number.unit == .percent else {
      return nil
    }
    return number.value
  }
}

extension Bool: ArgumentReadable {
  package static var expectation: String { "yes or no" }
  package var argumentText: String { self ? "yes" : "no" }
  package static var namedValues: [NamedValue] {
    [NamedValue("yes", "switch it on"), NamedValue("no", "switch it off")]
  }

  package static func read(_ value: Value) -> Bool? {
    switch value {
    case .truth(let truth): truth
    case .word("yes"), .word("on"), .word("true"): true
    case .word("no"), .word("off"), .word("false"): false
    default: nil
    }
  }
}

extension String: ArgumentReadable {
  package static var expectation: String { "a word or a text" }
  package static var numbers: NumberBounds? { NumberBounds(.withUnit) }
  package var argumentText: String { self }

  package static func read(_ value: Value) -> String? {
    switch value {
    case .text(let text), .word(let text): text
    case .number(let number): number.spelling
    case .truth(let truth): truth ? "yes" : "no"
    default: nil
    }
  }
}

extension Optional: ArgumentReadable where Wrapped: ArgumentReadable {
  package static var expectation: String { Wrapped.expectation }
  package var argumentText: String { self?.argumentText ?? "" }
  package static var namedValues: [NamedValue] { Wrapped.namedValues }
  package static var numbers: NumberBounds? { Wrapped.numbers }

  package static func read(_ value: Value) -> Wrapped?? {
    Wrapped.read(value).map { .some($0) }
  }
}

extension Array: ArgumentReadable where Element: ArgumentReadable {
  package static var expectation: String { "a list, each \(Element.expectation)" }
  package var argumentText: String { map(\.argumentText).joined(separator: ",") }
  package static var namedValues: [NamedValue] { Element.namedValues }
  package static var numbers: NumberBounds? { Element.numbers }

  package static func read(_ value: Value) -> [Element]? {
    guard case .list(let values) = value else { return Element.read(value).map { [$0] } }
    var elements: [Element] = []
    for value in values {
      guard let element = Element.read(value) else { return nil }
      elements.append(element)
    }
    return elements
  }
}

/// An option that is one of a few named values; the raw value is its name in a script.
package protocol ArgumentChoice: ArgumentReadable, CaseIterable, RawRepresentable
where RawValue == String {
  var summary: String { get }
}

extension ArgumentChoice {
  package static var expectation: String {
    let names = allCases.map { "`\($0.rawValue)`" }
    return "one of " + names.joined(separator: ", ")
  }
  package var argumentText: String { rawValue }
  package static var namedValues: [NamedValue] {
    allCases.map { NamedValue($0.rawValue, $0.summary) }
  }

  package static func read(_ value: Value) -> Self? {
    String.read(value).flatMap { Self(rawValue: $0) }
  }
}
