/// What is known of a name that `let`, `param`, `for` or `def` has bound.
package struct BoundValue: Sendable, Equatable {
  /// Its value; nil when only running tells it.
  package var value: Value?
  /// The fields of a result, as far as they are known before running.
  package var fields: KnownFields?
  private var source: Origin

  package init(_ value: Value?, fields: KnownFields? = nil, origin: Origin = "") {
    self.value = value
    self.fields = fields
    source = origin
  }

  /// What a message calls it: "the result of `evaluate` (line 6)".
  package var origin: String { source.text }

  /// Where a value comes from; words are made of it only for a message.
  package enum Origin: Sendable, Equatable, ExpressibleByStringInterpolation {
    case words(String)
    case result(verb: String, line: Int)

    package init(stringLiteral words: String) { self = .words(words) }

    fileprivate var text: String {
      switch self {
      case .words(let words): words
      case .result(let verb, let line): "the result of `\(verb)` (line \(line))"
      }
    }
  }

  /// The same as far as it is known whichever of two ways was taken.
  func joined(with other: BoundValue) -> BoundValue {
    BoundValue(nil, fields: fields == other.fields ? fields : nil, origin: source)
  }
}
