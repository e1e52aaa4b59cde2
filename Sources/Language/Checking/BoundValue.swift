/// What is known of a name that `let`, `param`, `for` or `def` has bound.
package struct BoundValue: Sendable, Equatable {
  /// Its value; nil when only running tells it.
  package var value: Value?
  /// The fields of a result, as far as they are known before running.
  package var fields: [ResultField]?
  /// What a message calls it: "the result of `evaluate` (line 6)".
  package var origin: String

  package init(_ value: Value?, fields: [ResultField]? = nil, origin: String = "") {
    self.value = value
    self.fields = fields
    self.origin = origin
  }
}
