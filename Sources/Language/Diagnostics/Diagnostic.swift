/// What is wrong with a script: a stable code, one sentence, where it is, and how to mend it.
package struct Diagnostic: Sendable, Equatable {
  package enum Severity: String, Sendable { case error, warning }

  /// A part of the source with a few words beside it.
  package struct Label: Sendable, Equatable {
    package var range: SourceRange
    package var text: String

    package init(_ range: SourceRange, _ text: String) {
      self.range = range
      self.text = text
    }
  }

  /// A change of the source that mends the fault; a certain one may be applied unasked.
  package struct Fix: Sendable, Equatable {
    package var range: SourceRange
    package var replacement: String
    package var isCertain: Bool

    package init(_ range: SourceRange, _ replacement: String, isCertain: Bool = false) {
      self.range = range
      self.replacement = replacement
      self.isCertain = isCertain
    }
  }

  package var code: String
  package var severity: Severity
  package var message: String
  package var primary: Label
  package var secondary: [Label]
  package var help: [String]
  package var fix: Fix?
  /// What its places are of, where that is not the script: a value of the command line, as it was written there.
  package var given: String?
  /// Whether it lies in an included file, which the message names; its place is where that was included.
  var isOfInclusion = false

  package init(
    _ code: String, _ message: String, at range: SourceRange, label: String = "",
    severity: Severity = .error, secondary: [Label] = [], help: [String] = [], fix: Fix? = nil
  ) {
    self.code = code
    self.severity = severity
    self.message = message.utf8.count <= Self.longestMessage ? message : Self.clipped(message)
    self.primary = Label(range, label)
    self.secondary = secondary
    self.help = help
    self.fix = fix
  }
}

extension Diagnostic {
  /// A message names what a script says, which may be megabytes.
  private static let longestMessage = 1000

  private static func clipped(_ message: String) -> String {
    String(decoding: message.utf8.prefix(longestMessage / 2), as: UTF8.self) + "…"
  }
}

/// What is wrong with one argument, before anyone knows where it stands in a source.
package struct Problem: Sendable, Equatable, Error {
  package var code: String
  package var message: String
  package var label: String
  package var help: [String]
  /// Texts that could stand in the argument's place, best first, at most three.
  package var suggestions: [String]

  package init(
    _ code: String, _ message: String, label: String = "", help: [String] = [],
    suggestions: [String] = []
  ) {
    self.code = code
    self.message = message
    self.label = label
    self.help = help
    self.suggestions = suggestions
  }

  /// The same problem as a diagnostic at a place of a source.
  package func diagnostic(at range: SourceRange) -> Diagnostic {
    var label = label
    if let first = suggestions.first {
      let others = suggestions.dropFirst().map { ", or `\($0)`" }.joined()
      label += (label.isEmpty ? "" : "; ") + "did you mean `\(first)`\(others)?"
    }
    return Diagnostic(
      code, message, at: range, label: label, help: help,
      fix: suggestions.first.map { .init(range, $0) })
  }
}
