/// A value whose options can be set by name: a command, an algorithm, a metric, a format.
package protocol Configurable: Sendable {
  init()
  static var signature: Signature<Self> { get }
}

/// A line that shows a configurable at work; the tests run every one of them on the sample data.
package struct Example: Sendable, Equatable {
  package let line: String
  package let summary: String

  package init(_ line: String, _ summary: String = "") {
    self.line = line
    self.summary = summary
  }
}

/// The one declaration that parsing, checking, completion, help and documentation are made from.
package final class Signature<Root>: Sendable {
  package let name: String
  package let summary: String
  package let details: String
  package let parameters: [Parameter<Root>]
  /// The same without their type.
  let placed: PlacedParameters
  package let needs: [Noun]
  package let gives: [Noun]
  /// What it takes into account when it is there: stale, it would be a fault as well.
  package let uses: [Noun]
  package let examples: [Example]

  package init(
    _ name: String, _ summary: String, details: String = "", _ parameters: [Parameter<Root>] = [],
    needs: [Noun] = [], uses: [Noun] = [], gives: [Noun] = [], examples: [Example] = []
  ) {
    self.name = name
    self.summary = summary
    self.details = details
    self.parameters = parameters
    placed = PlacedParameters(parameters)
    self.needs = needs
    self.gives = gives
    self.uses = uses
    self.examples = examples
  }
}

/// What help, completion and the README need to know of a configurable, without its type.
package struct Form: Sendable {
  package let name: String
  package let summary: String
  package let details: String
  package let parameters: [ParameterForm]
  package let needs: [Noun]
  package let gives: [Noun]
  package let uses: [Noun]
  package let examples: [Example]
}

extension Configurable {
  package static var name: String { signature.name }

  package static var form: Form {
    let root = Self()
    let signature = signature
    return Form(
      name: signature.name, summary: signature.summary, details: signature.details,
      parameters: signature.parameters.map { parameter in
        parameter.form.with(defaultText: parameter.defaultText(root))
      },
      needs: signature.needs, gives: signature.gives, uses: signature.uses,
      examples: signature.examples)
  }
}
