import Language
import Reports

/// `explain E0404`, `explain user 42 item 50`, `explain rules`: why something is as it is.
package struct Explain: Command {
  var what: any Explanation = CodeExplanation()

  package init() {}

  package static let signature = Signature<Self>(
    "explain",
    "Explains the code of a message, what moves the score of an item, or a model in a few rules.",
    details: """
      The influence of a rating is exact: the score less what it is when the model is adapted without \
      that rating. The influence of a feature: the score less what it is when that is unknown.
      """,
    [.choice("what", \.what, from: explanations, "a code, or whose score of which item")],
    examples: [
      Example("explain E0404", "what the code of a message means"),
      Example("explain", "all codes"),
      Example("explain user 42 item 50", "which ratings and features make this score"),
      Example("explain item 50", "for the user that the model is adapted to"),
      Example("explain rules", "what the model does for that user, in a few rules"),
    ])

  package func run(in session: inout Session, host: any Host) throws -> Report {
    try what.report(in: session, host: host)
  }
}

/// Something that `explain` can explain.
package protocol Explanation: Configurable {
  func report(in session: Session, host: any Host) throws -> Report
}

/// Everything that `explain` can explain, by name.
package let explanations = Catalog<any Explanation>(
  "explanation",
  [CodeExplanation.self, UserExplanation.self, ItemExplanation.self, RulesExplanation.self])
