/// What a parameter of a script or of a procedure can be declared to be.
package enum ValueType: String, Sendable, CaseIterable {
  case number, word, text, list, truth

  /// Whether a value is of this type.
  package func contains(_ value: Value) -> Bool {
    switch (self, value) {
    case (.number, .number), (.word, .word), (.text, .text), (.text, .word), (.list, .list),
      (.list, .range):
      true
    case (.truth, _): Bool.read(value) != nil
    default: false
    }
  }

  /// What a message says is needed: "a number".
  package var expectation: String { self == .truth ? "yes or no" : "a \(rawValue)" }
}
